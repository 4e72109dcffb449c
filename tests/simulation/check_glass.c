/* check_glass.c: records that coordinators read beyond their areas: on purpose, a few an hour, and told. */
#include <string.h>

#include "tests/simulation/checks.h"

typedef unsigned long long number;

void check_reading(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                   const struct seen_case *before)
{
    const Concordat__V1__RecordRead *read = e->record_read;
    bool by_coordinator = read->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    bool by_inspector = read->role == CONCORDAT__V1__ROLE__ROLE_INSPECTOR;
    if (read->who ? read->break_glass || (!by_coordinator && !by_inspector) : by_inspector)
        world_violated(w, "P9 wrong reading", "event %llu: %s reads what is not theirs to read", (number)seq,
                       e->actor);
    if (!before || !by_coordinator)
        return;
    if (!read->break_glass) {
        if (!check_concerns_coordinator(w, read->of, before))
            world_violated(w, "P9 read beyond", "event %llu: %s reads a record that is not theirs",
                           (number)seq, e->actor);
        return;
    }
    struct seen_glass *glass = witness_glass_of(&w->witness, read->of);
    int64_t oldest_ms = glass->at_ms[GLASS_AN_HOUR - 1];
    if (oldest_ms && e->at_ms - oldest_ms < HOURS(1))
        world_violated(w, "P9 too many beyond", "event %llu: %s reads one more within the hour", (number)seq,
                       read->of);
    memmove(&glass->at_ms[1], &glass->at_ms[0], sizeof glass->at_ms - sizeof glass->at_ms[0]);
    glass->at_ms[0] = e->at_ms;
    glass->seq = seq;
    memcpy(glass->referral, e->referral.data, sizeof glass->referral);
}

static bool is_concerned(const struct world *w, const struct peer *peer, const char *reader,
                         const struct seen_case *c)
{
    return peer->key.role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR &&
           (strcmp(peer->key.of, reader) == 0 || check_concerns_coordinator(w, peer->key.of, c));
}

void check_read_beyond(struct world *w, const struct peer *peer, const Concordat__V1__ReadBeyond *read)
{
    const struct seen_case *c = witness_case(&w->witness, read->referral.data);
    const struct seen_glass *glass = witness_glass_of(&w->witness, read->by);
    if (!c || !is_concerned(w, peer, read->by, c))
        world_violated(w, "P10 wrong reader", "%s is told of a reading that does not concern it",
                       peer->key.name);
    if (glass->at_ms[0] - w->witness.ahead_ms < read->read_ms)
        world_violated(w, "sent before its commit", "%s is told of a reading that no event says",
                       peer->key.name);
}

static bool board_has(const Concordat__V1__Board *board, const struct seen_glass *glass)
{
    for (size_t i = 0; i < board->n_read_beyond; i++)
        if (strcmp(board->read_beyond[i]->by, glass->coordinator) == 0 &&
            memcmp(board->read_beyond[i]->referral.data, glass->referral, sizeof glass->referral) == 0)
            return true;
    return false;
}

/* The latest reading of each coordinator must be there, unless the batch that came to the disk last may have
 * come between the board and this look at it. */
void check_board_readings(struct world *w, const struct peer *peer, const Concordat__V1__Board *board)
{
    for (size_t i = 0; i < board->n_read_beyond; i++)
        check_read_beyond(w, peer, board->read_beyond[i]);
    for (uint32_t i = 0; i < w->witness.glass.count; i++) {
        const struct seen_glass *glass = table_row(&w->witness.glass, i);
        const struct seen_case *c = glass->seq ? witness_case(&w->witness, glass->referral) : NULL;
        bool settled = c && glass->seq < w->witness.batch_seq && c->last_seq < w->witness.batch_seq &&
                       board->now_ms + w->witness.ahead_ms - glass->at_ms[0] < HOURS(11);
        bool concerned =
            settled && peer->key.role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR &&
            (strcmp(peer->key.of, glass->coordinator) == 0 || strcmp(peer->key.of, c->coordinator) == 0);
        if (concerned && !board_has(board, glass))
            world_violated(w, "P9 reading untold", "the board of %s leaves out what %s read in event %llu",
                           peer->key.name, glass->coordinator, (number)glass->seq);
    }
}
