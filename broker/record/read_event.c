/* read_event.c: a stored event as the core sees it. */
#include <string.h>

#include "broker/record/noted.h"
#include "broker/record/packed_beside.h"
#include "broker/record/packed_duty.h"
#include "broker/record/packed_end.h"
#include "broker/record/packed_message.h"
#include "broker/record/packed_missing.h"
#include "broker/record/record.h"

struct event_reading {
    const Concordat__V1__Event *message;
    const struct state *state;
    struct arena *arena;
    struct event *event;
    bool good;
};

static uint16_t read_slot(struct event_reading *in, uint16_t slot)
{
    if (slot == SLOT_NONE)
        in->good = false;
    return slot;
}

static uint16_t read_team(struct event_reading *in, const char *id)
{
    return read_slot(in, state_team_slot(in->state, id));
}

static uint16_t read_team_or_none(struct event_reading *in, const char *id)
{
    uint16_t slot;
    in->good &= state_team_or_none(in->state, id, &slot);
    return slot;
}

static uint16_t read_coordinator(struct event_reading *in, const char *id)
{
    return read_slot(in, state_coordinator_slot(in->state, id));
}

static void read_id(struct event_reading *in, const ProtobufCBinaryData *data, uint8_t *out, bool *has)
{
    if (data->len == ID_BYTES) {
        memcpy(out, data->data, ID_BYTES);
        *has = true;
    } else if (data->len != 0) {
        in->good = false;
    }
}

static const uint8_t *read_digest(struct event_reading *in, const ProtobufCBinaryData *data)
{
    in->good &= data->len == STATE_DIGEST_BYTES;
    return data->data;
}

static void read_considered(struct event_reading *in, size_t count, Concordat__V1__Considered **list,
                            struct consideration_list *out)
{
    if (count > LADDER_STEPS_MAX) {
        in->good = false;
        return;
    }
    out->count = (uint8_t)count;
    for (size_t i = 0; i < count; i++)
        out->items[i] = (struct considered){
            .team = read_team(in, list[i]->team),
            .rung = (uint8_t)list[i]->rung,
            .times_asked = (uint8_t)list[i]->times_asked,
            .finding = (enum consideration)list[i]->finding,
            .capacity_known = list[i]->capacity_known,
            .free_places = (uint16_t)list[i]->free_places,
            .load = list[i]->load,
            .capacity_age_minutes = list[i]->capacity_age_minutes,
        };
}

/* The parts that a receipt and an update have in common. */
static void read_referral(struct event_reading *in, const Concordat__V1__Referral *referral, const char *area,
                          Concordat__V1__Urgency routed_as, const char *coordinator_id, const char *own_team)
{
    struct event *e = in->event;
    if (!referral) {
        in->good = false;
        return;
    }
    e->is.received.facts = record_facts(referral);
    e->is.received.facts.area = read_slot(in, state_area_slot(in->state, area));
    e->is.received.facts.routed_as = (enum urgency)routed_as;
    if (own_team[0])
        e->is.received.facts.own_team = (uint16_t)(read_team(in, own_team) + 1);
    if (e->is.received.facts.decided_ms == 0) {
        e->is.received.facts.decided_ms = e->at_ms;
        e->is.received.facts.decided_basis = BASIS_IMPUTED;
    }
    for (size_t i = 0; i < in->message->n_sealed; i++)
        e->is.received.with_confidential |= in->message->sealed[i]->part == SEAL_RECORD;
    e->is.received.coordinator = read_coordinator(in, coordinator_id);
}

static void read_flags(struct event *e, size_t count, const Concordat__V1__Flag *flags)
{
    for (size_t i = 0; i < count; i++)
        e->is.received.flags |= flag_bit(flags[i]);
}

/* After the flags, which tell whether the age that routing uses is another than the referral's. */
static void read_routed_age(struct event *e, uint32_t routed_age)
{
    if (e->is.received.flags & flag_bit(FLAG_AGE_CONTRADICTS))
        e->is.received.facts.age = routed_age <= AGE_MAX ? (uint8_t)routed_age : AGE_UNKNOWN;
}

