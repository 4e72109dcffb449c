/* api_problem.h: what a program is told whose request was not carried out: RFC 9457,
 * application/problem+json.
 *
 * Each ends the request. One thread. */
#ifndef CONCORDAT_GATEWAY_API_PROBLEM_H
#define CONCORDAT_GATEWAY_API_PROBLEM_H

#include "proto/wire/wire.h"
#include "services/gateway/http.h"

enum api_problem {
    API_NO_SUCH_PATH,
    API_NOT_SIGNED_IN,
    API_NO_SUCH_TOKEN,    /* or it has ended, or its person may not come in */
    API_UNREADABLE_TOKEN, /* it cannot be one */
    API_TOKEN_IN_ADDRESS,
    API_CROSS_SITE, /* sent by another site's page */
    API_WRONG_TOKEN,
    API_LOCKED,
    API_NOT_FOR_AUDITORS,
    API_BAD_KEY,      /* the Idempotency-Key is no UUID */
    API_STILL_ASKING, /* the same key is being answered */
    API_NO_DESK,
    API_NO_MEMORY,
    API_NO_ANSWER
};

/* The id of the command is told if it is known; NULL: none. */
void api_problem(struct http_request *request, enum api_problem problem, const uint8_t *command_id);
/* The path takes other methods: HTTP_READ or HTTP_TAKE. */
void api_problem_method(struct http_request *request, const char *allow);
/* The body is no JSON: where that shows, and not what stands there, which may be about a person. */
void api_problem_json(struct http_request *request, int line, int column);
/* A value is not what the command may hold. */
void api_problem_value(struct http_request *request, const struct wire_fault *fault,
                       const uint8_t *command_id);
/* The person has asked for more than api_quota.h allows. */
void api_problem_too_much(struct http_request *request, unsigned wait_s);
/* What the broker or the intake refused. */
void api_problem_refused(struct http_request *request, const Concordat__V1__Message *message);

#endif
