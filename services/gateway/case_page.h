/* case_page.h: the pages under CASE_PATH: a case as it stands, and the forms of what can be done about it. */
#ifndef CONCORDAT_GATEWAY_CASE_PAGE_H
#define CONCORDAT_GATEWAY_CASE_PAGE_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

void case_page_show(struct site *site, struct http_request *request);
void case_page_take(struct site *site, struct http_request *request);

#endif
