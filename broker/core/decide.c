/* decide.c: what follows from a command: whether its sender may, which case it is about, which rule decides.
 */
#include "broker/core/decide.h"

#include <assert.h>
#include <string.h>

#include "broker/core/deciding.h"

/* The case that a command needs. */
enum needs { NO_CASE, OPEN_CASE, ANY_CASE };

static const struct {
    decide_command *decide;
    enum needs needs;
} commands[COMMAND_KINDS] = {
    [COMMAND_SUBMIT] = {decide_submit, NO_CASE},
    [COMMAND_UPDATE] = {decide_update, OPEN_CASE},
    [COMMAND_WITHDRAW] = {decide_withdraw, OPEN_CASE},
    [COMMAND_TOLD] = {decide_told, ANY_CASE},
    [COMMAND_SEEN] = {decide_seen, OPEN_CASE},
    [COMMAND_ACCEPT] = {decide_accept, OPEN_CASE},
    [COMMAND_DECLINE] = {decide_decline, OPEN_CASE},
    [COMMAND_CHECK_IN] = {decide_check_in, OPEN_CASE},
    [COMMAND_CLOSE] = {decide_close, OPEN_CASE},
    [COMMAND_HANDOVER] = {decide_handover, OPEN_CASE},
    [COMMAND_TAKE] = {decide_take, OPEN_CASE},
    [COMMAND_ASSIGN] = {decide_assign, OPEN_CASE},
    [COMMAND_READ_RECORD] = {decide_read_record, ANY_CASE},
    [COMMAND_PRESENCE] = {decide_presence, NO_CASE},
    [COMMAND_CAPACITY] = {decide_capacity, NO_CASE},
    [COMMAND_LOAD_POLICY] = {decide_load_policy, NO_CASE},
    [COMMAND_RECORD_REFUSAL] = {decide_record_refusal, NO_CASE},
    [COMMAND_RECORD_START] = {decide_record_start, NO_CASE},
};

/* A source may command only its own cases. A case that does not exist and a case of another source get the
 * same answer; an ended case tells only that it has ended. */
static enum refusal find_case_of_command(struct deciding *d, enum needs needs)
{
    const struct command *command = d->command;
    const struct any_case of = state_case(d->state, command->referral);
    if (!of.open && !of.ended)
        return REFUSAL_NOT_YOURS;
    uint16_t origin = of.open ? of.open->origin : of.ended->origin;
    if (command->party == PARTY_SOURCE && origin != state_origin_slot(d->state, command->actor))
        return REFUSAL_NOT_YOURS;
    if (of.open)
        d->r = *of.open;
    return of.ended && needs == OPEN_CASE ? REFUSAL_CASE_CLOSED : REFUSAL_NONE;
}

static bool answered_before(struct deciding *d)
{
    const struct remembered *known = d->command->has_id ? state_remembered(d->state, d->command->id) : NULL;
    if (!known)
        return false;
    if (memcmp(known->digest, d->command->digest, DIGEST_BYTES) != 0) {
        d->decision->refusal = REFUSAL_CONFLICT;
        return true;
    }
    d->decision->repeated = true;
    d->decision->seq = known->seq;
    return true;
}

static void begin_deciding(struct deciding *d, const struct state *state, const struct directory *directory,
                           int64_t now_ms, struct decision *decision)
{
    *d = (struct deciding){
        .state = state,
        .directory = directory,
        .policy = directory->policy,
        .now_ms = now_ms > state->counters.at_ms ? now_ms : state->counters.at_ms,
        .decision = decision,
    };
    decision->refusal = REFUSAL_NONE;
    decision->repeated = false;
    decision->seq = 0;
    decision->count = 0;
}

void decide(const struct state *state, const struct directory *directory, const struct command *command,
            int64_t now_ms, struct decision *decision)
{
    struct deciding d;
    begin_deciding(&d, state, directory, now_ms, decision);
    d.command = command;
    if (answered_before(&d))
        return;
    enum refusal refusal = REFUSAL_NONE;
    if (commands[command->kind].needs != NO_CASE)
        refusal = find_case_of_command(&d, commands[command->kind].needs);
    if (refusal == REFUSAL_NONE)
        refusal = commands[command->kind].decide(&d);
    decision->refusal = refusal;
    if (refusal != REFUSAL_NONE)
        decision->count = 0;
    else if (decision->count)
        decision->seq = decision->events[0].seq;
}

/* --- one decision in the making --------------------------------------------------------------------- */

