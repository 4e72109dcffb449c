/* apply_case.c: what each kind of event changes in its case. */
#include <assert.h>
#include <string.h>

#include "broker/core/applying.h"
#include "broker/core/referral.h"

static void apply_facts(struct referral *r, const struct event *event)
{
    r->facts = event->is.received.facts;
    r->facts_seq = event->seq;
    if (event->is.received.with_confidential)
        r->confidential_seq = event->seq;
    r->coordinator = event->is.received.coordinator;
    r->area_assumed = event->is.received.flags & flag_bit(FLAG_AREA_ASSUMED);
}

/* All of it is written, because the row's bytes are compared. */
static void copy_words(char *to, size_t chars_max, const char *from)
{
    size_t at = 0;
    for (; from[at] && at < chars_max; at++)
        to[at] = from[at];
    memset(to + at, 0, chars_max + 1 - at);
}

void apply_received(struct referral *r, const struct event *event)
{
    assert(r->state == CASE_NONE);
    memcpy(r->id, event->referral, ID_BYTES);
    memcpy(r->submit_digest, event->command_digest, DIGEST_BYTES);
    r->number = event->number;
    r->follows = event->is.received.follows;
    r->drill = event->drill;
    r->received_ms = event->received_ms;
    r->entered_ms = event->is.received.telephoned.is ? event->at_ms : 0;
    r->received_seq = event->seq;
    r->remind_ms = event->at_ms; /* the coordinator owns it until the same decision says who does */
    r->round = 1;
    r->team = r->last_asked = r->taken_from = r->had_team = SLOT_NONE;
    r->offer.team = SLOT_NONE;
    copy_words(r->device, ACTOR_CHARS_MAX, event->device);
    apply_facts(r, event);
}

void apply_updated(struct referral *r, const struct event *event)
{
    enum source met = r->facts.source;
    apply_facts(r, event);
    r->facts.source = met; /* where the person was met does not change, whatever a stored update says */
    r->by_another_device = event->is.received.other.is_other;
    r->changes_unseen |= event->is.received.with_changes;
    r->alters_who_comes = event->is.received.alters_who_comes;
}

/* The messages close up that somebody has still to see. */
static void drop_seen_messages(struct referral *r)
{
    int kept = 0;
    for (int i = 0; i < MESSAGES_UNSEEN_MAX; i++)
        if (r->messages[i].unseen)
            r->messages[kept++] = r->messages[i];
    memset(r->messages + kept, 0, (size_t)(MESSAGES_UNSEEN_MAX - kept) * sizeof *r->messages);
}

void apply_changes_seen(struct referral *r, const struct event *event)
{
    enum case_side by = event->is.changes_seen.by;
    if (event->is.changes_seen.of)
        r->changes_unseen = false;
    for (int i = 0; i < MESSAGES_UNSEEN_MAX; i++)
        if (r->messages[i].seq <= event->is.changes_seen.messages &&
            referral_message_waits_for(r, &r->messages[i], by, event->is.changes_seen.team))
            r->messages[i].unseen &= (uint8_t)~side_bit(by);
    drop_seen_messages(r);
}

void apply_message_sent(struct referral *r, const struct event *event)
{
    const struct message_sent *sent = &event->is.message;
    int at = 0;
    if (r->messages[MESSAGES_UNSEEN_MAX - 1].seq)
        r->messages[0].unseen = 0; /* it stays in the record */
    drop_seen_messages(r);
    while (r->messages[at].seq)
        at++;
    r->messages[at] = (struct waiting_message){.seq = event->seq,
                                               .at_ms = event->at_ms,
                                               .sender = sent->sender,
                                               .team = sent->team,
                                               .from = (uint8_t)sent->from,
                                               .unseen = sent->to};
}

void apply_withdrawn(struct referral *r, const struct event *event)
{
    r->by_another_device = event->is.withdrawn.other.is_other;
}

/* If more teams were asked than the list holds (a coordinator may assign teams beyond the ladder), the one
 * asked least is forgotten: at worst it is asked once more. */