static void read_received(struct event_reading *in)
{
    const Concordat__V1__Received *m = in->message->received;
    in->event->is.received.follows = m->follows;
    in->event->is.received.telephoned = (struct telephoned){m->telephoned, m->on_behalf_of, m->rang_ms};
    read_referral(in, m->referral, m->area, m->routed_as, m->coordinator, m->own_team);
    read_flags(in->event, m->n_flags, m->flags);
    read_routed_age(in->event, m->routed_age);
}

static void read_updated(struct event_reading *in)
{
    const Concordat__V1__Updated *m = in->message->updated;
    read_referral(in, m->referral, m->area, m->routed_as, m->coordinator, m->own_team);
    read_flags(in->event, m->n_flags, m->flags);
    read_routed_age(in->event, m->routed_age);
    in->event->is.received.other = (struct other_device){m->by_another_device, m->sent_by};
    in->event->is.received.with_changes = m->n_changed > 0;
    in->event->is.received.alters_who_comes = m->alters_who_comes;
}

static void read_offered(struct event_reading *in)
{
    const Concordat__V1__Offered *m = in->message->offered;
    struct event *e = in->event;
    e->is.offered.attempt = m->attempt;
    e->is.offered.team = read_team(in, m->team);
    e->is.offered.expires_ms = m->expires_ms;
    e->is.offered.round = (uint16_t)m->round;
    e->is.offered.handover = m->handover;
    e->is.offered.assigned = m->assigned;
    e->is.offered.late = m->late;
    e->is.offered.sought = m->sought;
    e->is.offered.differs = record_differences_of(m->n_differs, m->differs);
    read_considered(in, m->n_considered, m->considered, &e->considered);
}

static void read_seen(struct event_reading *in)
{
    in->event->is.offer.attempt = in->message->offer_seen->attempt;
    in->event->is.offer.team = read_team(in, in->message->offer_seen->team);
    in->event->is.offer.by_person = in->message->offer_seen->by_person;
}

static void read_ended(struct event_reading *in)
{
    const Concordat__V1__OfferEnded *m = in->message->offer_ended;
    in->event->is.offer.attempt = m->attempt;
    in->event->is.offer.team = read_team(in, m->team);
    in->event->is.offer.end = (enum offer_end)m->end;
    in->event->is.offer.reason = (enum decline_reason)m->reason;
}

static void read_held(struct event_reading *in)
{
    const Concordat__V1__Held *m = in->message->held;
    struct event *e = in->event;
    e->is.held.coordinator = read_coordinator(in, m->coordinator);
    e->is.held.reason = (enum hold_reason)m->reason;
    e->is.held.remind_ms = m->remind_ms;
    e->is.held.look_again_ms = m->look_again_ms;
    e->is.held.round = (uint16_t)m->round;
    read_considered(in, m->n_considered, m->considered, &e->considered);
}

static void read_taken(struct event_reading *in)
{
    const Concordat__V1__Taken *m = in->message->taken;
    in->event->is.taken.coordinator = read_coordinator(in, m->coordinator);
    in->event->is.taken.lease_ms = m->lease_ms;
    in->event->is.taken.previous_team = read_team_or_none(in, m->previous_team);
}

static void read_accepted(struct event_reading *in)
{
    const Concordat__V1__Accepted *m = in->message->accepted;
    in->event->is.accepted.attempt = m->attempt;
    in->event->is.accepted.team = read_team(in, m->team);
    in->event->is.accepted.previous_team = read_team_or_none(in, m->previous_team);
    in->event->is.accepted.expected_arrival_ms = m->expected_arrival_ms;
    in->event->is.accepted.lease_ms = m->lease_ms;
    in->event->is.accepted.seeking = (enum seeking)m->seeking;
}

