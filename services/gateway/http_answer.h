/* http_answer.h: an answer as libmicrohttpd sends it, with the headers that every answer has. One thread. */
#ifndef CONCORDAT_GATEWAY_HTTP_ANSWER_H
#define CONCORDAT_GATEWAY_HTTP_ANSWER_H

#include <microhttpd.h>
#include <stdbool.h>

#include "services/gateway/http.h"

/* NULL if there is no memory for it. */
struct MHD_Response *http_answer_make(const struct http_answer *answer);
/* The headers alone, for a response whose body comes bit by bit. False if there is no memory. */
bool http_answer_add_headers(struct MHD_Response *response, const struct http_answer *answer);

#endif
