/* undoing.h: in words, why a case whose end was a mistake is not reopened, and what to do instead. */
#ifndef CONCORDAT_SHELL_UNDOING_H
#define CONCORDAT_SHELL_UNDOING_H

#include "broker/core/codes.h"
#include "proto/wire/wire.h"

struct broker;

enum { UNDOING_WORDS_BYTES = 300 };

/* The words for a refused Reopen, in `text`; NULL: it is another request, or the refusal's own words say it.
 * `referral` may be NULL. */
const char *undoing_fault(const struct broker *broker, const Concordat__V1__Request *request,
                          enum refusal refusal, const uint8_t *referral, char text[UNDOING_WORDS_BYTES]);

#endif
