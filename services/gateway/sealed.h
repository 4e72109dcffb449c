/* sealed.h: takes a form that was sealed on a device, with the right to deliver it, and brings it to its
 * intake. It needs no session. One thread. */
#ifndef CONCORDAT_GATEWAY_SEALED_H
#define CONCORDAT_GATEWAY_SEALED_H

#include "services/gateway/http.h"
#include "services/gateway/site.h"

#define SEALED_PATH "/sealed"

/* The fields of what is posted: bytes are in base64 for URLs. */
#define SEALED_TOKEN    "token"
#define SEALED_REFERRAL "referral"
#define SEALED_KEY      "key"
#define SEALED_SENDER   "sender"
#define SEALED_FORM     "sealed"
#define SEALED_MS       "sealed_ms"

/* The states of an answer. */
#define SEALED_RECEIVED "received" /* somebody has it */
#define SEALED_SAVED    "saved"    /* the intake has it, and the router not yet */
#define SEALED_UNOPENED "unopened" /* the intake keeps it, and nobody can read it */
#define SEALED_REFUSED  "refused"  /* for good */
#define SEALED_AGAIN    "again"    /* nobody has it now */
#define SEALED_SIGN_IN  "sign-in"  /* the right to deliver it is over */

/* Answers with JSON: {"state": ..., "number": ..., "text": ...}. The text is for the person. */
void sealed_take(struct site *site, struct http_request *request);

#endif
