/* action_page.h: what somebody at a desk can do, as forms: /cases/NUMBER/ACTION, and /desk/ACTION for what is
 * about no case. */
#ifndef CONCORDAT_GATEWAY_ACTION_PAGE_H
#define CONCORDAT_GATEWAY_ACTION_PAGE_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define DESK_PATH "/desk/"

/* Shows a form. `number` is the case, or NULL; `name` the action. */
void action_page_show(struct site *site, struct http_request *request, const char *number, const char *name);
/* Takes it: does what it says once, however often it comes, and sends the browser on to what was answered. */
void action_page_take(struct site *site, struct http_request *request, const char *number, const char *name);

/* The first page of a role: its board. "/" if it has none. */
const char *action_page_board(Concordat__V1__Role role);

#endif
