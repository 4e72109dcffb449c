/* apply_state.c: what each kind of event changes in teams, coordinators, covers, names and the clock. */
#include <string.h>

#include "broker/core/applying.h"
#include "broker/core/slots.h"
#include "broker/core/state.h"
#include "broker/core/undo.h"

static struct team *team_to_change(struct state *state, uint16_t slot)
{
    return table_row(&state->teams, slot);
}

bool apply_offered_to_team(struct state *state, const struct event *event)
{
    team_to_change(state, event->is.offered.team)->last_offered_seq = event->seq;
    return true;
}

bool apply_accepted_to_team(struct state *state, const struct event *event)
{
    struct team *team = team_to_change(state, event->is.accepted.team);
    if (!event->drill && team->taken_since < UINT16_MAX)
        team->taken_since++;
    return true;
}

/* The cases that a team has in hand are looked at again; they are in no list of their own. */
static void look_at_cases_of(struct state *state, uint16_t team, bool present)
{
    for (uint32_t row = 0; row < state->referrals.count; row++) {
        struct referral *r = table_row(&state->referrals, row);
        if (!referral_is_with_team(r) || r->team != team)
            continue;
        r->silent_told &= !present;
        agenda_change(&state->agenda, row, state_case_due(state, r));
    }
}

/* If nobody is there any more, the team's live offers end at once; if somebody is there again, they run until
 * they expire. */
bool apply_presence(struct state *state, const struct event *event)
{
    uint16_t coordinator = event->is.presence.coordinator;
    if (coordinator != SLOT_NONE) {
        if (coordinator >= state->coordinators.count)
            return false;
        ((struct coordinator *)table_row(&state->coordinators, coordinator))->present =
            event->is.presence.present;
        return true;
    }
    if (event->is.presence.team >= state->teams.count)
        return false;
    struct team *team = team_to_change(state, event->is.presence.team);
    team->present = event->is.presence.present;
    team->absent_ms = team->present ? 0 : event->at_ms;
    team->silent_ms = event->is.presence.silent_ms;
    if (team->people.cases || team->drills.cases)
        look_at_cases_of(state, event->is.presence.team, team->present);
    for (uint32_t next = team->first_offer; next;) {
        const struct referral *r = table_row(&state->referrals, next - 1);
        agenda_change(&state->agenda, next - 1, state_case_due(state, r));
        next = r->next_offer;
    }
    return true;
}

bool apply_capacity(struct state *state, const struct event *event)
{
    struct team *team = team_to_change(state, event->is.capacity.team);
    team->capacity_known = true;
    team->free_places = event->is.capacity.free_places;
    team->taken_since = 0;
    team->claimed_ms = event->at_ms;
    team->claim_good_until_ms = event->is.capacity.good_until_ms;
    return true;
}

/* One row for a coordinator and an area, however often they cover it. */
bool apply_area_covered(struct state *state, const struct event *event)
{
    const struct cover_key key = {event->is.covered.coordinator, event->is.covered.area};
    uint32_t row = index_find(&state->cover_by_key, &state->covers, &key);
    bool is_new = row == ROW_NONE;
    struct cover *cover = is_new ? table_add(&state->covers) : table_row(&state->covers, row);
    cover->key = key;
    if (is_new)
        index_add(&state->cover_by_key, &state->covers, state->covers.count - 1);
    cover->until_ms = event->is.covered.until_ms;
    cover->reason = (uint8_t)event->is.covered.reason;
    return true;
}

/* Remembers a reading beyond the coordinator's areas in the place of the oldest. */
bool apply_record_read(struct state *state, const struct event *event)
{
    if (event->is.read.break_glass == BREAK_GLASS_NONE)
        return true;
    uint16_t slot = state_coordinator_slot(state, event->is.read.of);
    if (slot == SLOT_NONE)
        return false;
    struct coordinator *reader = table_row(&state->coordinators, slot);
    memmove(&reader->reads[1], &reader->reads[0], sizeof reader->reads - sizeof reader->reads[0]);
    reader->reads[0] = (struct glass_read){
        .seq = event->seq, .at_ms = event->at_ms, .reason = (uint8_t)event->is.read.break_glass};
    memcpy(reader->reads[0].referral, event->referral, ID_BYTES);
    return true;
}