static void read_checked_in(struct event_reading *in)
{
    const Concordat__V1__CheckedIn *m = in->message->checked_in;
    struct event *e = in->event;
    e->is.checked_in.team = read_team_or_none(in, m->team);
    e->is.checked_in.step = (enum step)m->step;
    e->is.checked_in.occurred_ms = m->occurred ? m->occurred->unix_ms : 0;
    e->is.checked_in.basis = m->occurred ? (enum basis)m->occurred->basis : BASIS_NONE;
    e->is.checked_in.mechanism = (enum contact_mechanism)m->mechanism;
    e->is.checked_in.attended = (enum attend_status)m->attend_status;
    e->is.checked_in.expected_arrival_ms = m->expected_arrival_ms;
    e->is.checked_in.lease_ms = m->lease_ms;
    e->is.checked_in.counts_as_seen = m->counts_as_seen;
    e->is.checked_in.before_receipt = m->before_receipt;
    e->is.checked_in.psychosocially_assessed = (int)m->psychosocially_assessed;
    e->is.checked_in.seeking = (enum seeking)m->seeking;
}

static void read_warned(struct event_reading *in)
{
    in->event->is.lease.team = read_team(in, in->message->lease_warned->team);
    in->event->is.lease.lapses_ms = in->message->lease_warned->lapses_ms;
}

static void read_lapsed(struct event_reading *in)
{
    in->event->is.lease.team = read_team(in, in->message->lease_lapsed->team);
}

static void read_given_back(struct event_reading *in)
{
    in->event->is.lease.team = read_team(in, in->message->given_back->team);
}

static void read_end(struct event_reading *in)
{
    in->good &= end_read(in->message, in->state, in->event);
}

static void read_sought(struct event_reading *in)
{
    const Concordat__V1__Sought *m = in->message->sought;
    in->event->is.sought.reason = (enum hold_reason)m->reason;
    in->event->is.sought.look_again_ms = m->look_again_ms;
    in->event->is.sought.round = (uint16_t)m->round;
    read_considered(in, m->n_considered, m->considered, &in->event->considered);
}

static void read_wish(struct event_reading *in)
{
    in->event->is.wish.wish = (enum wish)in->message->wish_recorded->wish;
    in->event->is.wish.seeking = (enum seeking)in->message->wish_recorded->seeking;
}

static void read_told(struct event_reading *in)
{
    in->event->is.told.state = (enum case_state)in->message->referrer_told->state;
    in->event->is.told.counts_as_told = in->message->referrer_told->counts_as_told;
}

static void read_breached(struct event_reading *in)
{
    const Concordat__V1__ClockBreached *m = in->message->clock_breached;
    if (m->clock <= 0 || (int)m->clock >= CLOCK_COUNT)
        in->good = false;
    in->event->is.breached.clock = (enum clock_kind)m->clock;
    in->event->is.breached.due_ms = m->due_ms;
    in->event->is.breached.standard = m->standard;
}

static void read_read(struct event_reading *in)
{
    const Concordat__V1__RecordRead *m = in->message->record_read;
    in->event->is.read.of = m->of;
    in->event->is.read.role = (int)m->role;
    in->event->is.read.break_glass = (enum break_glass)m->break_glass;
    in->event->is.read.who = m->who;
    in->good &= !m->who || !m->break_glass;
}

static void read_erased(struct event_reading *in)
{
    const Concordat__V1__Erased *m = in->message->erased;
    in->good &= m->reason > 0 && (int)m->reason < ERASE_REASON_COUNT;
    in->event->is.erased = (struct erasure){m->by, m->second, (enum erase_reason)m->reason};
}

static void read_hold(struct event_reading *in, Concordat__V1__HoldOnErasure reason, const char *by)
{
    in->good &= reason > 0 && (int)reason < HOLD_ON_ERASURE_COUNT;
    in->event->is.hold = (struct hold){by, in->good ? (enum hold_on_erasure)reason : HOLD_ON_ERASURE_NONE};
}

static void read_hold_set(struct event_reading *in)
{
    read_hold(in, in->message->hold_set->reason, in->message->hold_set->by);
}