static void note_asked(struct referral *r, uint16_t team)
{
    int least = 0;
    for (int i = 0; i < r->asked_count; i++) {
        if (r->asked[i].team == team) {
            if (r->asked[i].times < UINT16_MAX)
                r->asked[i].times++;
            r->asked[i].round = r->round;
            return;
        }
        if (r->asked[i].times < r->asked[least].times)
            least = i;
    }
    int at = r->asked_count < LADDER_STEPS_MAX ? r->asked_count++ : least;
    r->asked[at] = (struct asked_team){.team = team, .times = 1, .round = r->round};
}

void apply_offered(struct referral *r, const struct event *event)
{
    assert(!r->offer.attempt && event->is.offered.attempt);
    r->attempts = event->is.offered.attempt;
    r->round = event->is.offered.round;
    r->offer = (struct live_offer){
        .attempt = event->is.offered.attempt,
        .team = event->is.offered.team,
        .handover = event->is.offered.handover,
        .assigned = event->is.offered.assigned,
        .sought = event->is.offered.sought,
        .differs = event->is.offered.differs,
        .offered_ms = event->at_ms,
        .expires_ms = event->is.offered.expires_ms,
    };
    r->last_asked = event->is.offered.team;
    note_asked(r, event->is.offered.team);
}

void apply_offer_seen(struct referral *r, const struct event *event)
{
    r->offer.delivered = true;
    r->offer.seen |= event->is.offer.by_person;
}

void apply_offer_shortened(struct referral *r, const struct event *event)
{
    r->offer.expires_ms = event->is.offered.expires_ms;
}

static void clear_offer(struct referral *r)
{
    r->offer = (struct live_offer){.team = SLOT_NONE};
}

/* The case goes back to the duty coordinator, until the same decision says more. */
static void fall_back(struct referral *r, int64_t remind_ms)
{
    r->team = SLOT_NONE;
    r->expected_arrival_ms = r->lease_ms = r->lapses_ms = 0;
    r->remind_ms = remind_ms;
    r->look_again_ms = 0;
    r->seeking = SEEKING_NOT;
    r->differs = 0;
    r->alters_who_comes = false;
}

/* A team that was not left the time to answer may be asked again in the same round. */
static void forget_round(struct referral *r, uint16_t team)
{
    for (int i = 0; i < r->asked_count; i++)
        if (r->asked[i].team == team)
            r->asked[i].round = 0;
}

/* While one team hands over to another the case stays with the first. */
void apply_offer_ended(struct referral *r, const struct event *event)
{
    assert(r->offer.attempt);
    if (event->is.offer.end == OFFER_END_ORIGIN_SHARE || event->is.offer.end == OFFER_END_CHANGED)
        forget_round(r, r->offer.team);
    if (event->is.offer.end == OFFER_END_DECLINED)
        r->declined_as |= declined_bit(event->is.offer.reason);
    if (!r->offer.handover)
        fall_back(r, event->at_ms);
    clear_offer(r);
}

/* What somebody had heard of the case holds no longer. */
static void forget_heard(struct referral *r)
{
    r->muted_ms = 0;
    memset(r->heard_by, 0, sizeof r->heard_by);
}

void apply_held(struct referral *r, const struct event *event)
{
    if (r->state != CASE_HELD) /* otherwise it was only looked at again */
        forget_heard(r);
    fall_back(r, event->is.held.remind_ms);
    r->coordinator = event->is.held.coordinator;
    r->hold_reason = (uint8_t)event->is.held.reason;
    r->look_again_ms = event->is.held.look_again_ms;
    r->round = event->is.held.round;
    copy_words(r->taken_by, PERSON_CHARS_MAX, "");
    r->taken_from = SLOT_NONE;
}

void apply_reminded(struct referral *r, const struct event *event)
{
    r->reminders = event->is.reminded.times;
    r->remind_ms = event->is.reminded.next_ms;
    r->round = event->is.reminded.round;
    r->unheard = event->is.reminded.unheard + 1;
    r->also_count = event->is.reminded.also_count;
    memcpy(r->also, event->is.reminded.also, sizeof r->also);
    forget_heard(r);
}

void apply_acknowledged(struct referral *r, const struct event *event)
{
    r->unheard = 0;
    r->muted_ms = event->is.acknowledged.muted_ms;
    copy_words(r->heard_by, PERSON_CHARS_MAX, event->person.id);
    if (referral_is_reminded(r))
        r->remind_ms = event->is.acknowledged.remind_ms;
}

void apply_team_silent(struct referral *r, const struct event *event)
{
    (void)event;
    r->silent_told = true;
    forget_heard(r);
}

