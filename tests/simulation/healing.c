/* healing.c: the second phase: faults stop, some peers are well, and in bounded time somebody takes care of
 * every case. */
#include <string.h>

#include "tests/simulation/checks.h"
#include "tests/simulation/host.h"

#define STATE(name) CONCORDAT__V1__STATE__STATE_##name

/* The time for a case of a night's backlog: a coordinator deals with some 32 cases for half a minute. */
#define A_CASE SECONDS(3)

/* No team of the ladder may answer, in any round; then a coordinator takes the case. */
static int64_t bound_ms(const struct world *w)
{
    const struct policy *policy = &w->policies[w->policy]->policy;
    int64_t answer_ms = 0, steps = 0;
    for (int i = 0; i < URGENCY_COUNT; i++)
        answer_ms = policy->answer_ms[i] > answer_ms ? policy->answer_ms[i] : answer_ms;
    for (int i = 0; i < policy->area_count; i++)
        steps = policy->areas[i].step_count > steps ? policy->areas[i].step_count : steps;
    return HOURS(1) + w->witness.open * A_CASE + steps * policy->rounds_max * answer_ms +
           2 * policy->remind_ms + policy->lease_grace_ms;
}

/* From now on coordinators, intakes and auditors are well; some devices of teams are, and the others are
 * gone. */
void healing_begin(struct world *w)
{
    world_note(w, "world", "heals", NULL, 0);
    w->healing = true;
    w->healing_until_ms = w->now_ms + bound_ms(w);
    w->healing_seq = w->store.count;
    w->host.dying = false;
    operator_mends_master(w);
    for (int i = 0; i < w->peer_count; i++) {
        struct peer *p = &w->peers[i];
        p->cut_in = p->cut_out = p->revoked = false;
        p->clogged_until_ms = 0;
        p->diligent = true;
        if (p->kind == PEER_STRANGER || (p->kind == PEER_TEAM && random_between(&w->faults, 0, 2) == 0)) {
            peer_dies(w, p);
            p->online = false;
            p->wake_ms = INT64_MIN; /* for good */
        } else {
            peer_plan(w, p, w->now_ms);
        }
    }
    world_later(w, SECONDS(30), LOOK, 0, 0);
}

static const char *intake_waits(const struct world *w)
{
    for (int i = 0; i < w->peer_count; i++)
        for (int j = 0; w->peers[i].kind == PEER_INTAKE && j < w->peers[i].pending_count; j++)
            if (w->peers[i].pending[j].kind == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
                return w->peers[i].key.name;
    return NULL;
}

static const char *auditor_waits(const struct world *w)
{
    for (int i = 0; i < w->peer_count; i++)
        if (w->peers[i].kind == PEER_AUDITOR && w->peers[i].seen_seq < w->healing_seq)
            return w->peers[i].key.name;
    return NULL;
}

/* Finds a case that no team has accepted and no coordinator has taken. */
static const struct seen_case *case_waits(const struct world *w)
{
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        if (!c->ended && (c->state == STATE(HELD) || c->state == STATE(OFFERED)))
            return c;
    }
    return NULL;
}

void healing_look(struct world *w)
{
    const char *intake = intake_waits(w), *auditor = auditor_waits(w);
    const struct seen_case *c = case_waits(w);
    w->finished = w->host.broker && !intake && !auditor && !c;
    if (w->finished) {
        check_keys(w);
        check_texts(w);
        return;
    }
    world_later(w, SECONDS(30), LOOK, 0, 0);
    if (w->now_ms < w->healing_until_ms)
        return;
    if (!w->host.broker)
        world_violated(w, "not well again", "the broker is down");
    else if (intake)
        world_violated(w, "not well again", "%s still waits for an answer", intake);
    else if (auditor)
        world_violated(w, "not well again", "%s has not caught up", auditor);
    else
        world_violated(w, "not well again",
                       "a case is in state %d with %s; received in event %llu, last %llu", c->state, c->owner,
                       (unsigned long long)c->received_seq, (unsigned long long)c->last_seq);
}
