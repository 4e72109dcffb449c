/* board_page.h: the boards of a team and of a coordinator, made from the desk's copy of its cases. One
 * thread. */
#ifndef CONCORDAT_GATEWAY_BOARD_PAGE_H
#define CONCORDAT_GATEWAY_BOARD_PAGE_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

void board_page_team(struct site *site, struct http_request *request);
void board_page_coordinator(struct site *site, struct http_request *request);

#endif
