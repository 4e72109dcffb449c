/* referral.c: one open case and how events change it. */
#include "broker/core/referral.h"

#include <assert.h>
#include <string.h>

/* Columns of the table: events, a check-in being three and an offer two by what it is about. */
enum happening {
    HAPPENING_RECEIVED,
    HAPPENING_OFFERED,
    HAPPENING_OFFERED_HANDOVER,
    HAPPENING_OFFER_SEEN,
    HAPPENING_OFFER_ENDED,
    HAPPENING_HELD,
    HAPPENING_REMINDED,
    HAPPENING_TAKEN,
    HAPPENING_ACCEPTED,
    HAPPENING_TRAVELLING,
    HAPPENING_ARRIVED,
    HAPPENING_CONTACT_ATTENDED,
    HAPPENING_CONTACT_MISSED,
    HAPPENING_LEASE_WARNED,
    HAPPENING_LEASE_LAPSED,
    HAPPENING_NOTED, /* updated, told, breached, read: the state stays */
    HAPPENING_CLOSED,
    HAPPENING_WITHDRAWN,
    HAPPENING_COUNT
};

/* clang-format off */
#define NO CASE_NONE
#define OF CASE_OFFERED
#define HE CASE_HELD
#define TA CASE_TAKEN
#define AC CASE_ACCEPTED
#define TR CASE_TRAVELLING
#define AR CASE_ARRIVED
#define IC CASE_IN_CONTACT
#define CL CASE_CLOSED
#define WI CASE_WITHDRAWN
static const uint8_t next_state[CASE_STATE_COUNT][HAPPENING_COUNT] = {
    /*                   recv off hand seen ended held rem take acc trav arr cont miss warn lapse note close withdr */
    [CASE_NONE]       = { HE, NO, NO,  NO,  NO,   NO,  NO, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,   NO,  NO,   NO },
    [CASE_OFFERED]    = { NO, NO, NO,  OF,  HE,   NO,  NO, NO,  AC, NO,  NO, NO,  NO,  NO,  NO,   OF,  NO,   NO },
    [CASE_HELD]       = { NO, OF, NO,  NO,  NO,   HE,  HE, TA,  NO, NO,  NO, NO,  NO,  NO,  NO,   HE,  NO,   WI },
    [CASE_TAKEN]      = { NO, OF, NO,  NO,  NO,   HE,  NO, TA,  NO, NO,  NO, TA,  TA,  NO,  NO,   TA,  CL,   WI },
    [CASE_ACCEPTED]   = { NO, NO, AC,  AC,  AC,   NO,  NO, NO,  AC, TR,  AR, IC,  AC,  AC,  HE,   AC,  CL,   WI },
    [CASE_TRAVELLING] = { NO, NO, TR,  TR,  TR,   NO,  NO, NO,  AC, TR,  AR, IC,  TR,  TR,  HE,   TR,  CL,   WI },
    [CASE_ARRIVED]    = { NO, NO, AR,  AR,  AR,   NO,  NO, NO,  AC, TR,  AR, IC,  AR,  AR,  HE,   AR,  CL,   WI },
    [CASE_IN_CONTACT] = { NO, NO, IC,  IC,  IC,   NO,  NO, NO,  AC, IC,  IC, IC,  IC,  IC,  HE,   IC,  CL,   NO },
    [CASE_CLOSED]     = { NO, NO, NO,  NO,  NO,   NO,  NO, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,   CL,  NO,   NO },
    [CASE_WITHDRAWN]  = { NO, NO, NO,  NO,  NO,   NO,  NO, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,   WI,  NO,   NO },
};
#undef NO
#undef OF
#undef HE
#undef TA
#undef AC
#undef TR
#undef AR
#undef IC
#undef CL
#undef WI
/* clang-format on */

/* Whether the person was there: MHSDS AttendStatus 5 or 6. Not recorded counts as there, because a team
 * that reports a contact reports that one took place. */
static bool attended(enum attend_status status)
{
    return status == ATTEND_NONE || status == ATTEND_ON_TIME || status == ATTEND_LATE_BUT_SEEN;
}