struct event *deciding_event(struct deciding *d, enum event_kind kind)
{
    struct decision *decision = d->decision;
    assert(decision->count < DECISION_EVENTS_MAX);
    struct event *event = &decision->events[decision->count++];
    event_clear(event, kind);
    event->seq = d->state->counters.seq + decision->count;
    event->at_ms = d->now_ms;
    event->owner.slot = SLOT_NONE;
    event->actor = "";
    if (d->command) {
        event->actor = d->command->actor;
        event->has_command = d->command->has_id;
        memcpy(event->command, d->command->id, ID_BYTES);
        memcpy(event->command_digest, d->command->digest, DIGEST_BYTES);
    }
    if (d->r.state != CASE_NONE) {
        event->has_referral = true;
        memcpy(event->referral, d->r.id, ID_BYTES);
        event->number = d->r.number;
        event->drill = d->r.drill;
    }
    return event;
}

bool deciding_try(struct deciding *d, struct event *event)
{
    if (!referral_apply(&d->r, event)) {
        d->decision->count--;
        return false;
    }
    event->owner = d->r.owner;
    event->state = (enum case_state)d->r.state;
    return true;
}

void deciding_done(struct deciding *d, struct event *event)
{
    bool possible = deciding_try(d, event);
    assert(possible);
    (void)possible;
}

void deciding_offer(struct deciding *d, uint16_t team, bool handover, bool assigned,
                    const struct consideration_list *considered)
{
    struct event *event = deciding_event(d, EVENT_OFFERED);
    event->is.offered.attempt = d->r.attempts + 1;
    event->is.offered.team = team;
    event->is.offered.expires_ms = d->now_ms + d->policy->answer_ms[d->r.facts.routed_as];
    event->is.offered.round = d->r.round;
    event->is.offered.handover = handover;
    event->is.offered.assigned = assigned;
    event->considered = *considered;
    deciding_done(d, event);
}

static void hold_case(struct deciding *d, enum hold_reason reason, const struct match *match)
{
    struct event *event = deciding_event(d, EVENT_HELD);
    event->is.held.coordinator = directory_coordinator_slot(d->directory, d->r.facts.area);
    event->is.held.reason = reason;
    event->is.held.remind_ms = d->now_ms + d->policy->remind_ms;
    event->is.held.round = d->r.round;
    if (match) {
        event->is.held.look_again_ms = match->look_again_ms;
        event->considered = match->considered;
    }
    deciding_done(d, event);
}

/* Asks the next team of the ladder. False if none can be asked; *match says what was found. */
static bool offer_next(struct deciding *d, struct match *match)
{
    match_find(d->directory, d->state, &d->r, d->now_ms, match);
    if (match->team == SLOT_NONE)
        return false;
    deciding_offer(d, match->team, false, false, &match->considered);
    return true;
}

void deciding_route(struct deciding *d)
{
    struct match match;
    if (!offer_next(d, &match))
        hold_case(d, match.reason, &match);
}

/* Whether the finding differs from what the case has noted: by its reason, by something to wait for that
 * comes sooner, or because the noted instant has passed. */
static bool is_new_finding(const struct deciding *d, const struct match *match)
{
    int64_t noted_ms = d->r.look_again_ms;
    bool passed = noted_ms && noted_ms <= d->now_ms;
    bool sooner = match->look_again_ms && (!noted_ms || match->look_again_ms < noted_ms);
    return passed || sooner || match->reason != (enum hold_reason)d->r.hold_reason;
}

void deciding_look(struct deciding *d)
{
    struct match match;
    if (offer_next(d, &match) || !is_new_finding(d, &match))
        return;
    struct event *event = deciding_event(d, EVENT_HELD);
    event->is.held.coordinator = d->r.coordinator;
    event->is.held.reason = match.reason;
    event->is.held.remind_ms = d->r.remind_ms; /* looking again does not put the reminder off */
    event->is.held.look_again_ms = match.look_again_ms;
    event->is.held.round = d->r.round;
    event->considered = match.considered;
    deciding_done(d, event);
}

void deciding_end_offer(struct deciding *d, enum offer_end end, enum decline_reason reason, const char *note)
{
    if (!d->r.offer.attempt)
        return;
    struct event *event = deciding_event(d, EVENT_OFFER_ENDED);
    event->is.offer.attempt = d->r.offer.attempt;
    event->is.offer.team = d->r.offer.team;
    event->is.offer.end = end;
    event->is.offer.reason = reason;
    event->is.offer.note = note;
    deciding_done(d, event);
}

void deciding_offer_failed(struct deciding *d, enum offer_end end, enum decline_reason reason,
                           const char *note)
{
    bool handover = d->r.offer.handover, assigned = d->r.offer.assigned;
    deciding_end_offer(d, end, reason, note);
    if (handover)
        return;
    if (assigned || d->r.contact_made)
        hold_case(d, HOLD_ASSIGNED_NOT_TAKEN, NULL);
    else
        deciding_route(d);
}

