/* check_reminders.c: a reminder that nobody acknowledges is followed by the next in the policy's time, which
 * also goes to the next coordinator of the area's list, or to one more if the case's own is not there.
 */
#include <string.h>

#include "tests/simulation/checks.h"

typedef unsigned long long number;

static bool is_told_too(const Concordat__V1__Reminded *m, const char *coordinator)
{
    for (size_t i = 0; i < m->n_also; i++)
        if (strcmp(m->also[i], coordinator) == 0)
            return true;
    return false;
}

void check_reminded(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                    const struct seen_case *before)
{
    const Concordat__V1__Reminded *m = e->reminded;
    const struct policy *policy = &w->policies[w->witness.policy]->policy;
    int at = policy_find_area(policy, before->area);
    const struct policy_area *area = &policy->areas[at < 0 ? policy->default_area : at];
    uint32_t wanted = before->unheard + !witness_watches(&w->witness, before->coordinator);
    if (m->next_ms != e->at_ms + policy->acknowledge_ms)
        world_violated(w, "R15 not in time", "event %llu is followed after %lld s, not after %lld s",
                       (number)seq, (long long)(m->next_ms - e->at_ms) / SECONDS(1),
                       (long long)policy->acknowledge_ms / SECONDS(1));
    for (uint32_t i = 0; i < area->escalate_count && i < wanted; i++) {
        const char *next = policy->coordinators[area->escalate[i]].id;
        if (strcmp(next, before->coordinator) != 0 && !is_told_too(m, next) && m->n_also < ESCALATE_MAX)
            world_violated(w, "R15 not escalated",
                           "event %llu: %u reminders were not heard, and %s is not told", (number)seq,
                           before->unheard, next);
    }
}