void apply_asked_again(struct referral *r, const struct event *event)
{
    forget_heard(r);
    if (referral_is_reminded(r))
        r->remind_ms = event->is.asked_again.remind_ms;
}

void apply_went_missing(struct referral *r, const struct event *event)
{
    if (!r->missing_ms) {
        if (r->team != SLOT_NONE)
            r->had_team = r->team;
        r->missing_ms = event->at_ms;
        r->last_seen_ms = 0;
        r->last_seen_at = 0;
        r->taken_from = SLOT_NONE;
        copy_words(r->taken_by, PERSON_CHARS_MAX, "");
        forget_heard(r);
    }
    fall_back(r, event->is.missing.remind_ms);
    if (event->is.missing.seen.at_ms)
        r->last_seen_ms = event->is.missing.seen.at_ms;
    if (event->is.missing.seen.place)
        r->last_seen_at = (uint8_t)event->is.missing.seen.place;
}

void apply_found(struct referral *r, const struct event *event)
{
    fall_back(r, event->at_ms);
    forget_heard(r);
    r->missing_ms = r->last_seen_ms = 0;
    r->last_seen_at = 0;
    r->hold_reason = HOLD_FOUND;
    for (int i = 0; i < r->asked_count; i++)
        r->asked[i].round = 0; /* what a team answered before may not be what it answers now */
}

void apply_taken(struct referral *r, const struct event *event)
{
    fall_back(r, 0);
    r->coordinator = event->is.taken.coordinator;
    if (event->is.taken.previous_team != SLOT_NONE)
        r->taken_from = event->is.taken.previous_team;
    r->lease_ms = event->is.taken.lease_ms;
    r->reminders = r->unheard = 0;
    forget_heard(r);
    copy_words(r->taken_by, PERSON_CHARS_MAX, event->person.id);
}

static void forget_tries(struct referral *r)
{
    r->tries = r->next_try = 0;
    r->next_try_ms = 0;
    r->tries_told = false;
}

void apply_accepted(struct referral *r, const struct event *event)
{
    assert(r->offer.attempt == event->is.accepted.attempt);
    r->team = event->is.accepted.team;
    r->had_team = SLOT_NONE;
    forget_tries(r); /* another team tries anew */
    r->expected_arrival_ms = event->is.accepted.expected_arrival_ms;
    r->lease_ms = event->is.accepted.lease_ms;
    r->lapses_ms = 0;
    r->look_again_ms = 0;
    r->seeking = (uint8_t)event->is.accepted.seeking;
    r->differs = r->offer.differs;
    r->taken_by[0] = '\0';
    r->taken_from = SLOT_NONE;
    r->alters_who_comes = false;
    r->unheard = 0;
    r->silent_told = false;
    clear_offer(r);
}

void apply_sought(struct referral *r, const struct event *event)
{
    r->hold_reason = (uint8_t)event->is.sought.reason;
    r->look_again_ms = event->is.sought.look_again_ms;
    r->round = event->is.sought.round;
}

void apply_wish_recorded(struct referral *r, const struct event *event)
{
    r->wants_telephone = event->is.wish.wish == WISH_TELEPHONE;
    r->seeking = (uint8_t)event->is.wish.seeking;
}

/* A contact in the minute of the receipt was at the receipt, because no wait is negative. */
static void note_seen(struct referral *r, int64_t occurred_ms)
{
    int64_t seen_ms = occurred_ms > r->received_ms ? occurred_ms : r->received_ms;
    if (!r->seen_ms || seen_ms < r->seen_ms)
        r->seen_ms = seen_ms;
}

void apply_checked_in(struct referral *r, const struct event *event)
{
    if (event->is.checked_in.expected_arrival_ms)
        r->expected_arrival_ms = event->is.checked_in.expected_arrival_ms;
    r->lease_ms = event->is.checked_in.lease_ms;
    r->lapses_ms = 0;
    r->seeking = (uint8_t)event->is.checked_in.seeking;
    if (event_is_attended_contact(event)) {
        r->contact_made = true;
        forget_tries(r);
    } else if (event->is.checked_in.step == STEP_CONTACT && r->tries < UINT8_MAX) {
        r->tries++;
    }
    if (event->is.checked_in.counts_as_seen)
        note_seen(r, event->is.checked_in.occurred_ms);
}

