/* state_check.c: whether the state's books add up. */
#include "broker/core/state_check.h"

#include <stdlib.h>
#include <string.h>

#include "broker/core/shift.h"
#include "broker/core/undo.h"

/* The counts as the rows of open cases give them. */
struct recount {
    uint32_t open, held, waiting[RANK_LAST + 1];
    struct {
        struct team_load people, drills;
    } * by_team;         /* owned; NULL if memory is short */
    uint32_t *by_origin; /* offers of the ladder; owned; NULL if memory is short */
};

/* --- one open case ----------------------------------------------------------------------------------- */

static bool is_slot(const struct table *table, uint16_t slot)
{
    return slot < table->count;
}

static bool is_slot_or_none(const struct table *table, uint16_t slot)
{
    return slot == SLOT_NONE || is_slot(table, slot);
}

static const char *check_case_slots(const struct state *s, const struct referral *r)
{
    if (!is_slot(&s->areas, r->facts.area) || !is_slot(&s->coordinators, r->coordinator) ||
        !is_slot_or_none(&s->origins, r->origin))
        return "an open case has an area, a coordinator or an origin that nobody knows";
    if (r->facts.routed_as < URGENCY_EMERGENCY || r->facts.routed_as > URGENCY_ROUTINE)
        return "an open case is of no urgency";
    if (!is_slot_or_none(&s->teams, r->team) || !is_slot_or_none(&s->teams, r->last_asked) ||
        !is_slot_or_none(&s->teams, r->had_team) || !is_slot_or_none(&s->teams, r->offer.team) ||
        (r->offer.attempt && r->offer.team == SLOT_NONE))
        return "an open case has a team that nobody knows";
    if (r->asked_count > LADDER_STEPS_MAX)
        return "an open case has asked more teams than it can remember";
    for (int i = 0; i < r->asked_count; i++)
        if (!is_slot(&s->teams, r->asked[i].team))
            return "an open case has asked a team that nobody knows";
    return NULL;
}

static const char *check_case_clocks(const struct referral *r)
{
    for (int kind = CLOCK_NONE; kind < CLOCK_COUNT; kind++) {
        const struct clock *clock = &r->clocks[kind];
        if (!clock->started_ms &&
            (clock->due_ms || clock->stopped_ms || clock->breached || clock->warn_ms || clock->warned))
            return "a clock has a limit, a stop or a breach and has not started";
        if (clock->started_ms && (kind == CLOCK_NONE || clock->due_ms < clock->started_ms))
            return "a clock is due before it starts";
        if (clock->standard[ID_CHARS_MAX])
            return "the standard of a clock does not end";
    }
    return NULL;
}

/* Bit 0 stands for no reason. */
static bool holds_add_up(const struct state *s, uint8_t holds, int64_t on_hold_ms)
{
    return !holds == !on_hold_ms && !(holds & hold_bit(HOLD_ON_ERASURE_NONE)) &&
           on_hold_ms <= s->counters.at_ms;
}

static const char *check_case_numbers(const struct state *s, const struct referral *r)
{
    const struct counters *counters = &s->counters;
    if (!r->received_seq || r->received_seq > r->facts_seq || r->facts_seq > r->last_seq ||
        r->confidential_seq > r->facts_seq || r->last_seq > counters->seq)
        return "the events of an open case are out of order";
    if (r->number > (r->drill ? counters->drill_number : counters->number))
        return "an open case has a number that has not been given out";
    if (r->offer.attempt && r->offer.attempt != r->attempts)
        return "a live offer is not the latest";
    if (!r->offer.attempt && (r->next_offer || r->prev_offer))
        return "a case without a live offer stands in the list of a team's";
    if (r->received_ms > counters->at_ms || r->owned_since_ms > counters->at_ms)
        return "an open case came, or found its owner, after the latest event";
    if (!holds_add_up(s, r->holds, r->on_hold_ms))
        return "an open case is on hold without a reason, or since nobody knows when";
    return r->next_free ? "an open case is linked into the list of unused rows" : NULL;
}

static const char *check_case_owner(const struct referral *r)
{
    const struct owner owner = referral_owner(r);
    if (owner.kind != r->owner.kind || owner.slot != r->owner.slot || owner.act_by_ms != r->owner.act_by_ms)
        return "the owner of an open case does not follow from its state";
    return owner.kind == OWNER_NONE ? "nobody owns an open case" : NULL;
}

