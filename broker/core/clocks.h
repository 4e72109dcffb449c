/* clocks.h: which event starts, stops or voids which clock of a case. The one home of these rules.
 *
 *   clock          starts                                   stops
 *   response       at receipt                               at the earliest contact that counts as seen
 *   referrer told  at receipt                               when the referrer has been told who comes
 *   section 136    at the first arrival (detention.h)       at the end of the detention
 *   handover       at the first arrival                     when the police were free to go
 *   examined       at the first arrival                     when a doctor has examined the person
 *   interviewed    at the first arrival                     when an AMHP has interviewed the person
 *   health check   at a police station, and at each check   when the person is no longer there
 *   custody review at a police station, and at each review  when the person is no longer there
 *   escape         at an escape before any arrival          when the person is at a place of safety
 *
 * How long each allows is the policy's `standards`. Of those that the law itself sets the law's own limit
 * stands in if no standard is meant for it; any other does not start then. A correction moves a clock that
 * runs. A clock that has stopped stays as it is, but for those of a detention, which end with it and may
 * start anew within it.
 *
 * A contact that is told late, and was earlier than the one that stopped the response clock, stops it then.
 * People state times to the minute, so the time of a contact and that of the receipt are cut to the minute
 * before they are compared. The code that NHS England publishes for these measures compares seconds; a
 * contact that is stated to the minute of the receipt is lost by it.
 *
 * Each function is given an event in the making and writes into it what becomes of the clocks, so that
 * everybody who reads the event later applies that and decides nothing.
 */
#ifndef CONCORDAT_CORE_CLOCKS_H
#define CONCORDAT_CORE_CLOCKS_H

#include "broker/core/policy.h"
#include "broker/core/referral.h"

/* By what a clock starts or stops besides the facts. */
struct clock_rules {
    const struct policy *policy;
    int64_t
        ahead_ms; /* how far the ledger's time stands ahead of UTC, in which an arrival is stated (state.h) */
};

/* By the facts in a received or an updated event. */
void clocks_at_receipt(const struct clock_rules *rules, struct event *received);
void clocks_at_update(const struct clock_rules *rules, const struct referral *referral,
                      struct event *updated);
/* Also says whether a check-in counts as seen, or was a contact before the receipt. */
void clocks_at_check_in(const struct clock_rules *rules, const struct referral *referral,
                        struct event *checked_in);
/* Also says whether the referrer counts as told. */
void clocks_at_told(const struct referral *referral, struct event *told);
/* For how long a place of safety may hold somebody, before any extension. */
int64_t clocks_detention_ms(const struct policy *policy, const struct facts *facts);
/* By an entry of a detention, of which everything else is filled in. */
void clocks_at_detention(const struct clock_rules *rules, const struct referral *referral,
                         struct event *noted);

#endif