static void read_hold_lifted(struct event_reading *in)
{
    read_hold(in, in->message->hold_lifted->reason, in->message->hold_lifted->by);
}

static void read_presence(struct event_reading *in)
{
    const Concordat__V1__PresenceChanged *m = in->message->presence_changed;
    bool on_duty = m->coordinator[0];
    in->event->is.presence.team = on_duty ? SLOT_NONE : read_team(in, m->team);
    in->event->is.presence.coordinator = on_duty ? read_coordinator(in, m->coordinator) : SLOT_NONE;
    in->event->is.presence.present = m->present;
    in->event->is.presence.lapsed = m->lapsed;
    in->event->is.presence.silent_ms = m->silent_ms;
}

static void read_capacity(struct event_reading *in)
{
    const Concordat__V1__CapacityClaimed *m = in->message->capacity_claimed;
    in->event->is.capacity.team = read_team(in, m->team);
    in->event->is.capacity.free_places = (uint16_t)m->free_places;
    in->event->is.capacity.good_until_ms = m->good_until_ms;
}

static void read_policy_loaded(struct event_reading *in)
{
    const Concordat__V1__PolicyLoaded *m = in->message->policy_loaded;
    const char **ids = arena_take(in->arena, (m->n_teams + 1) * sizeof *ids);
    if (!ids || m->digest.len != POLICY_DIGEST_BYTES) {
        in->good = false;
        return;
    }
    for (size_t i = 0; i < m->n_teams; i++)
        ids[i] = m->teams[i]->id;
    in->event->is.policy.digest = m->digest.data;
    in->event->is.policy.teams = (struct name_list){(uint32_t)m->n_teams, ids};
    in->event->is.policy.areas = (struct name_list){(uint32_t)m->n_areas, (const char *const *)m->areas};
    in->event->is.policy.coordinators =
        (struct name_list){(uint32_t)m->n_coordinators, (const char *const *)m->coordinators};
}

static void read_refused(struct event_reading *in)
{
    const Concordat__V1__CommandRefused *m = in->message->command_refused;
    in->event->is.refused.command = m->command;
    in->event->is.refused.refusal = (enum refusal)m->refusal;
    in->event->is.refused.left_out = m->left_out;
}

static void read_started(struct event_reading *in)
{
    in->event->is.started.version = in->message->broker_started->version;
    in->event->is.started.replayed = in->message->broker_started->replayed;
    in->event->is.started.state_digest = read_digest(in, &in->message->broker_started->state_digest);
    in->event->is.started.layout = in->message->broker_started->state_layout;
}

static void read_altered(struct event_reading *in)
{
    const Concordat__V1__AlterationFound *m = in->message->alteration_found;
    in->good &= m->what > 0 && (int)m->what < ALTERATION_COUNT;
    in->event->is.altered.what = in->good ? (enum alteration)m->what : ALTERATION_NONE;
    in->event->is.altered.of = m->of;
}

static void read_begun(struct event_reading *in)
{
    (void)in; /* that it happened is all that it says */
}

static void read_kept(struct event_reading *in)
{
    in->event->is.kept.of = in->message->snapshot_kept->of;
    in->event->is.kept.state_digest = read_digest(in, &in->message->snapshot_kept->state_digest);
    in->event->is.kept.layout = in->message->snapshot_kept->state_layout;
}

static void read_covered(struct event_reading *in)
{
    const Concordat__V1__AreaCovered *m = in->message->area_covered;
    in->event->is.covered.coordinator = read_coordinator(in, m->coordinator);
    in->event->is.covered.area = read_slot(in, state_area_slot(in->state, m->area));
    in->event->is.covered.until_ms = m->until_ms;
    in->event->is.covered.reason = (enum cover_reason)m->reason;
}

static void read_corrected(struct event_reading *in)
{
    const Concordat__V1__ClockCorrected *m = in->message->clock_corrected;
    in->event->is.correction.ahead_ms = m->ahead_ms - m->behind_ms;
    in->event->is.correction.confirmed = m->confirmed;
}