/* One entry in the agenda, with the instant at which time must look at the case. */
static const char *check_case_agenda(const struct state *s, const struct referral *r, uint32_t row)
{
    const struct agenda_entry *entry = agenda_find(&s->agenda, row);
    if (!entry)
        return "an open case has no entry in the agenda";
    return entry->due_ms == state_case_due(s, r) ? NULL
                                                 : "an open case is due at another time than its entry";
}

static const char *check_case_indexes(const struct state *s, const struct referral *r, uint32_t row)
{
    if (index_find(&s->referral_by_id, &s->referrals, r->id) != row)
        return "an open case is not found by its id";
    return state_ended(s, r->id) ? "a case is open and has ended" : NULL;
}

static const char *check_case(const struct state *s, const struct referral *r, uint32_t row)
{
    const char *wrong = referral_is_open(r) ? referral_check(r) : "an ended case stands among the open ones";
    if (!wrong)
        wrong = check_case_slots(s, r);
    if (!wrong)
        wrong = check_case_clocks(r);
    if (!wrong)
        wrong = check_case_numbers(s, r);
    if (!wrong)
        wrong = check_case_owner(r);
    if (!wrong)
        wrong = check_case_agenda(s, r, row);
    return wrong ? wrong : check_case_indexes(s, r, row);
}

/* --- all open cases ---------------------------------------------------------------------------------- */

static struct team_load *recount_load(const struct recount *recount, const struct referral *r, uint16_t team)
{
    return r->drill ? &recount->by_team[team].drills : &recount->by_team[team].people;
}

static const char *check_load(const struct team_load *load, const struct team_load *recounted)
{
    if (load->live_offers != recounted->live_offers)
        return "the count of a team's live offers is wrong";
    return load->cases == recounted->cases ? NULL : "the count of a team's cases is wrong";
}

static void recount_case(struct recount *recount, const struct referral *r)
{
    recount->open++;
    recount->held += r->state == CASE_HELD;
    recount->waiting[referral_rank(r)] += referral_waits(r);
    if (recount->by_origin && offer_is_of_ladder(&r->offer) && r->origin != SLOT_NONE)
        recount->by_origin[r->origin]++;
    if (!recount->by_team)
        return;
    if (r->offer.attempt)
        recount_load(recount, r, r->offer.team)->live_offers++;
    if (referral_is_with_team(r))
        recount_load(recount, r, r->team)->cases++;
}

static const char *check_counts(const struct state *s, const struct recount *recount)
{
    if (s->counters.open_count != recount->open)
        return "the count of open cases is wrong";
    if (s->counters.held_count != recount->held)
        return "the count of held cases is wrong";
    if (memcmp(s->counters.waiting, recount->waiting, sizeof recount->waiting) != 0)
        return "the count of waiting cases is wrong";
    if (s->referral_by_id.used != recount->open)
        return "the index of open cases has too many";
    if (s->agenda.entries.count != recount->open)
        return "the agenda has too many entries";
    for (uint32_t slot = 0; recount->by_team && slot < s->teams.count; slot++) {
        const struct team *team = table_row(&s->teams, slot);
        const char *wrong = check_load(&team->people, &recount->by_team[slot].people);
        if (!wrong)
            wrong = check_load(&team->drills, &recount->by_team[slot].drills);
        if (wrong)
            return wrong;
    }
    for (uint32_t slot = 0; recount->by_origin && slot < s->origins.count; slot++)
        if (state_origin_offers(s, (uint16_t)slot) != recount->by_origin[slot])
            return "the count of an origin's offers is wrong";
    return NULL;
}

/* Each live offer stands in its team's list once: the list has as many as the team is asked about, and each
 * leads back to the one before it. */
static const char *check_offers_of(const struct state *s, uint16_t slot)
{
    const struct team *team = state_team(s, slot);
    uint32_t listed = 0, before = 0, live_offers = team->people.live_offers + team->drills.live_offers;
    for (uint32_t next = team->first_offer; next; listed++) {
        const struct referral *r = next <= s->referrals.count ? table_row(&s->referrals, next - 1) : NULL;
        if (!r || !r->offer.attempt || r->offer.team != slot || r->prev_offer != before)
            return "the list of a team's live offers leads to something else";
        if (listed == live_offers)
            return "the list of a team's live offers has a circle";
        before = next;
        next = r->next_offer;
    }
    return listed == live_offers ? NULL : "a live offer is missing from its team's list";
}

