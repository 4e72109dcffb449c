/* waiting.c: which of the cases that wait for a team is matched next. */
#include "broker/core/waiting.h"

#include <stdlib.h>

struct waiting_case {
    uint64_t received_seq;
    uint32_t row;
    uint16_t origin;
    uint16_t rank;
};

/* Cases of one rank and one origin, the oldest first. Not exhausted while next < end. */
struct waiting_lane {
    uint64_t received_seq; /* of the next */
    uint32_t next, end;    /* in waiting.cases */
    uint32_t offers;       /* of the origin, as of waiting.seq */
    uint16_t origin, rank;
};

void waiting_open(struct waiting *w)
{
    table_open(&w->cases, sizeof(struct waiting_case));
    table_open(&w->lanes, sizeof(struct waiting_lane));
    w->lane = 0;
    w->seq = 0;
}

void waiting_close(struct waiting *w)
{
    table_close(&w->cases);
    table_close(&w->lanes);
}

static const struct waiting_case *waiting_at(const struct waiting *w, uint32_t at)
{
    return table_row(&w->cases, at);
}

static int compare_waiting(const void *one, const void *other)
{
    const struct waiting_case *a = one, *b = other;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->origin != b->origin)
        return a->origin < b->origin ? -1 : 1;
    return a->received_seq < b->received_seq ? -1 : a->received_seq > b->received_seq;
}

static bool collect_cases(struct waiting *w, const struct state *state)
{
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        if (!referral_waits(r))
            continue;
        if (!table_reserve(&w->cases, 1))
            return false;
        struct waiting_case *one = table_add(&w->cases);
        *one = (struct waiting_case){r->received_seq, row, r->origin, (uint16_t)referral_rank(r)};
    }
    return true;
}

static struct waiting_lane *lane_at(const struct waiting *w, uint32_t at)
{
    return table_row(&w->lanes, at);
}

static bool make_lanes(struct waiting *w)
{
    struct waiting_lane *lane = NULL;
    for (uint32_t i = 0; i < w->cases.count; i++) {
        const struct waiting_case *one = waiting_at(w, i);
        if (!lane || lane->rank != one->rank || lane->origin != one->origin) {
            if (!table_reserve(&w->lanes, 1))
                return false;
            lane = table_add(&w->lanes);
            *lane = (struct waiting_lane){
                .received_seq = one->received_seq, .next = i, .origin = one->origin, .rank = one->rank};
        }
        lane->end = i + 1;
    }
    return true;
}

static bool any_waits(const struct state *state)
{
    for (int rank = RANK_FIRST; rank <= RANK_LAST; rank++)
        if (state->counters.waiting[rank])
            return true;
    return false;
}

bool waiting_collect(struct waiting *w, const struct state *state)
{
    table_clear(&w->cases);
    table_clear(&w->lanes);
    w->lane = 0;
    w->seq = 0;
    bool collected = !any_waits(state) || collect_cases(w, state);
    if (collected && w->cases.count)
        qsort(w->cases.rows, w->cases.count, w->cases.row_bytes, compare_waiting);
    if (collected && make_lanes(w))
        return true;
    table_clear(&w->cases);
    table_clear(&w->lanes);
    return false;
}

/* Only an event changes how many offers an origin has, and most cases are looked at in vain. */
static void count_offers(struct waiting *w, const struct state *state)
{
    if (w->seq == state->counters.seq)
        return;
    w->seq = state->counters.seq;
    for (uint32_t at = w->lane; at < w->lanes.count; at++)
        lane_at(w, at)->offers = state_origin_offers(state, lane_at(w, at)->origin);
}

static bool lane_is_before(const struct waiting_lane *a, const struct waiting_lane *b)
{
    return a->offers != b->offers ? a->offers < b->offers : a->received_seq < b->received_seq;
}

/* The lane whose turn it is, among those of the most urgent rank that is left; NULL: nothing is left. */
static struct waiting_lane *lane_in_turn(struct waiting *w)
{
    while (w->lane < w->lanes.count && lane_at(w, w->lane)->next == lane_at(w, w->lane)->end)
        w->lane++;
    if (w->lane == w->lanes.count)
        return NULL;
    struct waiting_lane *best = lane_at(w, w->lane), *end = best + (w->lanes.count - w->lane);
    for (struct waiting_lane *lane = best + 1; lane < end && lane->rank == best->rank; lane++)
        if (lane->next < lane->end && lane_is_before(lane, best))
            best = lane;
    return best;
}

static const struct waiting_case *take_out(struct waiting *w, struct waiting_lane *lane)
{
    const struct waiting_case *one = waiting_at(w, lane->next++);
    if (lane->next < lane->end)
        lane->received_seq = waiting_at(w, lane->next)->received_seq;
    return one;
}

const struct referral *waiting_next(struct waiting *w, const struct state *state)
{
    count_offers(w, state);
    for (struct waiting_lane *lane; (lane = lane_in_turn(w));) {
        const struct waiting_case *one = take_out(w, lane);
        const struct referral *r = state_referral_row(state, one->row);
        if (referral_waits(r) && r->received_seq == one->received_seq)
            return r;
    }
    return NULL;
}
