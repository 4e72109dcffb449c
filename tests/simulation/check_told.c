/* check_told.c: whoever is concerned is told in the turn that recorded it: the team that is asked and the
 * team that has the case are sent the list of changes; the coordinators of a case are sent that nobody has
 * answered, and that a clock has ended.
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

static const struct {
    int kind;
    bool teams; /* otherwise the coordinators */
    const char *broken;
} told_of[] = {
    {WHAT(UPDATED), true, "R3 not told"},
    {WHAT(REMINDED), false, "R15 not told"},
    {WHAT(CLOCK_BREACHED), false, "R5 not told"},
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

/* Whether a status says what is due: the list of changes up to the event, or what held at it. */
static bool says(const struct told_due *due, const struct seen_case *c,
                 const Concordat__V1__CaseStatus *status)
{
    if (!told_of[due->of].teams)
        return status->seq >= due->seq;
    return status->changed_seq >= due->seq && status->n_changed >= c->changes;
}

void check_told_by(struct world *w, const struct peer *peer, const Concordat__V1__CaseStatus *status)
{
    struct witness *witness = &w->witness;
    for (int i = 0; status && status->referral.len == 16 && i < witness->due_count; i++) {
        struct told_due *due = &witness->due[i];
        const struct seen_case *c = memcmp(due->referral, status->referral.data, sizeof due->referral) == 0
                                        ? witness_case(witness, due->referral)
                                        : NULL;
        if (c && says(due, c, status))
            due->told |= UINT64_C(1) << peer->index;
    }
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

static bool is_concerned_team(const struct peer *p, const struct seen_case *c)
{
    bool is_asked = c->offer_live && strcmp(p->key.of, c->offer_team) == 0;
    return p->key.role == CONCORDAT__V1__ROLE__ROLE_TEAM &&
           (is_asked || (c->team[0] && strcmp(p->key.of, c->team) == 0));
}

static bool is_concerned_coordinator(const struct peer *p, const struct seen_case *c)
{
    bool is_theirs = strcmp(p->key.of, c->coordinator) == 0;
    for (size_t i = 0; i < c->also_count; i++)
        is_theirs |= strcmp(p->key.of, c->also[i]) == 0;
    return p->key.role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR && is_theirs;
}

static void check_due(struct world *w, const struct told_due *due, const struct seen_case *c)
{
    bool teams = told_of[due->of].teams;
    for (int i = 0; i < w->peer_count; i++) {
        const struct peer *p = &w->peers[i];
        bool concerned = teams ? is_concerned_team(p, c) : is_concerned_coordinator(p, c);
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
        bool is_seen = told_of[due->of].teams && c->changed_seq != due->seq;
        if (!c->ended && !is_seen)
            check_due(w, due, c);
    }
    witness->due_count = 0;
}
