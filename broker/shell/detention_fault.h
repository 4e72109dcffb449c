/* detention_fault.h: in words, what an entry in the history of a detention lacks. */
#ifndef CONCORDAT_SHELL_DETENTION_FAULT_H
#define CONCORDAT_SHELL_DETENTION_FAULT_H

#include "broker/core/codes.h"
#include "proto/wire/wire.h"

/* The words for a RecordDetention that is refused. NULL: it is another request, or the refusal's own words
 * say it. */
const char *detention_fault(const Concordat__V1__Request *request, enum refusal refusal);

#endif
