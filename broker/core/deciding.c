/* deciding.c: one decision in the making. */
#include "broker/core/deciding.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "broker/core/beside.h"
#include "broker/core/share.h"

void deciding_begin(struct deciding *d, const struct state *state, const struct directory *directory,
                    int64_t now_ms, struct decision *decision)
{
    d->state = state;
    d->directory = directory;
    d->policy = directory->policy;
    d->command = NULL;
    d->now_ms = now_ms > state->counters.at_ms ? now_ms : state->counters.at_ms;
    d->in_turn = false;
    d->decision = decision;
    decision->refusal = REFUSAL_NONE;
    decision->repeated = false;
    decision->seq = 0;
    decision->count = 0;
}

void deciding_about(struct deciding *d, const struct referral *r)
{
    size_t size = offsetof(struct referral, beside);
    if (r)
        memcpy(&d->r, r, size + (size_t)beside_rows(r) * sizeof *r->beside);
    else
        memset(&d->r, 0, size);
}

struct event *deciding_event(struct deciding *d, enum event_kind kind)
{
    struct decision *decision = d->decision;
    assert(decision->count < DECISION_EVENTS_MAX);
    struct event *event = &decision->events[decision->count++];
    event_clear(event, kind);
    event->seq = d->state->counters.seq + decision->count;
    event->at_ms = d->now_ms;
    event->owner.slot = SLOT_NONE;
    event->actor = event->device = event->person.id = "";
    if (d->command) {
        event->actor = d->command->actor;
        if (d->command->device)
            event->device = d->command->device;
        if (d->command->person.id)
            event->person = d->command->person;
        event->has_command = d->command->has_id;
        memcpy(event->command, d->command->id, ID_BYTES);
        memcpy(event->command_digest, d->command->digest, DIGEST_BYTES);
    }
    if (d->r.state != CASE_NONE) {
        event->has_referral = true;
        memcpy(event->referral, d->r.id, ID_BYTES);
        event->number = d->r.number;
        event->drill = d->r.drill;
        event->received_ms = d->r.received_ms;
        event->previous = d->r.last_seq;
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

void deciding_name_ended(struct event *event, const struct ended_case *ended)
{
    event->has_referral = true;
    memcpy(event->referral, ended->id, ID_BYTES);
    event->number = ended->number;
    event->drill = ended->drill;
    event->received_ms = ended->received_ms;
    event->previous = ended->last_seq;
    event->state = (enum case_state)ended->state;
}

enum refusal deciding_choose(const struct deciding *d, uint16_t team, struct consideration_list *considered)
{
    considered->count = 1;
    enum consideration found =
        match_consider(d->directory, d->state, &d->r, team, d->now_ms, &considered->items[0]);
    considered->items[0].finding = CONSIDERATION_CHOSEN;
    return match_is_not_for(found) && !d->command->is.move.although ? REFUSAL_NOT_A_MATCH : REFUSAL_NONE;
}

bool deciding_is_to_come(const struct deciding *d, int64_t utc_ms)
{
    enum { MS_PER_MINUTE = 60 * 1000 };
    return utc_ms / MS_PER_MINUTE > state_utc(d->state, d->now_ms) / MS_PER_MINUTE + CLOCKS_DIFFER_MINUTES;
}

bool deciding_has_or_had(const struct deciding *d)
{
    const struct referral *r = &d->r;
    uint16_t team = d->command->slot;
    return d->command->party != PARTY_TEAM || (referral_is_with_team(r) && r->team == team) ||
           r->had_team == team;
}

bool deciding_is_concerned(const struct deciding *d)
{
    return deciding_has_or_had(d) || (d->r.offer.attempt && d->r.offer.team == d->command->slot);
}

enum refusal deciding_in_hand(const struct deciding *d)
{
    const struct referral *r = &d->r;
    bool team = d->command->party == PARTY_TEAM;
    if (team && referral_is_with_team(r) && r->team == d->command->slot)
        return REFUSAL_NONE;
    if (!team && r->state == CASE_TAKEN && r->coordinator == d->command->slot)
        return REFUSAL_NONE;
    bool concerned = !team || referral_times_asked(r, d->command->slot);
    return concerned ? REFUSAL_WRONG_STATE : REFUSAL_NOT_YOURS;
}

static const struct considered *chosen_of(const struct consideration_list *considered)
{
    int at = 0;
    while (at < considered->count && considered->items[at].finding != CONSIDERATION_CHOSEN)
        at++;
    assert(at < considered->count);
    return &considered->items[at];
}

struct event *deciding_offer(struct deciding *d, enum offer_by by,
                             const struct consideration_list *considered)
{
    const struct considered *chosen = chosen_of(considered);
    int64_t answer_ms = d->policy->answer_ms[d->r.facts.routed_as];
    if (facts_age(&d->r.facts) == PERSON_OF_EITHER_AGE && match_halves_time(d->directory, chosen->team))
        answer_ms /= 2;
    struct event *event = deciding_event(d, EVENT_OFFERED);
    event->is.offered.attempt = d->r.attempts + 1;
    event->is.offered.team = chosen->team;
    event->is.offered.expires_ms = d->now_ms + answer_ms;
    event->is.offered.round = d->r.round;
    event->is.offered.handover = by == OFFER_BY_HOLDER || by == OFFER_BY_SEEKING;
    event->is.offered.assigned = by == OFFER_BY_COORDINATOR;
    event->is.offered.sought = by == OFFER_BY_SEEKING;
    event->is.offered.differs = chosen->differs;
    event->considered = *considered;
    deciding_done(d, event);
    return event;
}

void deciding_hold(struct deciding *d, enum hold_reason reason, const struct match *match)
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

static bool offer_share(struct deciding *d, struct match *match);

/* Asks a team that has a place; if none has, and others may be made to yield one, a team whose place they
 * yield.
 */
static bool offer_place(struct deciding *d, struct match *match, bool others_may_yield)
{
    if (d->state->rematch_due && !d->in_turn && share_others_first(d->state, &d->r)) {
        match->reason = HOLD_IN_TURN;
        match->look_again_ms = 0; /* the rematch comes to it */
        match->considered.count = 0;
        return false;
    }
    match_find(d->directory, d->state, &d->r, d->now_ms, match);
    if (match->team == SLOT_NONE)
        return others_may_yield && offer_share(d, match);
    deciding_offer(d, OFFER_BY_LADDER, &match->considered);
    return true;
}

/* The events carry the command that led to them, though it was for another case. For this case nobody else
 * yields a place, so that one decision moves two cases and no more. */
static void yield_place(struct deciding *d, const struct referral *yields)
{
    const struct deciding waits = *d;
    struct match match;
    d->r = *yields;
    d->in_turn = false;
    deciding_end_offer(d, OFFER_END_ORIGIN_SHARE, DECLINE_NONE);
    if (!offer_place(d, &match, false))
        deciding_hold(d, HOLD_ORIGIN_SHARE, &match);
    *d = waits;
}

/* The state gives a case its origin when the event that it was received is applied: until then it is looked
 * up, and only here, where it is asked for. The state also has the offer that yields, so what the match found
 * of the team is made good. */
static bool offer_share(struct deciding *d, struct match *match)
{
    struct share share;
    if (!state_referral(d->state, d->r.id)) /* SLOT_NONE: its first case */
        d->r.origin = state_origin_slot(d->state, event_origin(&d->decision->events[0]));
    if (!share_find(d->directory, d->state, &d->r, d->now_ms, match, &share))
        return false;
    yield_place(d, share.yields);
    share.team->finding = CONSIDERATION_CHOSEN;
    share.team->load--;
    deciding_offer(d, OFFER_BY_LADDER, &match->considered);
    return true;
}

/* Asks the next team of the ladder. If all that could take the case are full, another origin's case may have
 * to yield its place (share.h): it is then offered to another team, or held, by the same decision. False if
 * no team can be asked, or if others come first; *match says what was found. */
static bool offer_next(struct deciding *d, struct match *match)
{
    return offer_place(d, match, true);
}

void deciding_route(struct deciding *d)
{
    struct match match;
    if (!offer_next(d, &match))
        deciding_hold(d, match.reason, &match);
}

/* That a case had to yield its place stays what its source and coordinator are told, until it finds something
 * else than that all are full. */
static enum hold_reason reason_found(const struct deciding *d, const struct match *match)
{
    bool yielded = d->r.hold_reason == HOLD_ORIGIN_SHARE && match->reason == HOLD_ALL_FULL;
    return yielded ? HOLD_ORIGIN_SHARE : match->reason;
}

/* Whether the finding differs from what the case has noted: by its reason, by something to wait for that
 * comes sooner, or because the noted instant has passed. */
static bool is_new_finding(const struct deciding *d, const struct match *match)
{
    int64_t noted_ms = d->r.look_again_ms;
    bool passed = noted_ms && noted_ms <= d->now_ms;
    bool sooner = match->look_again_ms && (!noted_ms || match->look_again_ms < noted_ms);
    return passed || sooner || reason_found(d, match) != (enum hold_reason)d->r.hold_reason;
}

/* --- while a team has the case, and another is sought -------------------------------------------------- */

static bool ask_another(struct deciding *d, struct match *match)
{
    match_find(d->directory, d->state, &d->r, d->now_ms, match);
    if (match->team == SLOT_NONE)
        return false;
    deciding_offer(d, OFFER_BY_SEEKING, &match->considered);
    return true;
}

/* As a held case is looked at again at each reminder, which begins a new round, so is this one. */
static int64_t next_look_ms(const struct deciding *d, const struct match *match)
{
    bool another_round = d->r.round < d->policy->rounds_max;
    int64_t round_ms = another_round ? d->now_ms + d->policy->remind_ms : 0;
    if (!round_ms || (match->look_again_ms && match->look_again_ms < round_ms))
        return match->look_again_ms;
    return round_ms;
}

static void record_sought(struct deciding *d, const struct match *match)
{
    struct event *event = deciding_event(d, EVENT_SOUGHT);
    event->is.sought.reason = match->reason;
    event->is.sought.look_again_ms = match->look_again_ms;
    event->is.sought.round = d->r.round;
    event->considered = match->considered;
    deciding_done(d, event);
}

void deciding_seek(struct deciding *d)
{
    struct match match;
    if (!referral_seeks_in_vain(&d->r) || ask_another(d, &match))
        return;
    match.look_again_ms = next_look_ms(d, &match);
    record_sought(d, &match);
}

/* The round stands in the event that follows, whichever it is. */
void deciding_seek_in_time(struct deciding *d)
{
    if (d->r.round < d->policy->rounds_max)
        d->r.round++;
    deciding_seek(d);
}

static void seek_again(struct deciding *d)
{
    struct match match;
    if (ask_another(d, &match))
        return;
    match.look_again_ms = next_look_ms(d, &match);
    if (is_new_finding(d, &match))
        record_sought(d, &match);
}

/* --- a case that waits ------------------------------------------------------------------------------- */

void deciding_look(struct deciding *d)
{
    struct match match;
    if (d->r.seeking) {
        seek_again(d);
        return;
    }
    if (offer_next(d, &match) || !is_new_finding(d, &match))
        return;
    struct event *event = deciding_event(d, EVENT_HELD);
    event->is.held.coordinator = d->r.coordinator;
    event->is.held.reason = reason_found(d, &match);
    event->is.held.remind_ms = d->r.remind_ms; /* looking again does not put the reminder off */
    event->is.held.look_again_ms = match.look_again_ms;
    event->is.held.round = d->r.round;
    event->considered = match.considered;
    deciding_done(d, event);
}

void deciding_go_on(struct deciding *d, enum hold_reason lost_by)
{
    struct match match;
    if (d->r.contact_made)
        deciding_hold(d, lost_by, NULL);
    else if (!offer_next(d, &match))
        deciding_hold(d, lost_by, &match);
}

void deciding_end_offer(struct deciding *d, enum offer_end end, enum decline_reason reason)
{
    if (!d->r.offer.attempt)
        return;
    struct event *event = deciding_event(d, EVENT_OFFER_ENDED);
    event->is.offer.attempt = d->r.offer.attempt;
    event->is.offer.team = d->r.offer.team;
    event->is.offer.end = end;
    event->is.offer.reason = reason;
    deciding_done(d, event);
}

void deciding_offer_failed(struct deciding *d, enum offer_end end, enum decline_reason reason)
{
    bool handover = d->r.offer.handover, assigned = d->r.offer.assigned;
    deciding_end_offer(d, end, reason);
    if (handover)
        deciding_seek(d);
    else if (assigned || d->r.contact_made)
        deciding_hold(d, HOLD_ASSIGNED_NOT_TAKEN, NULL);
    else
        deciding_route(d);
}
