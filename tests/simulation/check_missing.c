/* check_missing.c: while a person is missing the coordinator has the case, no team is asked or has it, it
 * does not end, and the coordinator is reminded in the policy's time, however often it is said. (Once the
 * person is found, check_calls.c looks that the case is decided.)
 */
#include "tests/simulation/checks.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

typedef unsigned long long number;

static bool is_missing(const struct seen_case *c)
{
    return c && c->state == CONCORDAT__V1__STATE__STATE_MISSING;
}

static void check_while_missing(struct world *w, uint64_t seq, const Concordat__V1__Event *e)
{
    switch ((int)e->what_case) {
    case WHAT(OFFERED):
    case WHAT(ACCEPTED):
    case WHAT(CHECKED_IN):
    case WHAT(TAKEN):
        world_violated(w, "R12 with a team", "event %llu goes on as if the person were not missing",
                       (number)seq);
        break;
    case WHAT(WITHDRAWN):
    case WHAT(CLOSED):
        world_violated(w, "R12 ended", "event %llu ends the case of a person who is missing", (number)seq);
        break;
    default:
        break;
    }
}

/* By when the coordinator is reminded: never later than the policy says, and not put off because it is said
 * again that the person is missing. Whoever has heard of the case may be left in peace for an hour. */
static int64_t latest_reminder(const struct world *w, const Concordat__V1__Event *e,
                               const struct seen_case *before)
{
    const struct policy *policy = &w->policies[w->witness.policy]->policy;
    switch ((int)e->what_case) {
    case WHAT(WENT_MISSING):
        return is_missing(before) ? before->act_by_ms : e->at_ms + policy->remind_ms;
    case WHAT(PASSED_OVER):
        return e->at_ms + policy->remind_ms;
    case WHAT(REMINDED):
        return e->at_ms + policy->acknowledge_ms;
    case WHAT(ACKNOWLEDGED):
        return e->at_ms + (policy->remind_ms > HOURS(1) ? policy->remind_ms : HOURS(1));
    case WHAT(ASKED_AGAIN):
        return e->at_ms;
    default:
        return before->act_by_ms;
    }
}

void check_missing(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                   const struct seen_case *before)
{
    bool goes = e->what_case == WHAT(WENT_MISSING);
    if (!before || before->ended)
        return;
    if (e->what_case == WHAT(FOUND) && !is_missing(before))
        world_violated(w, "R12 found", "event %llu finds somebody who is not missing", (number)seq);
    if (goes && before->offer_live)
        world_violated(w, "R12 with a team", "event %llu leaves %s asked about a person who is missing",
                       (number)seq, before->offer_team);
    if (!is_missing(before) && !goes)
        return;
    check_while_missing(w, seq, e);
    if (e->what_case != WHAT(FOUND) && (!e->owner || e->owner->act_by_ms > latest_reminder(w, e, before)))
        world_violated(w, "R12 reminded late",
                       "after event %llu nobody is reminded in time of a person who is missing", (number)seq);
}
