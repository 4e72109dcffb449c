/* case_page.h: the page of one case: how it stands, as the desk of the one who asks may know it. */
#ifndef CONCORDAT_GATEWAY_CASE_PAGE_H
#define CONCORDAT_GATEWAY_CASE_PAGE_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

/* Answers a request for CASE_PATH and what follows it. */
#define CASE_PATH "/cases/"
void case_page_show(struct site *site, struct http_request *request);

#endif