static enum happening happening_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_RECEIVED:
        return HAPPENING_RECEIVED;
    case EVENT_OFFERED:
        return event->is.offered.handover ? HAPPENING_OFFERED_HANDOVER : HAPPENING_OFFERED;
    case EVENT_OFFER_SEEN:
        return HAPPENING_OFFER_SEEN;
    case EVENT_OFFER_ENDED:
        return HAPPENING_OFFER_ENDED;
    case EVENT_HELD:
        return HAPPENING_HELD;
    case EVENT_REMINDED:
        return HAPPENING_REMINDED;
    case EVENT_TAKEN:
        return HAPPENING_TAKEN;
    case EVENT_ACCEPTED:
        return HAPPENING_ACCEPTED;
    case EVENT_CHECKED_IN:
        if (event->is.checked_in.step == STEP_TRAVELLING)
            return HAPPENING_TRAVELLING;
        if (event->is.checked_in.step == STEP_ARRIVED)
            return HAPPENING_ARRIVED;
        return attended(event->is.checked_in.attended) ? HAPPENING_CONTACT_ATTENDED
                                                       : HAPPENING_CONTACT_MISSED;
    case EVENT_LEASE_WARNED:
        return HAPPENING_LEASE_WARNED;
    case EVENT_LEASE_LAPSED:
        return HAPPENING_LEASE_LAPSED;
    case EVENT_UPDATED:
    case EVENT_REFERRER_TOLD:
    case EVENT_CLOCK_BREACHED:
    case EVENT_RECORD_READ:
        return HAPPENING_NOTED;
    case EVENT_CLOSED:
        return HAPPENING_CLOSED;
    case EVENT_WITHDRAWN:
        return HAPPENING_WITHDRAWN;
    case EVENT_PRESENCE_CHANGED:
    case EVENT_CAPACITY_CLAIMED:
    case EVENT_POLICY_LOADED:
    case EVENT_COMMAND_REFUSED:
    case EVENT_BROKER_STARTED:
        break;
    }
    assert(!"an event that is not of a case");
    return HAPPENING_COUNT;
}

/* Events about an offer need the live one, and whether it is a handover must fit. */
static bool offer_fits(const struct referral *r, const struct event *event)
{
    switch (event->kind) {
    case EVENT_OFFERED:
        return r->offer.attempt == 0 && event->is.offered.attempt == r->attempts + 1;
    case EVENT_OFFER_SEEN:
    case EVENT_OFFER_ENDED:
        return r->offer.attempt != 0 && event->is.offer.attempt == r->offer.attempt;
    case EVENT_ACCEPTED:
        return r->offer.attempt != 0 && event->is.accepted.attempt == r->offer.attempt;
    case EVENT_CLOSED:
    case EVENT_WITHDRAWN:
    case EVENT_LEASE_LAPSED:
        return r->offer.attempt == 0; /* an event of its own ends a live offer first */
    case EVENT_TAKEN:
    case EVENT_HELD:
    case EVENT_REMINDED:
    case EVENT_RECEIVED:
    case EVENT_CHECKED_IN:
    case EVENT_LEASE_WARNED:
    case EVENT_UPDATED:
    case EVENT_REFERRER_TOLD:
    case EVENT_CLOCK_BREACHED:
    case EVENT_RECORD_READ:
    case EVENT_PRESENCE_CHANGED:
    case EVENT_CAPACITY_CLAIMED:
    case EVENT_POLICY_LOADED:
    case EVENT_COMMAND_REFUSED:
    case EVENT_BROKER_STARTED:
        return true;
    }
    return false;
}

enum case_state referral_next_state(const struct referral *r, const struct event *event)
{
    if (!offer_fits(r, event))
        return CASE_NONE;
    return (enum case_state)next_state[r->state][happening_of(event)];
}

bool referral_is_open(const struct referral *r)
{
    return r->state != CASE_NONE && r->state != CASE_CLOSED && r->state != CASE_WITHDRAWN;
}

bool referral_is_with_team(const struct referral *r)
{
    return r->state == CASE_ACCEPTED || r->state == CASE_TRAVELLING || r->state == CASE_ARRIVED ||
           r->state == CASE_IN_CONTACT;
}

static struct owner owned_by(enum owner_kind kind, uint16_t slot, int64_t act_by_ms)
{
    return (struct owner){.kind = kind, .slot = slot, .act_by_ms = act_by_ms};
}

struct owner referral_owner(const struct referral *r)
{
    if (!referral_is_open(r))
        return owned_by(OWNER_NONE, SLOT_NONE, 0);
    if (r->state == CASE_OFFERED)
        return owned_by(OWNER_TEAM, r->offer.team, r->offer.expires_ms);
    if (r->state == CASE_HELD)
        return owned_by(OWNER_COORDINATOR, r->coordinator, r->remind_ms);
    if (r->state == CASE_TAKEN)
        return owned_by(OWNER_COORDINATOR, r->coordinator, r->lease_ms);
    return owned_by(OWNER_TEAM, r->team, r->lapses_ms ? r->lapses_ms : r->lease_ms);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t referral_due(const struct referral *r, bool team_absent)
{
    int64_t due = INT64_MAX;
    if (!referral_is_open(r))
        return due;
    if (r->offer.attempt)
        due = team_absent ? INT64_MIN : r->offer.expires_ms;
    if (r->state == CASE_HELD) {
        due = earlier(due, r->remind_ms);
        if (r->look_again_ms)
            due = earlier(due, r->look_again_ms);
    } else if (r->state == CASE_TAKEN) {
        due = earlier(due, r->lease_ms);
    } else if (referral_is_with_team(r)) {
        due = earlier(due, r->lapses_ms ? r->lapses_ms : r->lease_ms);
    }
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        const struct clock *clock = &r->clocks[kind];
        if (clock->started_ms && !clock->stopped_ms && !clock->breached)
            due = earlier(due, clock->due_ms + 1); /* the limit itself is still in time */
    }
    return due;
}

