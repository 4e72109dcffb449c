/* waiting.c: which of the cases that wait for a team is matched next. */
#include "broker/core/waiting.h"

#include <stdlib.h>

struct waiting_case {
    uint64_t received_seq;
    uint32_t row;
    uint16_t origin;
    uint16_t rank;
};

/* Cases of one rank and one origin, the oldest first. */
struct waiting_lane {
    uint32_t next, end; /* in waiting.cases */
};

void waiting_open(struct waiting *w)
{
    table_open(&w->cases, sizeof(struct waiting_case));
    table_open(&w->lanes, sizeof(struct waiting_lane));
    w->lane = 0;
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

static bool make_lanes(struct waiting *w)
{
    struct waiting_lane *lane = NULL;
    for (uint32_t i = 0; i < w->cases.count; i++) {
        const struct waiting_case *first = lane ? waiting_at(w, lane->next) : NULL;
        if (!first || first->rank != waiting_at(w, i)->rank || first->origin != waiting_at(w, i)->origin) {
            if (!table_reserve(&w->lanes, 1))
                return false;
            lane = table_add(&w->lanes);
            lane->next = i;
        }
        lane->end = i + 1;
    }
    return true;
}

bool waiting_collect(struct waiting *w, const struct state *state)
{
    table_clear(&w->cases);
    table_clear(&w->lanes);
    w->lane = 0;
    bool collected = state->counters.held_count == 0 || collect_cases(w, state);
    if (collected && w->cases.count)
        qsort(w->cases.rows, w->cases.count, w->cases.row_bytes, compare_waiting);
    if (collected && make_lanes(w))
        return true;
    table_clear(&w->cases);
    table_clear(&w->lanes);
    return false;
}

static struct waiting_lane *lane_at(const struct waiting *w, uint32_t at)
{
    struct waiting_lane *lane = at < w->lanes.count ? table_row(&w->lanes, at) : NULL;
    return lane;
}

static bool lane_is_before(const struct waiting *w, const struct state *state, const struct waiting_lane *a,
                           const struct waiting_lane *b)
{
    const struct waiting_case *first_a = waiting_at(w, a->next), *first_b = waiting_at(w, b->next);
    uint32_t offers_a = state_origin_offers(state, first_a->origin);
    uint32_t offers_b = state_origin_offers(state, first_b->origin);
    return offers_a != offers_b ? offers_a < offers_b : first_a->received_seq < first_b->received_seq;
}

/* The lane whose turn it is, among those of the most urgent rank that is left; NULL: nothing is left. */
static struct waiting_lane *lane_in_turn(struct waiting *w, const struct state *state)
{
    struct waiting_lane *first = lane_at(w, w->lane);
    while (first && first->next == first->end)
        first = lane_at(w, ++w->lane);
    struct waiting_lane *best = first;
    for (uint32_t at = w->lane + 1; first && at < w->lanes.count; at++) {
        struct waiting_lane *lane = lane_at(w, at);
        if (waiting_at(w, lane->end - 1)->rank != waiting_at(w, first->next)->rank)
            break;
        if (lane->next < lane->end && lane_is_before(w, state, lane, best))
            best = lane;
    }
    return best;
}

const struct referral *waiting_next(struct waiting *w, const struct state *state)
{
    for (struct waiting_lane *lane; (lane = lane_in_turn(w, state));) {
        const struct waiting_case *one = waiting_at(w, lane->next++);
        const struct referral *r = state_referral_row(state, one->row);
        if (referral_waits(r) && r->received_seq == one->received_seq)
            return r;
    }
    return NULL;
}