static const char *check_offers(const struct state *s)
{
    const char *wrong = NULL;
    for (uint32_t slot = 0; !wrong && slot < s->teams.count; slot++)
        wrong = check_offers_of(s, (uint16_t)slot);
    return wrong;
}

static bool is_unused(const struct referral *r)
{
    static const struct referral nothing;
    struct referral rest = *r;
    rest.next_free = 0;
    return memcmp(&rest, &nothing, sizeof rest) == 0;
}

/* The list must have each unused row once. If it is longer it has a circle; if it is shorter it has lost a
 * link. */
static const char *check_unused(const struct state *s, uint32_t unused)
{
    uint32_t listed = 0;
    for (uint32_t next = s->counters.free_row; next; listed++) {
        if (next > s->referrals.count)
            return "the list of unused rows leads out of the table";
        if (listed == unused)
            return "the list of unused rows has a circle, or a row that is in use";
        const struct referral *r = table_row(&s->referrals, next - 1);
        if (!is_unused(r))
            return "an unused row holds something";
        next = r->next_free;
    }
    return listed == unused ? NULL : "an unused row is missing from the list of them";
}

static const char *check_teams(const struct state *s)
{
    for (uint32_t slot = 0; slot < s->teams.count; slot++) {
        const struct team *team = table_row(&s->teams, slot);
        if (team->last_offered_seq > s->counters.seq)
            return "a team was offered a case after the latest event";
        if (team->claimed_ms > s->counters.at_ms)
            return "a team has claimed free places after the latest event";
        if (!team->capacity_known && (team->claimed_ms || team->free_places))
            return "a team has free places that it has never claimed";
        if (team->taken_since && !team->last_offered_seq)
            return "a team has taken a case and was never asked";
    }
    return NULL;
}

static const char *check_rows(const struct state *s, struct recount *recount)
{
    for (uint32_t row = 0; row < s->referrals.count; row++) {
        const struct referral *r = table_row(&s->referrals, row);
        if (r->state == CASE_NONE)
            continue;
        const char *wrong = check_case(s, r, row);
        if (wrong)
            return wrong;
        recount_case(recount, r);
    }
    const char *wrong = check_counts(s, recount);
    if (!wrong)
        wrong = check_offers(s);
    return wrong ? wrong : check_unused(s, s->referrals.count - recount->open);
}

const char *state_check_open(const struct state *s)
{
    struct recount recount = {.by_team = calloc(s->teams.count + 1u, sizeof *recount.by_team),
                              .by_origin = calloc(s->origins.count + 1u, sizeof *recount.by_origin)};
    const char *wrong = check_teams(s);
    if (!wrong)
        wrong = agenda_check(&s->agenda);
    if (!wrong)
        wrong = check_rows(s, &recount);
    free(recount.by_team);
    free(recount.by_origin);
    return wrong;
}

/* --- everything else --------------------------------------------------------------------------------- */

/* Every row is found by its key, so no two have the same key, and the index has nothing else. */
static bool index_is_right(const struct index *index, const struct table *table)
{
    if (index->used != table->count)
        return false;
    for (uint32_t row = 0; row < table->count; row++)
        if (index_find(index, table, (const char *)table_row(table, row) + index->key_at) != row)
            return false;
    return true;
}

static const char *check_names(const struct state *s)
{
    if (!index_is_right(&s->team_by_id, &s->teams) || !index_is_right(&s->area_by_id, &s->areas) ||
        !index_is_right(&s->coordinator_by_id, &s->coordinators) ||
        !index_is_right(&s->origin_by_id, &s->origins))
        return "a name is not found, or found twice";
    return NULL;
}

