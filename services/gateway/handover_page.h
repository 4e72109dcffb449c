/* handover_page.h: the page on which a shift is handed over: what is open, who has signed, and what has
 * changed since; and the same again, as it was signed. One thread. */
#ifndef CONCORDAT_GATEWAY_HANDOVER_PAGE_H
#define CONCORDAT_GATEWAY_HANDOVER_PAGE_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define HANDOVER_PATH "/handover"

/* HANDOVER_PATH itself is the handover that waits: with ?of=PERSON that of this person. Behind it and a slash
 * stands the number of the event of either signature. */
void handover_page_show(struct site *site, struct http_request *request);

#endif
