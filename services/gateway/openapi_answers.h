/* openapi_answers.h: what the document says of every operation alike: how its sender says for whom it asks,
 * and what may be answered. NULL, or false, if there is no memory. */
#ifndef CONCORDAT_GATEWAY_OPENAPI_ANSWERS_H
#define CONCORDAT_GATEWAY_OPENAPI_ANSWERS_H

#include <jansson.h>
#include <stdbool.h>

/* A body of a type, by the name of its schema. */
json_t *openapi_body(const char *type, const char *schema);

/* The answers of an operation: what a good one says; and one that is saved at an intake, or NULL. */
json_t *openapi_responses(const char *done, const char *saved);

/* How an operation is asked for: one that takes a command needs more of a script than one that reads. */
json_t *openapi_security(bool takes);

/* Adds what these refer to. */
bool openapi_add_answers(json_t *components);

#endif