bool apply_policy(struct state *state, const struct event *event)
{
    memcpy(state->counters.policy_digest, event->is.policy.digest, POLICY_DIGEST_BYTES);
    return slots_give_all(&state->team_by_id, &state->teams, &event->is.policy.teams) &&
           slots_give_all(&state->area_by_id, &state->areas, &event->is.policy.areas) &&
           slots_give_all(&state->coordinator_by_id, &state->coordinators, &event->is.policy.coordinators);
}

/* The clocks of a detention run by what a sender stated in UTC, so they keep their UTC. All else that waits
 * was set by the ledger's time, and goes on by it. */
static void move_stated_clocks(struct referral *r, int64_t by_ms)
{
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        struct clock *clock = &r->clocks[kind];
        if (!clock_is_of_detention((enum clock_kind)kind) || !clock->started_ms || clock->stopped_ms)
            continue;
        clock->started_ms = instant_within(clock->started_ms + by_ms);
        clock->due_ms = instant_within(clock->due_ms + by_ms);
        if (clock->warn_ms)
            clock->warn_ms = instant_within(clock->warn_ms + by_ms);
    }
}

bool apply_clock_corrected(struct state *state, const struct event *event)
{
    int64_t ahead_ms = event->is.correction.ahead_ms;
    if (ahead_ms > CLOCK_AHEAD_MS_MAX || ahead_ms < -CLOCK_AHEAD_MS_MAX)
        return false;
    int64_t by_ms = ahead_ms - state->counters.ahead_ms;
    state->counters.ahead_ms = ahead_ms;
    for (uint32_t row = 0; row < state->referrals.count; row++) {
        struct referral *r = table_row(&state->referrals, row);
        if (r->state == CASE_NONE)
            continue;
        move_stated_clocks(r, by_ms);
        agenda_change(&state->agenda, row, state_case_due(state, r));
    }
    return true;
}

/* Marks an ended case, or the state itself if no case is named; an open case was changed before this
 * (apply_case.c). */
bool apply_alteration(struct state *state, const struct event *event)
{
    uint8_t bit = alteration_bit(event->is.altered.what);
    uint32_t row =
        event->has_referral ? index_find(&state->ended_by_id, &state->ended, event->referral) : ROW_NONE;
    if (row != ROW_NONE)
        ((struct ended_case *)table_row(&state->ended, row))->altered |= bit;
    else if (!event->has_referral)
        state->counters.altered |= bit;
    return true;
}

static struct ended_case *ended_to_change(struct state *state, const struct event *event)
{
    uint32_t row = index_find(&state->ended_by_id, &state->ended, event->referral);
    return row == ROW_NONE ? NULL : table_row(&state->ended, row);
}

/* Nobody can open the confidential part any more, so nobody need look for it. */
bool apply_erased(struct state *state, const struct event *event)
{
    struct ended_case *ended = ended_to_change(state, event);
    if (!ended || ended->erased_ms || ended->holds)
        return false;
    ended->erased_ms = event->at_ms;
    ended->confidential_seq = 0;
    undo_forget(state, ended);
    return true;
}

/* All of the row is written, because its bytes are compared. */
bool apply_passed_on(struct state *state, const struct event *event)
{
    struct ended_case *ended = ended_to_change(state, event);
    size_t chars = strlen(event->is.passed_on.provider);
    if (!ended || ended->outcome != OUTCOME_REFERRED_ON || chars > PROVIDER_CHARS_MAX)
        return false;
    char provider[PROVIDER_CHARS_MAX + 1] = {0};
    memcpy(provider, event->is.passed_on.provider, chars); /* which may be the row's own */
    memcpy(ended->provider, provider, sizeof provider);
    ended->is_passed_on = true;
    ended->provider_received_ms = event->is.passed_on.received_ms;
    return true;
}

/* An open case was changed before this (apply_case.c). */
bool apply_hold(struct state *state, const struct event *event)
{
    struct ended_case *ended = ended_to_change(state, event);
    if (!ended)
        return true;
    holds_change(&ended->holds, &ended->on_hold_ms, event);
    return !ended->erased_ms;
}