static void read_clock_warned(struct event_reading *in)
{
    const Concordat__V1__ClockWarned *m = in->message->clock_warned;
    if (m->clock <= 0 || (int)m->clock >= CLOCK_COUNT)
        in->good = false;
    in->event->is.breached.clock = (enum clock_kind)m->clock;
    in->event->is.breached.due_ms = m->due_ms;
    in->event->is.breached.standard = m->standard;
}

static void read_noted(struct event_reading *in)
{
    in->good &= noted_read(in->message->detention_noted, &in->event->is.noted);
}

static void read_changes_seen(struct event_reading *in)
{
    in->good &= message_read_seen(in->message->changes_seen, in->state, in->event);
}

static void read_message_sent(struct event_reading *in)
{
    in->good &= message_read_sent(in->message->message_sent, in->state, in->event);
}

static void read_shift(struct event_reading *in)
{
    in->good &= shift_read(in->message->shift_noted, in->state, in->event);
}

static void read_shortened(struct event_reading *in)
{
    const Concordat__V1__OfferShortened *m = in->message->offer_shortened;
    in->event->is.offered.attempt = m->attempt;
    in->event->is.offered.team = read_team(in, m->team);
    in->event->is.offered.expires_ms = m->expires_ms;
}

static void read_duty(struct event_reading *in)
{
    in->good &= duty_read(in->message, in->state, in->event);
}

static void read_missing(struct event_reading *in)
{
    in->good &= missing_read(in->message, in->state, in->event);
}

static void read_beside(struct event_reading *in)
{
    in->good &= beside_read(in->message->beside_noted, &in->event->is.beside);
}

static void read_chased(struct event_reading *in)
{
    beside_read_chased(in->message->beside_chased, &in->event->is.beside);
}

typedef void read_part(struct event_reading *in);

static read_part *const parts[] = {
    [EVENT_RECEIVED] = read_received,
    [EVENT_OFFERED] = read_offered,
    [EVENT_OFFER_SEEN] = read_seen,
    [EVENT_OFFER_ENDED] = read_ended,
    [EVENT_HELD] = read_held,
    [EVENT_REMINDED] = read_duty,
    [EVENT_TAKEN] = read_taken,
    [EVENT_ACCEPTED] = read_accepted,
    [EVENT_CHECKED_IN] = read_checked_in,
    [EVENT_LEASE_WARNED] = read_warned,
    [EVENT_LEASE_LAPSED] = read_lapsed,
    [EVENT_GIVEN_BACK] = read_given_back,
    [EVENT_UPDATED] = read_updated,
    [EVENT_CLOSED] = read_end,
    [EVENT_CLOSING_ASKED] = read_end,
    [EVENT_KEPT_OPEN] = read_end,
    [EVENT_WITHDRAWN] = read_end,
    [EVENT_REOPENED] = read_end,
    [EVENT_PASSED_ON] = read_end,
    [EVENT_REFERRER_TOLD] = read_told,
    [EVENT_CLOCK_BREACHED] = read_breached,
    [EVENT_RECORD_READ] = read_read,
    [EVENT_ERASED] = read_erased,
    [EVENT_HOLD_SET] = read_hold_set,
    [EVENT_HOLD_LIFTED] = read_hold_lifted,
    [EVENT_PRESENCE_CHANGED] = read_presence,
    [EVENT_CAPACITY_CLAIMED] = read_capacity,
    [EVENT_POLICY_LOADED] = read_policy_loaded,
    [EVENT_COMMAND_REFUSED] = read_refused,
    [EVENT_BROKER_STARTED] = read_started,
    [EVENT_AREA_COVERED] = read_covered,
    [EVENT_ALTERATION_FOUND] = read_altered,
    [EVENT_SNAPSHOT_BEGUN] = read_begun,
    [EVENT_SNAPSHOT_KEPT] = read_kept,
    [EVENT_CLOCK_CORRECTED] = read_corrected,
    [EVENT_DETENTION_NOTED] = read_noted,
    [EVENT_CLOCK_WARNED] = read_clock_warned,
    [EVENT_SOUGHT] = read_sought,
    [EVENT_WISH_RECORDED] = read_wish,
    [EVENT_CHANGES_SEEN] = read_changes_seen,
    [EVENT_MESSAGE_SENT] = read_message_sent,
    [EVENT_SHIFT_NOTED] = read_shift,
    [EVENT_OFFER_SHORTENED] = read_shortened,
    [EVENT_PASSED_OVER] = read_duty,
    [EVENT_ACKNOWLEDGED] = read_duty,
    [EVENT_ASKED_AGAIN] = read_duty,
    [EVENT_TEAM_SILENT] = read_duty,
    [EVENT_WENT_MISSING] = read_missing,
    [EVENT_FOUND] = read_missing,
    [EVENT_CONTACT_TRIED] = read_missing,
    [EVENT_TRIES_USED_UP] = read_missing,
    [EVENT_BESIDE_NOTED] = read_beside,
    [EVENT_BESIDE_CHASED] = read_chased,
};

