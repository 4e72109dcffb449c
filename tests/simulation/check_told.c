/* check_told.c: whoever is concerned is told in the turn that recorded it: the team that is asked and the
 * team that has the case are sent the list of changes; the coordinators of a case are sent that nobody has
 * answered, and that a clock has ended; and each side of a case is sent what others wrote to it.
 *
 * A peer counts as connected if the broker has welcomed it some time ago, has heard of it since, and lost
 * nothing on the way to it: whoever has just come is sent all open cases in pages, which take some turns.
 */
#include <string.h>

#include "tests/simulation/checks.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

/* After SILENCE_MS the broker may have ended the session. PAGE_CASES: all open cases fit into the first page.
 */
enum { CAUGHT_UP_MS = 60 * 1000, SILENCE_MS = 30 * 1000, PAGE_CASES = 100 };

typedef unsigned long long number;

#define ROLE(name) (1u << CONCORDAT__V1__ROLE__ROLE_##name)

static const struct {
    int kind;
    uint32_t roles;
    const char *broken;
} told_of[] = {
    {WHAT(UPDATED), ROLE(TEAM), "R3 not told"},
    {WHAT(REMINDED), ROLE(COORDINATOR), "R15 not told"},
    {WHAT(CLOCK_BREACHED), ROLE(COORDINATOR), "R5 not told"},
    {WHAT(MESSAGE_SENT), ROLE(SOURCE) | ROLE(TEAM) | ROLE(COORDINATOR), "R15 message not told"},
};

/* All pages are sent within a minute, if there is only one. */
void check_told_welcomes(const struct world *w, struct peer *p)
{
    p->welcomed_ms = w->witness.open <= PAGE_CASES ? w->now_ms : 0;
}

void check_told_begins(struct world *w, uint64_t seq, const Concordat__V1__Event *e)
{
    struct witness *witness = &w->witness;
    for (int i = 0; e->what_case == WHAT(AREA_COVERED) && i < w->peer_count; i++)
        if (w->peers[i].welcomed_ms && strcmp(w->peers[i].key.of, e->area_covered->coordinator) == 0)
            check_told_welcomes(w, &w->peers[i]);
    for (size_t i = 0; i < sizeof told_of / sizeof *told_of; i++) {
        bool changes = e->what_case != WHAT(UPDATED) || e->updated->n_changed;
        if (told_of[i].kind != (int)e->what_case || !changes || witness->due_count == TOLD_DUE_MAX)
            continue;
        struct told_due *due = &witness->due[witness->due_count++];
        *due = (struct told_due){.seq = seq, .of = (int)i};
        memcpy(due->referral, e->referral.data, sizeof due->referral);
    }
}

/* Whether a status says what is due: the list of changes up to the event, the message, or what held at it. */
static bool says(const struct told_due *due, const struct seen_case *c,
                 const Concordat__V1__CaseStatus *status)
{
    switch (told_of[due->of].kind) {
    case WHAT(UPDATED):
        return status->changed_seq >= due->seq && status->n_changed >= c->changes;
    case WHAT(MESSAGE_SENT):
        return check_shows(status, due->seq);
    default:
        return status->seq >= due->seq;
    }
}

void check_told_by(struct world *w, const struct peer *peer, const Concordat__V1__CaseStatus *status)
{
    struct witness *witness = &w->witness;
    const struct seen_case *c =
        status && status->referral.len == 16 ? witness_case(witness, status->referral.data) : NULL;
    for (int i = 0; c && i < witness->due_count; i++) {
        struct told_due *due = &witness->due[i];
        if (memcmp(due->referral, c->id, sizeof due->referral) == 0 && says(due, c, status))
            due->told |= UINT64_C(1) << peer->index;
    }
    if (c)
        check_written(w, peer, c, status);
}

void check_told_hears(struct world *w, struct peer *p)
{
    if (w->now_ms - p->heard_of_ms > SILENCE_MS)
        p->welcomed_ms = 0;
    p->heard_of_ms = w->now_ms;
}

static bool is_connected(const struct world *w, const struct peer *p)
{
    return p->honest && !p->revoked && p->welcomed_ms && w->now_ms - p->welcomed_ms >= CAUGHT_UP_MS &&
           w->now_ms - p->heard_of_ms < SILENCE_MS;
}

/* Whether it is still so for the peer when its turn ends. */
static bool still_holds(const struct told_due *due, const struct peer *p, const struct seen_case *c)
{
    switch (told_of[due->of].kind) {
    case WHAT(UPDATED):
        return c->changed_seq == due->seq && check_is_theirs(p, c);
    case WHAT(MESSAGE_SENT):
        return check_waits_for(p, c, due->seq);
    default:
        return check_is_theirs(p, c);
    }
}

static void check_due(struct world *w, const struct told_due *due, const struct seen_case *c)
{
    for (int i = 0; i < w->peer_count; i++) {
        const struct peer *p = &w->peers[i];
        bool concerned = told_of[due->of].roles & 1u << p->key.role && still_holds(due, p, c);
        if (concerned && is_connected(w, p) && !(due->told & UINT64_C(1) << i))
            world_violated(w, told_of[due->of].broken, "%s was not sent what event %llu says", p->key.name,
                           (number)due->seq);
    }
}

void check_told(struct world *w)
{
    struct witness *witness = &w->witness;
    for (int i = 0; i < witness->due_count && !w->host.dead; i++) {
        const struct told_due *due = &witness->due[i];
        const struct seen_case *c = witness_case(witness, due->referral);
        if (!c->ended)
            check_due(w, due, c);
    }
    witness->due_count = 0;
}
