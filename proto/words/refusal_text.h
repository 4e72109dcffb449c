/* refusal_text.h: what a refusal says to a person. */
#ifndef CONCORDAT_REFUSAL_TEXT_H
#define CONCORDAT_REFUSAL_TEXT_H

#include <stdint.h>

#include "concordat/v1/codes.pb-c.h"

enum { REFUSAL_WAIT_BYTES = 96 };

/* One or more whole sentences; "" for UNSPECIFIED. A server that knows more says that instead. */
const char *refusal_text(Concordat__V1__Refusal refusal);
/* What TOO_MANY says if it is known after how long the sender is to try again. Returns `text`. */
const char *refusal_wait_text(int64_t wait_ms, char text[REFUSAL_WAIT_BYTES]);

#endif