static void read_owner(struct event_reading *in)
{
    const Concordat__V1__Owner *owner = in->message->owner;
    struct owner *out = &in->event->owner;
    out->slot = SLOT_NONE;
    if (!owner)
        return;
    out->act_by_ms = owner->act_by_ms;
    out->kind = (enum owner_kind)owner->kind;
    if (out->kind == OWNER_TEAM)
        out->slot = read_team(in, owner->id);
    else if (out->kind == OWNER_COORDINATOR)
        out->slot = read_coordinator(in, owner->id);
}

static bool read_clock(const Concordat__V1__ClockChange *from, struct clock_change *to)
{
    *to = (struct clock_change){.clock = (enum clock_kind)from->clock,
                                .what = (enum clock_change_kind)from->what,
                                .at_ms = from->at_ms,
                                .due_ms = from->due_ms,
                                .warn_ms = from->warn_ms,
                                .standard = from->standard,
                                .basis = (enum basis)from->basis};
    return from->clock > 0 && (int)from->clock < CLOCK_COUNT && from->what > 0 &&
           (int)from->what <= CLOCK_VOIDED && strlen(from->standard) <= ID_CHARS_MAX;
}

static void read_clocks(struct event_reading *in)
{
    struct event *e = in->event;
    size_t count = in->message->n_clocks;
    if (count > sizeof e->clocks / sizeof *e->clocks) {
        in->good = false;
        return;
    }
    e->clock_count = (uint8_t)count;
    for (size_t i = 0; i < count; i++)
        in->good &= read_clock(in->message->clocks[i], &e->clocks[i]);
}

bool record_read_event(const Concordat__V1__Event *message, const struct state *state, struct arena *arena,
                       struct event *event)
{
    struct event_reading in = {message, state, arena, event, true};
    size_t kind = (size_t)message->what_case;
    if (kind >= sizeof parts / sizeof *parts || !parts[kind])
        return false;
    event_clear(event, (enum event_kind)message->what_case);
    event->seq = message->seq;
    event->at_ms = message->at_ms;
    event->received_ms = message->received_ms;
    event->number = message->number;
    event->drill = message->drill;
    event->previous = message->previous;
    event->actor = message->actor;
    event->device = message->actor_device;
    event->person.id = "";
    if (message->person)
        event->person = (struct person){message->person->id, (int)message->person->role};
    read_id(&in, &message->referral, event->referral, &event->has_referral);
    read_id(&in, &message->command, event->command, &event->has_command);
    if (event->has_command && message->command_digest.len == DIGEST_BYTES)
        memcpy(event->command_digest, message->command_digest.data, DIGEST_BYTES);
    read_owner(&in);
    event->state = (enum case_state)message->state;
    read_clocks(&in);
    parts[kind](&in);
    return in.good;
}
