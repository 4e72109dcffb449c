/* board_page.h: the boards of a team and of a coordinator, made from the desk's copy of its cases. One
 * thread. */
#ifndef CONCORDAT_GATEWAY_BOARD_PAGE_H
#define CONCORDAT_GATEWAY_BOARD_PAGE_H

#include "services/gateway/desk_copy.h"
#include "services/gateway/http.h"
#include "services/gateway/site.h"

/* The cases of a copy in the order of a board. They are borrowed, and the array is the caller's; NULL: there
 * is no memory. */
const Concordat__V1__CaseStatus **board_page_cases(const struct desk_copy *copy, int64_t now_ms);

void board_page_team(struct site *site, struct http_request *request);
void board_page_coordinator(struct site *site, struct http_request *request);

#endif