/* --- time ------------------------------------------------------------------------------------------- */

static void lapse_lease(struct deciding *d)
{
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE, "");
    struct event *event = deciding_event(d, EVENT_LEASE_LAPSED);
    event->is.lease.team = d->r.team;
    deciding_done(d, event);
    /* A person who has been seen is not sent a second crisis team unasked: the coordinator decides. */
    struct match match;
    if (d->r.contact_made)
        hold_case(d, HOLD_LEASE_LAPSED, NULL);
    else if (!offer_next(d, &match))
        hold_case(d, HOLD_LEASE_LAPSED, &match);
}

static void warn_team(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_LEASE_WARNED);
    event->is.lease.team = d->r.team;
    event->is.lease.lapses_ms = d->now_ms + d->policy->lease_grace_ms;
    deciding_done(d, event);
}

/* The first few reminders also begin a new round of the ladder: a team that declined may have changed its
 * mind. */
static void remind_coordinator(struct deciding *d)
{
    bool another_round = !d->r.contact_made && d->r.round < d->policy->rounds_max;
    struct event *event = deciding_event(d, EVENT_REMINDED);
    event->is.reminded.coordinator = d->r.coordinator;
    event->is.reminded.times = d->r.reminders + 1;
    event->is.reminded.next_ms = d->now_ms + d->policy->remind_ms;
    event->is.reminded.round = (uint16_t)(d->r.round + (another_round ? 1 : 0));
    deciding_done(d, event);
    if (!d->r.contact_made)
        deciding_look(d);
}

static void record_breaches(struct deciding *d)
{
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        struct clock *clock = &d->r.clocks[kind];
        if (!clock->started_ms || clock->stopped_ms || clock->breached || d->now_ms <= clock->due_ms)
            continue;
        struct event *event = deciding_event(d, EVENT_CLOCK_BREACHED);
        event->is.breached.clock = (enum clock_kind)kind;
        event->is.breached.due_ms = clock->due_ms;
        event->is.breached.standard = state_referral(d->state, d->r.id)->clocks[kind].standard;
        deciding_done(d, event);
    }
}

static void decide_due(struct deciding *d)
{
    const struct referral *r = &d->r;
    bool absent = r->offer.attempt && !state_team(d->state, r->offer.team)->present;
    if (absent)
        deciding_offer_failed(d, OFFER_END_TEAM_ABSENT, DECLINE_NONE, "");
    else if (r->offer.attempt && r->offer.expires_ms <= d->now_ms)
        deciding_offer_failed(d, OFFER_END_EXPIRED, DECLINE_NONE, "");
    else if (referral_is_with_team(r) && r->lapses_ms && r->lapses_ms <= d->now_ms)
        lapse_lease(d);
    else if (referral_is_with_team(r) && !r->lapses_ms && r->lease_ms <= d->now_ms)
        warn_team(d);
    else if (r->state == CASE_TAKEN && r->lease_ms <= d->now_ms)
        hold_case(d, HOLD_COORDINATOR_SILENT, NULL);
    else if (r->state == CASE_HELD && r->remind_ms <= d->now_ms)
        remind_coordinator(d);
    else if (r->state == CASE_HELD && r->look_again_ms && r->look_again_ms <= d->now_ms)
        deciding_look(d);
    else
        record_breaches(d);
}

void decide_time(const struct state *state, const struct directory *directory, int64_t now_ms,
                 struct decision *decision)
{
    struct deciding d;
    begin_deciding(&d, state, directory, now_ms, decision);
    const struct agenda_entry *first = agenda_first(&state->agenda);
    if (!first || first->due_ms > d.now_ms)
        return;
    d.r = *state_referral_row(state, first->row);
    decide_due(&d);
    assert(decision->count > 0); /* a due case that changes nothing would stay due for ever */
}

enum { ROWS_LOOKED_AT_MAX = 256 }; /* at a time, so that a turn stays short */

bool decide_again(const struct state *state, const struct directory *directory, int64_t now_ms,
                  uint32_t *cursor, struct decision *decision)
{
    struct deciding d;
    begin_deciding(&d, state, directory, now_ms, decision);
    uint32_t end = state->referrals.count;
    if (end - *cursor > ROWS_LOOKED_AT_MAX)
        end = *cursor + ROWS_LOOKED_AT_MAX;
    while (*cursor < end && state->counters.held_count) {
        const struct referral *r = state_referral_row(state, (*cursor)++);
        if (r->state != CASE_HELD || r->contact_made)
            continue;
        d.r = *r;
        deciding_look(&d);
        if (decision->count)
            return true;
    }
    return *cursor < state->referrals.count && state->counters.held_count;
}
