/* moves.h: in words, why a case is not taken, given to a team, given back, handed over or brought back. */
#ifndef CONCORDAT_SHELL_MOVES_H
#define CONCORDAT_SHELL_MOVES_H

#include "broker/core/codes.h"
#include "proto/wire/wire.h"

/* The words for a refused request that would have moved a case; NULL: it is another request, or the refusal's
 * own words say it. */
const char *moves_fault(const Concordat__V1__Request *request, enum refusal refusal);

#endif
