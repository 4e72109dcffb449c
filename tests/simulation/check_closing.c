/* check_closing.c: no case ends whose person nobody has met unless a coordinator has seen that, and a reason
 * stands beside it. Whether the person was met is taken from the contacts that the record has. */
#include "tests/simulation/checks.h"

typedef unsigned long long number;

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name
#define STATE(name)   CONCORDAT__V1__STATE__STATE_##name

/* They closed what they had in hand, or looked at what a team wanted to close. */
static bool was_seen(const struct world *w, const Concordat__V1__Event *e, const struct seen_case *before)
{
    const struct seen_command *command =
        e->command.len ? witness_command(&w->witness, e->command.data) : NULL;
    if (!command || w->peers[command->peer].key.role != CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
        return false;
    return command->kind == COMMAND(SAW_CLOSING) ? before->closing_asked : before->state == STATE(TAKEN);
}

void check_closed(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                  const struct seen_case *before)
{
    if (e->what_case != CONCORDAT__V1__EVENT__WHAT_CLOSED || !before || before->contact_made ||
        before->drill || e->closed->outcome == CONCORDAT__V1__OUTCOME__OUTCOME_DIED)
        return;
    if (!was_seen(w, e, before))
        world_violated(w, "R11 closed unseen",
                       "event %llu closes a case of somebody whom nobody has met, and no coordinator saw it",
                       (number)seq);
    else if (!e->closed->without_contact)
        world_violated(w, "R11 closed without a reason", "event %llu does not say why", (number)seq);
}