static const char *check_ended(const struct state *s)
{
    for (uint32_t row = 0; row < s->ended.count; row++) {
        const struct ended_case *ended = table_row(&s->ended, row);
        if (ended->state != CASE_CLOSED && ended->state != CASE_WITHDRAWN)
            return "an ended case has not ended";
        if (!is_slot(&s->areas, ended->area) || !is_slot(&s->coordinators, ended->coordinator) ||
            !is_slot_or_none(&s->origins, ended->origin) || !is_slot_or_none(&s->teams, ended->team))
            return "an ended case has an area, a person or a team that nobody knows";
        if (!ended->received_seq || ended->received_seq > ended->last_seq ||
            ended->last_seq > s->counters.seq || ended->ended_ms < ended->received_ms)
            return "the events of an ended case are out of order";
        if (!holds_add_up(s, ended->holds, ended->on_hold_ms))
            return "an ended case is on hold without a reason, or since nobody knows when";
        if (ended->erased_ms && (ended->holds || ended->confidential_seq ||
                                 ended->erased_ms < ended->ended_ms || ended->erased_ms > s->counters.at_ms))
            return "a case was erased under a hold, before its end, or not wholly";
        if (ended->number > (ended->drill ? s->counters.drill_number : s->counters.number))
            return "an ended case has a number that has not been given out";
    }
    return index_is_right(&s->ended_by_id, &s->ended) ? NULL : "an ended case is not found by its id";
}

/* Walks the ring, full or not, from the oldest command to the latest. */
static const char *check_remembered(const struct state *s)
{
    uint32_t count = s->remembered.count, oldest = s->counters.oldest_remembered;
    uint64_t before = 0;
    if (count > COMMANDS_REMEMBERED_MAX || (oldest && (oldest >= count || count < COMMANDS_REMEMBERED_MAX)))
        return "the ring of remembered commands begins outside itself";
    for (uint32_t i = 0; i < count; i++) {
        const struct remembered *row = table_row(&s->remembered, (oldest + i) % count);
        if (row->seq <= before || row->seq > s->counters.seq)
            return "the remembered commands are out of order";
        before = row->seq;
    }
    return index_is_right(&s->remembered_by_id, &s->remembered) ? NULL : "a remembered command is not found";
}

/* The readings of a coordinator beyond their areas: the newest first, without a gap. */
static const char *check_readings(const struct state *s)
{
    for (uint32_t row = 0; row < s->coordinators.count; row++) {
        uint64_t before_seq = s->counters.seq + 1;
        int64_t before_ms = s->counters.at_ms;
        for (int i = 0; i < BREAK_GLASS_MAX; i++) {
            const struct glass_read *read = &state_coordinator(s, (uint16_t)row)->reads[i];
            if (read->seq ? read->seq >= before_seq || read->at_ms > before_ms || !read->reason
                          : read->at_ms != 0)
                return "what a coordinator read beyond their areas is out of order";
            before_seq = read->seq;
            before_ms = read->at_ms;
        }
    }
    return NULL;
}

static const char *check_handed(const struct handed_over *handed)
{
    bool wrong = handed->seq ? !handed->signs || handed->signs >= handed->seq
                             : handed->signs || handed->from[0] || handed->to[0];
    return wrong ? "a handover was taken before it was given" : NULL;
}

static const char *check_shifts(const struct state *s)
{
    const char *wrong = NULL;
    for (uint32_t row = 0; row < s->teams.count && !wrong; row++) {
        const struct team *team = state_team(s, (uint16_t)row);
        wrong = shift_check(team->shift, s->counters.at_ms);
        wrong = wrong ? wrong : check_handed(&team->handed);
    }
    for (uint32_t row = 0; row < s->coordinators.count && !wrong; row++) {
        const struct coordinator *coordinator = state_coordinator(s, (uint16_t)row);
        wrong = shift_check(coordinator->shift, s->counters.at_ms);
        wrong = wrong ? wrong : check_handed(&coordinator->handed);
    }
    return wrong;
}

static const char *check_covers(const struct state *s)
{
    for (uint32_t row = 0; row < s->covers.count; row++) {
        const struct cover *cover = table_row(&s->covers, row);
        if (!is_slot(&s->coordinators, cover->key.coordinator) || !is_slot(&s->areas, cover->key.area))
            return "a cover has a coordinator or an area that nobody knows";
        if (cover->reason > COVER_OVERLOAD)
            return "a cover has a reason that nobody knows";
    }
    return index_is_right(&s->cover_by_key, &s->covers) ? NULL : "a cover is not found, or found twice";
}

const char *state_check(const struct state *s)
{
    const char *wrong = state_check_open(s);
    if (!wrong)
        wrong = check_names(s);
    if (!wrong)
        wrong = check_ended(s);
    if (!wrong)
        wrong = check_readings(s);
    if (!wrong)
        wrong = check_covers(s);
    if (!wrong)
        wrong = check_shifts(s);
    if (!wrong)
        wrong = undo_check(s);
    return wrong ? wrong : check_remembered(s);
}
