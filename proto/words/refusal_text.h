/* refusal_text.h: what a refusal says to a person. */
#ifndef CONCORDAT_REFUSAL_TEXT_H
#define CONCORDAT_REFUSAL_TEXT_H

#include "concordat/v1/codes.pb-c.h"

/* One or more whole sentences; "" for UNSPECIFIED. A server that knows more says that instead. */
const char *refusal_text(Concordat__V1__Refusal refusal);

#endif
