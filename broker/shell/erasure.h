/* erasure.h: in words, why the texts of a case are not erased, or why it is not put on hold; and what is left
 * of an erasing that the disk did not let through. */
#ifndef CONCORDAT_SHELL_ERASURE_H
#define CONCORDAT_SHELL_ERASURE_H

#include "broker/core/codes.h"
#include "proto/wire/wire.h"

struct broker;

enum { ERASURE_WORDS_BYTES = 200 };

/* What a person is told who erased a case whose key could not be overwritten. */
extern const char erasure_key_remains[];

/* The words for an Erase or a SetHold of this case that is refused: in a table, or in `text`. NULL: it is
 * another request, or the refusal's own words say it. */
const char *erasure_fault(const struct broker *broker, const Concordat__V1__Request *request,
                          enum refusal refusal, const uint8_t *referral, char text[ERASURE_WORDS_BYTES]);

#endif
