/* clocks.h: which event starts, stops or voids which clock of a case. The one home of these rules.
 *
 *   clock          starts                                   stops
 *   response       at receipt                               at the first contact that counts as seen
 *   referrer told  at receipt                               when the referrer has been told who comes
 *   section 136    at arrival at the place of safety        at the end of the case
 *   handover       at arrival at the place of safety        when the police were free to go
 *
 * How long each allows is the policy's `standards`; a clock that no standard is meant for does not start. A
 * correction moves a clock that runs, or voids it: a person who is not detained under section 136 has no
 * clock of it. A clock that has stopped stays as it is.
 *
 * Each function is given an event in the making and writes into it what becomes of the clocks, so that
 * everybody who reads the event later applies that and decides nothing.
 */
#ifndef CONCORDAT_CORE_CLOCKS_H
#define CONCORDAT_CORE_CLOCKS_H

#include "broker/core/policy.h"
#include "broker/core/referral.h"

/* What starts a clock besides the facts. */
struct clock_rules {
    const struct policy *policy;
    int64_t
        ahead_ms; /* how far the ledger's time stands ahead of UTC, in which an arrival is stated (state.h) */
};

/* By the facts in a received or an updated event. */
void clocks_at_receipt(const struct clock_rules *rules, struct event *received);
void clocks_at_update(const struct clock_rules *rules, const struct referral *referral,
                      struct event *updated);
/* Also says whether a check-in counts as seen. */
void clocks_at_check_in(const struct referral *referral, struct event *checked_in);
/* Also says whether the referrer counts as told. */
void clocks_at_told(const struct referral *referral, struct event *told);
/* For a closed or a withdrawn event. */
void clocks_at_end(const struct referral *referral, struct event *ended);

#endif