uint16_t referral_times_asked(const struct referral *r, uint16_t team)
{
    for (int i = 0; i < r->asked_count; i++)
        if (r->asked[i].team == team)
            return r->asked[i].times;
    return 0;
}

bool referral_asked_this_round(const struct referral *r, uint16_t team)
{
    for (int i = 0; i < r->asked_count; i++)
        if (r->asked[i].team == team)
            return r->asked[i].round == r->round;
    return false;
}

/* Where more teams than the table holds were asked (assigned ones beyond the ladder), the least asked
 * of them is forgotten: it can only come to be asked once more. */
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
    r->asked[at] = (struct asked){.team = team, .times = 1, .round = r->round};
}

static void start_clocks(struct referral *r, const struct event *event)
{
    for (int i = 0; i < event->is.received.clock_count; i++) {
        const struct clock_start *start = &event->is.received.clocks[i];
        struct clock *clock = &r->clocks[start->clock];
        int64_t stopped = clock->stopped_ms;
        *clock =
            (struct clock){.started_ms = start->started_ms, .due_ms = start->due_ms, .stopped_ms = stopped};
        memcpy(clock->standard, start->standard, sizeof clock->standard);
    }
}

static void stop_clock(struct referral *r, enum clock_kind kind, int64_t at_ms)
{
    struct clock *clock = &r->clocks[kind];
    if (clock->started_ms && !clock->stopped_ms)
        clock->stopped_ms = at_ms;
}

/* A correction: whoever is not detained under section 136 has no clock of it. */
static void void_clock(struct referral *r, enum clock_kind kind)
{
    if (!r->clocks[kind].stopped_ms)
        r->clocks[kind] = (struct clock){0};
}

static void take_facts(struct referral *r, const struct event *event)
{
    enum source met = r->facts.source;
    r->facts = event->is.received.facts;
    if (event->kind == EVENT_UPDATED)
        r->facts.source = met; /* where the person was met does not change, whatever a stored update says */
    r->facts_seq = event->seq;
    if (event->is.received.with_confidential)
        r->confidential_seq = event->seq;
    if (event->is.received.coordinator != SLOT_NONE)
        r->coordinator = event->is.received.coordinator;
    if (!r->facts.section_136 || !r->facts.place_of_safety_ms) {
        void_clock(r, CLOCK_SECTION_136);
        void_clock(r, CLOCK_HANDOVER);
    }
    start_clocks(r, event);
    if (r->facts.handover_done_ms)
        stop_clock(r, CLOCK_HANDOVER, r->facts.handover_done_ms);
}

static void apply_received(struct referral *r, const struct event *event)
{
    memcpy(r->id, event->referral, ID_BYTES);
    memcpy(r->submit_digest, event->command_digest, DIGEST_BYTES);
    r->number = event->number;
    r->drill = event->drill;
    r->received_ms = event->at_ms;
    r->received_seq = event->seq;
    r->remind_ms = event->at_ms; /* the coordinator's, until the same decision says whose it is */
    r->round = 1;
    r->team = r->last_asked = SLOT_NONE;
    r->offer.team = SLOT_NONE;
    take_facts(r, event);
}

static void end_offer(struct referral *r)
{
    r->offer = (struct live_offer){.team = SLOT_NONE};
}

/* Back to the duty coordinator, until the same decision says more. */
static void fall_back(struct referral *r, int64_t at_ms)
{
    r->team = SLOT_NONE;
    r->expected_arrival_ms = r->lease_ms = r->lapses_ms = 0;
    r->remind_ms = at_ms;
    r->look_again_ms = 0;
}

static void apply_offered(struct referral *r, const struct event *event)
{
    r->attempts = event->is.offered.attempt;
    r->round = event->is.offered.round;
    r->offer = (struct live_offer){
        .attempt = event->is.offered.attempt,
        .team = event->is.offered.team,
        .handover = event->is.offered.handover,
        .assigned = event->is.offered.assigned,
        .offered_ms = event->at_ms,
        .expires_ms = event->is.offered.expires_ms,
    };
    r->last_asked = event->is.offered.team;
    note_asked(r, event->is.offered.team);
}

static void apply_accepted(struct referral *r, const struct event *event)
{
    r->team = event->is.accepted.team;
    r->expected_arrival_ms = event->is.accepted.expected_arrival_ms;
    r->lease_ms = event->is.accepted.lease_ms;
    r->lapses_ms = 0;
    r->taken_by[0] = '\0';
    end_offer(r);
}

