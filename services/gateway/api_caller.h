/* api_caller.h: who asks something of /api/v1: a page of ours by its session, or a program by a token that
 * stands in Authorization (RFC 6750). One thread. */
#ifndef CONCORDAT_GATEWAY_API_CALLER_H
#define CONCORDAT_GATEWAY_API_CALLER_H

#include "services/gateway/visit.h"

/* NULL: the request is answered. */
struct web_visit *api_caller_begin(struct site *site, struct http_request *request);

/* Whether a program says by a token for whom it acts, rightly or not: it counts at /api/v1 alone. */
bool api_caller_has_token(const struct http_request *request);

#endif