void apply_contact_tried(struct referral *r, const struct event *event)
{
    r->tries = (uint8_t)event->is.tried.tries;
    r->next_try = (uint8_t)event->is.tried.next;
    r->next_try_ms = event->is.tried.next_ms;
    r->lease_ms = event->is.tried.lease_ms;
    r->lapses_ms = 0;
}

void apply_tries_used_up(struct referral *r, const struct event *event)
{
    (void)event;
    r->tries_told = true;
    forget_heard(r);
}

void apply_lease_warned(struct referral *r, const struct event *event)
{
    r->lapses_ms = event->is.lease.lapses_ms;
}

void apply_lease_lapsed(struct referral *r, const struct event *event)
{
    fall_back(r, event->at_ms);
}

/* The team that asked for it is the one that had the case at its end. */
void apply_closed(struct referral *r, const struct event *event)
{
    r->outcome = (uint8_t)event->is.closed.outcome;
    if (referral_closing_is_asked(r))
        r->team = r->had_team;
}

/* The coordinator has not heard of it yet. */
void apply_closing_asked(struct referral *r, const struct event *event)
{
    const struct closing_asked *asked = &event->is.closing;
    forget_heard(r);
    r->had_team = r->team;
    fall_back(r, asked->remind_ms);
    r->coordinator = asked->coordinator;
    r->hold_reason = HOLD_CLOSING_ASKED;
    r->closing_outcome = (uint8_t)asked->outcome;
    r->closing_reason = (uint8_t)asked->without_contact;
    r->closing_assessed = (uint8_t)asked->psychosocially_assessed;
    copy_words(r->closing_code, CLOSING_CODE_CHARS_MAX, asked->note_code);
}

void apply_kept_open(struct referral *r, const struct event *event)
{
    forget_heard(r);
    r->remind_ms = event->is.closing.remind_ms;
    r->coordinator = event->is.closing.coordinator;
    r->hold_reason = HOLD_KEPT_OPEN;
    r->unheard = 0;
}

/* The case is again what it was before it ended. What its referrer has been shown since holds no longer. */
void apply_reopened(struct referral *r, const struct event *event)
{
    forget_heard(r);
    r->told_state = CASE_NONE;
    r->reminders = r->unheard = 0;
    r->silent_told = false;
    r->coordinator = event->is.reopened.coordinator;
    if (event->is.reopened.in_hand) {
        r->lease_ms = event->is.reopened.lease_ms;
        r->lapses_ms = 0;
        return;
    }
    forget_round(r, r->last_asked);
    forget_round(r, r->team);
    fall_back(r, event->is.reopened.remind_ms);
    r->hold_reason = HOLD_ENDED_BY_MISTAKE;
    r->taken_from = SLOT_NONE;
    copy_words(r->taken_by, PERSON_CHARS_MAX, "");
}

void apply_referrer_told(struct referral *r, const struct event *event)
{
    r->told_state = (uint8_t)event->is.told.state;
}

void apply_clock_breached(struct referral *r, const struct event *event)
{
    r->clocks[event->is.breached.clock].breached = true;
}

void apply_clock_warned(struct referral *r, const struct event *event)
{
    r->clocks[event->is.breached.clock].warned = true;
}

/* Another coordinator has not heard of it yet, so the reminders begin again. */
void apply_passed_over(struct referral *r, const struct event *event)
{
    r->coordinator = event->is.passed.coordinator;
    forget_heard(r);
    if (!referral_is_reminded(r))
        return;
    r->remind_ms = event->is.passed.remind_ms;
    r->reminders = 0;
}

void apply_alteration_to_case(struct referral *r, const struct event *event)
{
    r->altered |= alteration_bit(event->is.altered.what);
}

void holds_change(uint8_t *holds, int64_t *since_ms, const struct event *event)
{
    uint8_t bit = hold_bit(event->is.hold.reason);
    *holds = (uint8_t)(event->kind == EVENT_HOLD_SET ? *holds | bit : *holds & ~bit);
    if (!*holds)
        *since_ms = 0;
    else if (!*since_ms)
        *since_ms = event->at_ms;
}

void apply_hold_to_case(struct referral *r, const struct event *event)
{
    holds_change(&r->holds, &r->on_hold_ms, event);
}
