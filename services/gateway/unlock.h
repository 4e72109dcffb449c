/* unlock.h: what somebody gets whose page was not touched for a while: a page that asks whether they are
 * still the same person, and then the page, or the sending of the form, that they wanted. One thread. */
#ifndef CONCORDAT_GATEWAY_UNLOCK_H
#define CONCORDAT_GATEWAY_UNLOCK_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

/* Answers any request of a locked session. A form that was sent is held in the page, so that nothing that was
 * typed is lost: it is the browser's own, and nothing of ours is added. */
void unlock_show(struct site *site, struct http_request *request);

/* Answers who asks for that page by itself: of a board, which stays as it is while the session is locked. */
void unlock_ask(struct site *site, struct http_request *request);

/* Goes on with a request as if it had come now. */
typedef void unlock_go_on(struct site *site, struct http_request *request);

/* Takes the page's form. When the person has proved who they are, a form that was held is sent by `go_on`. */
void unlock_take(struct site *site, struct http_request *request, unlock_go_on *go_on);

/* A script says that the page is touched, or that it was left. */
void unlock_touch(struct site *site, struct http_request *request);
void unlock_leave(struct site *site, struct http_request *request);

#endif