static void apply_checked_in(struct referral *r, const struct event *event)
{
    if (event->is.checked_in.expected_arrival_ms)
        r->expected_arrival_ms = event->is.checked_in.expected_arrival_ms;
    r->lease_ms = event->is.checked_in.lease_ms;
    r->lapses_ms = 0;
    if (event->is.checked_in.step == STEP_CONTACT && attended(event->is.checked_in.attended))
        r->contact_made = true;
    if (event->is.checked_in.stops_response_clock)
        stop_clock(r, CLOCK_RESPONSE, event->is.checked_in.occurred_ms);
}

static void copy_signature(char *to, const char *from)
{
    size_t at = 0;
    for (; from[at] && at < SIGNATURE_CHARS_MAX; at++)
        to[at] = from[at];
    memset(to + at, 0, SIGNATURE_CHARS_MAX + 1 - at);
}

static void apply_held(struct referral *r, const struct event *event)
{
    fall_back(r, event->is.held.remind_ms);
    r->coordinator = event->is.held.coordinator;
    r->hold_reason = (uint8_t)event->is.held.reason;
    r->look_again_ms = event->is.held.look_again_ms;
    r->round = event->is.held.round;
    copy_signature(r->taken_by, "");
}

static void apply_taken(struct referral *r, const struct event *event)
{
    r->coordinator = event->is.taken.coordinator;
    r->lease_ms = event->is.taken.lease_ms;
    r->reminders = 0;
    copy_signature(r->taken_by, event->is.taken.by);
}

/* Each kind's own doing; the state and the owner follow from the tables above. */
static void apply_kind(struct referral *r, const struct event *event)
{
    switch (event->kind) {
    case EVENT_RECEIVED:
        apply_received(r, event);
        break;
    case EVENT_OFFERED:
        apply_offered(r, event);
        break;
    case EVENT_OFFER_SEEN:
        r->offer.seen = true;
        break;
    case EVENT_OFFER_ENDED:
        if (!r->offer.handover)
            fall_back(r, event->at_ms);
        end_offer(r);
        break;
    case EVENT_HELD:
        apply_held(r, event);
        break;
    case EVENT_REMINDED:
        r->reminders = event->is.reminded.times;
        r->remind_ms = event->is.reminded.next_ms;
        r->round = event->is.reminded.round;
        break;
    case EVENT_TAKEN:
        apply_taken(r, event);
        break;
    case EVENT_ACCEPTED:
        apply_accepted(r, event);
        break;
    case EVENT_CHECKED_IN:
        apply_checked_in(r, event);
        break;
    case EVENT_LEASE_WARNED:
        r->lapses_ms = event->is.lease.lapses_ms;
        break;
    case EVENT_LEASE_LAPSED:
        fall_back(r, event->at_ms);
        break;
    case EVENT_UPDATED:
        take_facts(r, event);
        break;
    case EVENT_CLOSED:
        r->outcome = (uint8_t)event->is.closed.outcome;
        break;
    case EVENT_REFERRER_TOLD:
        r->told_state = (uint8_t)event->is.told.state;
        if (event->is.told.state >= CASE_ACCEPTED || event->is.told.state == CASE_TAKEN)
            stop_clock(r, CLOCK_REFERRER_TOLD, event->at_ms);
        break;
    case EVENT_CLOCK_BREACHED:
        r->clocks[event->is.breached.clock].breached = true;
        break;
    case EVENT_WITHDRAWN:
    case EVENT_RECORD_READ:
        break;
    case EVENT_PRESENCE_CHANGED:
    case EVENT_CAPACITY_CLAIMED:
    case EVENT_POLICY_LOADED:
    case EVENT_COMMAND_REFUSED:
    case EVENT_BROKER_STARTED:
        assert(!"an event that is not of a case");
    }
}

void referral_apply(struct referral *r, const struct event *event)
{
    enum case_state next = referral_next_state(r, event);
    assert(next != CASE_NONE);
    struct owner before = r->owner;
    apply_kind(r, event);
    r->state = (uint8_t)next;
    r->last_seq = event->seq;
    r->owner = referral_owner(r);
    if (before.kind != r->owner.kind || before.slot != r->owner.slot)
        r->owned_since_ms = event->at_ms;
    /* An offer is live exactly in OFFERED, or as a handover while a team holds the case. */
    assert((r->state == CASE_OFFERED) == (r->offer.attempt != 0 && !r->offer.handover));
    assert(!r->offer.handover || referral_is_with_team(r));
    assert(referral_is_with_team(r) == (referral_is_open(r) && r->team != SLOT_NONE));
    assert(referral_is_open(r) == (r->owner.kind != OWNER_NONE));
}
