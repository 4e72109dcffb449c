/* share.c: which offer yields its place, and whether a case has to wait for its turn. */
#include "broker/core/share.h"

#include "broker/core/offers.h"

struct origin_there {
    uint16_t origin;
    uint32_t offers;
    const struct referral *yields; /* the one that it would miss least: the least urgent, then the newest */
};

struct origins_there {
    int count;
    struct origin_there items[ORIGINS_AT_A_TEAM_MAX];
};

static bool is_missed_less(const struct referral *a, const struct referral *b)
{
    int rank_a = referral_rank(a), rank_b = referral_rank(b);
    if (rank_a != rank_b)
        return rank_a > rank_b;
    if (a->offer.offered_ms != b->offer.offered_ms)
        return a->offer.offered_ms > b->offer.offered_ms;
    return a->received_seq > b->received_seq;
}

static struct origin_there *origin_at(struct origins_there *there, uint16_t origin)
{
    for (int i = 0; i < there->count; i++)
        if (there->items[i].origin == origin)
            return &there->items[i];
    if (there->count == ORIGINS_AT_A_TEAM_MAX)
        return NULL;
    there->items[there->count] = (struct origin_there){.origin = origin};
    return &there->items[there->count++];
}

static void count_there(const struct state *state, uint16_t team, bool drill, struct origins_there *there)
{
    for (const struct referral *r = offers_first(state, team); r; r = offers_next(state, r)) {
        bool yields = offer_is_of_ladder(&r->offer) && r->drill == drill;
        struct origin_there *of = yields ? origin_at(there, r->origin) : NULL;
        if (!of)
            continue;
        of->offers++;
        if (!of->yields || is_missed_less(r, of->yields))
            of->yields = r;
    }
}

static bool has_to_yield(const struct origin_there *of, const struct referral *r, uint32_t own_offers)
{
    int rank = referral_rank(r), theirs = referral_rank(of->yields);
    return theirs > rank ? of->offers > own_offers : theirs == rank && of->offers > own_offers + 1;
}

/* The origin that has most gives first. NULL if none has to. */
static const struct referral *yields_at(const struct state *state, uint16_t team, const struct referral *r)
{
    struct origins_there there;
    const struct origin_there *most = NULL;
    there.items[0] = (struct origin_there){.origin = r->origin};
    there.count = 1;
    count_there(state, team, r->drill, &there);
    for (int i = 1; i < there.count; i++) {
        const struct origin_there *of = &there.items[i];
        if (has_to_yield(of, r, there.items[0].offers) &&
            (!most || of->offers > most->offers ||
             (of->offers == most->offers && is_missed_less(of->yields, most->yields))))
            most = of;
    }
    return most ? most->yields : NULL;
}

bool share_find(const struct directory *d, const struct state *state, const struct referral *r,
                int64_t now_ms, struct match *match, struct share *share)
{
    *share = (struct share){NULL, NULL};
    for (int i = 0; i < match->considered.count; i++) {
        struct considered *c = &match->considered.items[i];
        if (c->finding != CONSIDERATION_FULL || referral_asked_this_round(r, c->team) ||
            !match_one_offer_less_frees(d, state, c->team, r->drill, now_ms) ||
            (share->team && !match_ranks_before(d, state, r, c, share->team)))
            continue;
        const struct referral *yields = yields_at(state, c->team, r);
        if (yields)
            *share = (struct share){c, yields};
    }
    return share->team;
}

bool share_others_first(const struct state *state, const struct referral *r)
{
    uint32_t before = 0;
    for (int rank = RANK_FIRST; rank <= referral_rank(r); rank++)
        before += state->counters.waiting[rank];
    const struct referral *itself = state_referral(state, r->id);
    if (before && itself && referral_waits(itself) && referral_rank(itself) <= referral_rank(r))
        before--;
    return before;
}
