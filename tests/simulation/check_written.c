/* check_written.c: what those who work on a case write to each other, and have not all seen, stands in every
 * status of the case that one of them is sent: in news, in an answer, on a board, and when they connect. */
#include <string.h>

#include "tests/simulation/checks.h"

typedef unsigned long long number;

#define ROLE(name) CONCORDAT__V1__ROLE__ROLE_##name
#define SIDE(name) CONCORDAT__V1__CASE_SIDE__CASE_SIDE_##name

static bool has_or_is_asked(const struct seen_case *c, const char *team)
{
    return (c->offer_live && strcmp(c->offer_team, team) == 0) || (c->team[0] && strcmp(c->team, team) == 0);
}

bool check_is_theirs(const struct peer *p, const struct seen_case *c)
{
    bool is_told = strcmp(p->key.of, c->coordinator) == 0;
    switch ((int)p->key.role) {
    case ROLE(SOURCE):
        return strcmp(p->key.name, c->origin) == 0;
    case ROLE(TEAM):
        return has_or_is_asked(c, p->key.of);
    case ROLE(COORDINATOR):
        for (size_t i = 0; i < c->also_count; i++)
            is_told |= strcmp(p->key.of, c->also[i]) == 0;
        return is_told;
    default:
        return false;
    }
}

static int side_of_peer(const struct peer *p)
{
    return (int)p->key.role == ROLE(SOURCE) ? SIDE(REFERRER)
           : (int)p->key.role == ROLE(TEAM) ? SIDE(TEAM)
                                            : SIDE(COORDINATOR);
}

bool witness_message_waits(const struct seen_case *c, const struct seen_message *m, int side,
                           const char *team)
{
    return m->unseen & 1u << side &&
           (side != SIDE(TEAM) || strcmp(m->team, team) == 0 || !has_or_is_asked(c, m->team));
}

bool check_waits_for(const struct peer *p, const struct seen_case *c, uint64_t seq)
{
    for (size_t i = 0; i < c->message_count; i++)
        if (c->messages[i].seq == seq)
            return check_is_theirs(p, c) &&
                   witness_message_waits(c, &c->messages[i], side_of_peer(p), p->key.of);
    return false;
}

bool check_shows(const Concordat__V1__CaseStatus *status, uint64_t seq)
{
    for (size_t i = 0; i < status->n_messages; i++)
        if (status->messages[i]->seq == seq && status->messages[i]->for_you)
            return true;
    return false;
}

/* A status that was packed before the latest event of its case says what held then. */
void check_written(struct world *w, const struct peer *p, const struct seen_case *c,
                   const Concordat__V1__CaseStatus *status)
{
    if (c->ended || status->seq != c->last_seq)
        return;
    for (size_t i = 0; i < c->message_count; i++)
        if (check_waits_for(p, c, c->messages[i].seq) && !check_shows(status, c->messages[i].seq))
            world_violated(w, "R15 message left out",
                           "a status to %s does not show what event %llu says to it", p->key.name,
                           (number)c->messages[i].seq);
}
