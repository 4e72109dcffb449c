/* clocks.h: which standard sets which clock for a referral, and from when.
 *
 * How long each allows is the policy's `standards`. When each starts is here: the national response clock
 * and the telling of the referrer at receipt, section 136 and the police handover at arrival at the place
 * of safety. When each stops is what stops it: see referral.c, and of the response
 * clock decide_team.c.
 */
#ifndef CONCORDAT_CORE_CLOCKS_H
#define CONCORDAT_CORE_CLOCKS_H

#include "broker/core/policy.h"
#include "broker/core/referral.h"

/* Writes the clocks that these facts start, at most one of each kind; returns how many. */
uint8_t clocks_start(const struct policy *policy, const struct facts *facts, int64_t received_ms,
                     struct clock_start out[CLOCK_COUNT]);

/* The same after an update: only those that start anew or move. */
uint8_t clocks_move(const struct policy *policy, const struct referral *referral, const struct facts *facts,
                    struct clock_start out[CLOCK_COUNT]);

#endif
