/* check_calls.c: a referral that a coordinator enters for somebody who rang is said to be so, is the source's
 * for whom it is entered, and was received when they rang; and no referral is left without a decision: what
 * receives it, or finds its person, also asks a team or says why the coordinator holds it.
 */
#include <string.h>

#include "tests/simulation/checks.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name
#define ROLE(name) CONCORDAT__V1__ROLE__ROLE_##name

typedef unsigned long long number;

static bool is_source(const struct world *w, const char *key)
{
    for (int i = 0; i < w->peer_count; i++)
        if (strcmp(w->peers[i].key.name, key) == 0)
            return (int)w->peers[i].key.role == ROLE(SOURCE);
    return false;
}

/* The reminder that is due at once would ask a team too, and ring for nothing. */
static void check_decided(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                          const struct seen_case *before)
{
    const struct seen_event *last =
        before && before->undecided ? witness_event(&w->witness, before->newest_seq) : NULL;
    if (last && (!e->command.len || memcmp(last->command, e->command.data, sizeof last->command) != 0))
        world_violated(w, before->undecided, "event %llu comes before it is decided who is asked",
                       (number)seq);
}

void check_call(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct seen_case *before)
{
    check_decided(w, seq, e, before);
    const struct seen_command *command =
        e->command.len ? witness_command(&w->witness, e->command.data) : NULL;
    const Concordat__V1__Received *m = e->received;
    if (e->what_case != WHAT(RECEIVED) || !command)
        return;
    if (m->telephoned != ((int)w->peers[command->peer].key.role == ROLE(COORDINATOR)))
        world_violated(w, "R17 not as it came", "event %llu does not say whether somebody rang", (number)seq);
    if (m->on_behalf_of[0] && !is_source(w, m->on_behalf_of))
        world_violated(w, "R17 not as it came", "event %llu is entered for %s, which refers nobody",
                       (number)seq, m->on_behalf_of);
    if (m->telephoned && (m->rang_ms > e->at_ms || m->rang_ms < e->at_ms - HOURS(24 * 7)))
        world_violated(w, "R17 not as it came", "event %llu says that they rang %lld s before", (number)seq,
                       (long long)(e->at_ms - m->rang_ms) / SECONDS(1));
}

void check_routed(struct world *w)
{
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        if (c->undecided && !c->ended)
            world_violated(w, c->undecided, "nobody decides who is asked about the case of event %llu",
                           (number)c->received_seq);
    }
}
