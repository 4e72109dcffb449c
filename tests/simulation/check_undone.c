/* check_undone.c: a case is reopened by those who may, in time, and goes on as it was. */
#include <string.h>

#include "tests/simulation/checks.h"
#include "tests/simulation/world.h"

typedef unsigned long long number;

#define ROLE(name)  CONCORDAT__V1__ROLE__ROLE_##name
#define STATE(name) CONCORDAT__V1__STATE__STATE_##name
#define WHAT(name)  CONCORDAT__V1__EVENT__WHAT_##name

static const struct peer *peer_of_command(const struct world *w, const Concordat__V1__Event *e)
{
    const struct seen_command *command =
        e->command.len ? witness_command(&w->witness, e->command.data) : NULL;
    return command ? &w->peers[command->peer] : NULL;
}

/* The team that closed it, the source that withdrew it, or a coordinator. */
static bool may_undo(const struct peer *p, const struct seen_case *before)
{
    if (p->key.role == ROLE(SOURCE))
        return before->state == STATE(WITHDRAWN) && strcmp(before->origin, p->key.name) == 0;
    if (p->key.role == ROLE(TEAM))
        return before->state == STATE(CLOSED) && strcmp(before->team, p->key.of) == 0;
    return p->key.role == ROLE(COORDINATOR);
}

/* A sender who closed it themselves has it again. */
static bool goes_on_right(const struct peer *p, const struct seen_case *before,
                          const Concordat__V1__Reopened *m)
{
    const char *again = p->key.role == ROLE(TEAM) ? before->team : "";
    if (m->in_hand)
        return before->state == STATE(CLOSED) && strcmp(m->team, again) == 0 && m->lease_ms > 0;
    return !m->team[0] && strcmp(m->previous_team, before->team) == 0 && m->remind_ms > 0;
}

void check_undone(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                  const struct seen_case *before)
{
    if (e->what_case != WHAT(REOPENED))
        return;
    const Concordat__V1__Reopened *m = e->reopened;
    const struct peer *p = peer_of_command(w, e);
    if (!before || !before->ended || before->erased || (int)m->undone != before->state)
        world_violated(w, "R8 reopened wrongly",
                       "event %llu reopens a case that has not ended so, or was erased", (number)seq);
    else if (e->at_ms > before->undo_until_ms)
        world_violated(w, "R8 reopened too late", "event %llu comes %lld ms after its time", (number)seq,
                       (long long)(e->at_ms - before->undo_until_ms));
    else if (e->number != before->number)
        world_violated(w, "R8 reopened wrongly", "event %llu gives case %u another number", (number)seq,
                       before->number);
    else if (p && !may_undo(p, before))
        world_violated(w, "R8 reopened by another", "event %llu: %s has not ended the case", (number)seq,
                       p->key.name);
    else if (p && !goes_on_right(p, before, m))
        world_violated(w, "R8 reopened wrongly", "event %llu: the case goes on with %s, and %s had it",
                       (number)seq, m->team[0] ? m->team : "the coordinator", before->team);
}
