/* api.h: the protocol for programs, as JSON by HTTP: every command and question by the name that it has
 * there.
 *
 * `POST /api/v1/COMMAND` takes the command's message, and answers with the Message that the broker or the
 * intake gave; `GET /api/v1/cases/NUMBER` and `GET /api/v1/board` ask the two questions that leave no trace.
 * One thread. */
#ifndef CONCORDAT_GATEWAY_API_H
#define CONCORDAT_GATEWAY_API_H

#include "services/gateway/api_commands.h"
#include "services/gateway/http.h"
#include "services/gateway/site.h"

/* Each answers a request whose path begins with API_PATH. */
void api_read(struct site *site, struct http_request *request);
void api_take(struct site *site, struct http_request *request);

/* Sends the document that describes all of this, to everybody: API_DOCUMENT. */
void api_describe(struct site *site, struct http_request *request);

#endif
