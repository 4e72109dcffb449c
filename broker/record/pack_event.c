/* pack_event.c: an event of the core as the message that the ledger keeps. */
#include <assert.h>

#include "broker/record/noted.h"
#include "broker/record/packed_beside.h"
#include "broker/record/packed_check_in.h"
#include "broker/record/packed_clock.h"
#include "broker/record/packed_duty.h"
#include "broker/record/packed_end.h"
#include "broker/record/packed_message.h"
#include "broker/record/packed_missing.h"
#include "broker/record/packed_policy.h"
#include "broker/record/packed_texts.h"
#include "broker/record/record.h"
#include "proto/wire/borrowed.h"

/* The storage of a message in the making. It stands on the caller's stack and points into itself. */
struct packing {
    const struct event *event;
    const struct state *state;
    const struct directory *directory;
    Concordat__V1__SealedText sealed[RECORD_TEXTS_MAX];
    Concordat__V1__SealedText *sealed_list[RECORD_TEXTS_MAX];
    Concordat__V1__Event message;
    Concordat__V1__Owner owner;
    Concordat__V1__Person person;
    Concordat__V1__Considered considered[LADDER_STEPS_MAX];
    Concordat__V1__Considered *considered_list[LADDER_STEPS_MAX];
    struct packed_clock clocks[CLOCK_COUNT - 1];
    ProtobufCMessageUnknownField clock_fields[CLOCK_COUNT - 1];
    Concordat__V1__Flag flags[FLAG_BITS];
    Concordat__V1__Consideration differs[RECORD_DIFFERENCES_MAX];
    Concordat__V1__Instant instant;
    union {
        Concordat__V1__Received received;
        Concordat__V1__Offered offered;
        Concordat__V1__OfferSeen seen;
        Concordat__V1__OfferEnded ended;
        Concordat__V1__Held held;
        Concordat__V1__Taken taken;
        Concordat__V1__Accepted accepted;
        Concordat__V1__CheckedIn checked_in;
        Concordat__V1__LeaseWarned warned;
        Concordat__V1__LeaseLapsed lapsed;
        Concordat__V1__GivenBack given_back;
        Concordat__V1__Updated updated;
        struct packed_end end;
        Concordat__V1__ReferrerTold told;
        Concordat__V1__ClockBreached breached;
        Concordat__V1__RecordRead read;
        Concordat__V1__Erased erased;
        Concordat__V1__HoldSet hold_set;
        Concordat__V1__HoldLifted hold_lifted;
        Concordat__V1__PresenceChanged presence;
        Concordat__V1__CapacityClaimed capacity;
        Concordat__V1__CommandRefused refused;
        Concordat__V1__BrokerStarted started;
        Concordat__V1__AreaCovered covered;
        Concordat__V1__AlterationFound altered;
        Concordat__V1__SnapshotBegun begun;
        Concordat__V1__SnapshotKept kept;
        Concordat__V1__ClockCorrected correction;
        Concordat__V1__ClockWarned clock_warned;
        struct packed_noted noted;
        struct packed_duty duty;
        Concordat__V1__Sought sought;
        Concordat__V1__WishRecorded wish;
        struct packed_message said;
        Concordat__V1__OfferShortened shortened;
        struct packed_missing missing;
        struct packed_beside beside;
        Concordat__V1__BesideChased chased;
    } is;
};

static void pack_person(struct packing *p)
{
    concordat__v1__person__init(&p->person);
    p->person.id = borrowed_text_or_none(p->event->person.id);
    p->person.role = (Concordat__V1__StaffRole)p->event->person.role;
    p->message.person = &p->person;
}

static char *packed_team(const struct packing *p, uint16_t slot)
{
    return borrowed_text(state_team_id(p->state, slot));
}

static char *packed_coordinator(const struct packing *p, uint16_t slot)
{
    return borrowed_text(state_coordinator_id(p->state, slot));
}

static ProtobufCBinaryData packed_policy_digest(const struct packing *p)
{
    return borrowed_bytes(p->directory->policy->digest, sizeof p->directory->policy->digest);
}

static void pack_clocks(struct packing *p)
{
    for (int i = 0; i < p->event->clock_count; i++) {
        clock_pack(&p->clocks[i], &p->event->clocks[i]);
        p->clock_fields[i] = (ProtobufCMessageUnknownField){.tag = EVENT_CLOCKS,
                                                            .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
                                                            .len = p->clocks[i].bytes[0] + 1u,
                                                            .data = p->clocks[i].bytes};
    }
    p->message.base.n_unknown_fields = p->event->clock_count;
    p->message.base.unknown_fields = p->clock_fields;
}

/* --- lists ------------------------------------------------------------------------------------------- */

/* Without the flag it is the age that the referral states. */
static uint32_t packed_routed_age(const struct event *event)
{
    return event->is.received.flags & flag_bit(FLAG_AGE_CONTRADICTS) ? event->is.received.facts.age : 0;
}

static size_t pack_considered(struct packing *p, const struct consideration_list *list)
{
    for (int i = 0; i < list->count; i++) {
        record_considered(&list->items[i], p->state, &p->considered[i]);
        p->considered_list[i] = &p->considered[i];
    }
    return list->count;
}

/* Begins the event's own part: the member of the union, the field of Event, the type. */
#define PART(member, field, type)                                                                            \
    concordat__v1__##type##__init(&p->is.member);                                                            \
    p->message.field = &p->is.member

static char *packed_own_team(const struct packing *p)
{
    uint16_t own_team = p->event->is.received.facts.own_team;
    return own_team ? packed_team(p, (uint16_t)(own_team - 1)) : borrowed_text_or_none("");
}

static void pack_received(struct packing *p)
{
    const struct event *e = p->event;
    const struct record_content *content = e->opaque;
    PART(received, received, received);
    p->is.received.base.n_unknown_fields = 1;
    p->is.received.base.unknown_fields = (ProtobufCMessageUnknownField *)(uintptr_t)&content->referral;
    p->is.received.area = borrowed_text(state_area_id(p->state, e->is.received.facts.area));
    p->is.received.routed_as = (Concordat__V1__Urgency)e->is.received.facts.routed_as;
    p->is.received.n_flags = record_flags(e->is.received.flags, p->flags);
    p->is.received.routed_age = packed_routed_age(e);
    p->is.received.flags = p->flags;
    p->is.received.policy = packed_policy_digest(p);
    p->is.received.follows = e->is.received.follows;
    p->is.received.coordinator = packed_coordinator(p, e->is.received.coordinator);
    p->is.received.own_team = packed_own_team(p);
    p->is.received.telephoned = e->is.received.telephoned.is;
    if (e->is.received.telephoned.is) {
        p->is.received.on_behalf_of = borrowed_text_or_none(e->is.received.telephoned.on_behalf_of);
        p->is.received.rang_ms = e->is.received.telephoned.rang_ms;
    }
}

static void pack_updated(struct packing *p)
{
    const struct event *e = p->event;
    const struct record_content *content = e->opaque;
    PART(updated, updated, updated);
    p->is.updated.base.n_unknown_fields = 1;
    p->is.updated.base.unknown_fields = (ProtobufCMessageUnknownField *)(uintptr_t)&content->referral;
    p->is.updated.area = borrowed_text(state_area_id(p->state, e->is.received.facts.area));
    p->is.updated.routed_as = (Concordat__V1__Urgency)e->is.received.facts.routed_as;
    p->is.updated.n_flags = record_flags(e->is.received.flags, p->flags);
    p->is.updated.routed_age = packed_routed_age(e);
    p->is.updated.flags = p->flags;
    p->is.updated.coordinator = packed_coordinator(p, e->is.received.coordinator);
    p->is.updated.by_another_device = e->is.received.other.is_other;
    p->is.updated.sent_by = borrowed_text_or_none(e->is.received.other.sent_by);
    p->is.updated.own_team = packed_own_team(p);
    p->is.updated.n_changed = content->changes.count;
    p->is.updated.changed = content->changes.list;
    p->is.updated.n_unseen = content->unseen.count;
    p->is.updated.unseen = content->unseen.list;
    p->is.updated.alters_who_comes = e->is.received.alters_who_comes;
    for (size_t i = 0; i < content->changes.count; i++)
        content->changes.list[i]->at_ms = e->at_ms;
}

static void pack_offered(struct packing *p)
{
    const struct event *e = p->event;
    PART(offered, offered, offered);
    p->is.offered.attempt = e->is.offered.attempt;
    p->is.offered.team = packed_team(p, e->is.offered.team);
    p->is.offered.expires_ms = e->is.offered.expires_ms;
    p->is.offered.n_considered = pack_considered(p, &e->considered);
    p->is.offered.considered = p->considered_list;
    p->is.offered.policy = packed_policy_digest(p);
    p->is.offered.round = e->is.offered.round;
    p->is.offered.handover = e->is.offered.handover;
    p->is.offered.assigned = e->is.offered.assigned;
    p->is.offered.late = e->is.offered.late;
    p->is.offered.sought = e->is.offered.sought;
    p->is.offered.n_differs = record_differences(e->is.offered.differs, p->differs);
    p->is.offered.differs = p->differs;
}

static void pack_seen(struct packing *p)
{
    PART(seen, offer_seen, offer_seen);
    p->is.seen.attempt = p->event->is.offer.attempt;
    p->is.seen.team = packed_team(p, p->event->is.offer.team);
    p->is.seen.by_person = p->event->is.offer.by_person;
}

static void pack_ended(struct packing *p)
{
    const struct event *e = p->event;
    PART(ended, offer_ended, offer_ended);
    p->is.ended.attempt = e->is.offer.attempt;
    p->is.ended.team = packed_team(p, e->is.offer.team);
    p->is.ended.end = (Concordat__V1__OfferEnd)e->is.offer.end;
    p->is.ended.reason = (Concordat__V1__DeclineReason)e->is.offer.reason;
}

static void pack_held(struct packing *p)
{
    const struct event *e = p->event;
    PART(held, held, held);
    p->is.held.coordinator = packed_coordinator(p, e->is.held.coordinator);
    p->is.held.reason = (Concordat__V1__HoldReason)e->is.held.reason;
    p->is.held.remind_ms = e->is.held.remind_ms;
    p->is.held.look_again_ms = e->is.held.look_again_ms;
    p->is.held.n_considered = pack_considered(p, &e->considered);
    p->is.held.considered = p->considered_list;
    p->is.held.policy = packed_policy_digest(p);
    p->is.held.round = e->is.held.round;
}

static void pack_taken(struct packing *p)
{
    PART(taken, taken, taken);
    p->is.taken.coordinator = packed_coordinator(p, p->event->is.taken.coordinator);
    p->is.taken.lease_ms = p->event->is.taken.lease_ms;
    p->is.taken.previous_team = packed_team(p, p->event->is.taken.previous_team);
}

static void pack_accepted(struct packing *p)
{
    const struct event *e = p->event;
    PART(accepted, accepted, accepted);
    p->is.accepted.attempt = e->is.accepted.attempt;
    p->is.accepted.team = packed_team(p, e->is.accepted.team);
    p->is.accepted.expected_arrival_ms = e->is.accepted.expected_arrival_ms;
    p->is.accepted.lease_ms = e->is.accepted.lease_ms;
    p->is.accepted.previous_team = packed_team(p, e->is.accepted.previous_team);
    p->is.accepted.seeking = (Concordat__V1__Seeking)e->is.accepted.seeking;
}

static void pack_checked_in(struct packing *p)
{
    PART(checked_in, checked_in, checked_in);
    check_in_pack(p->event, packed_team(p, p->event->is.checked_in.team), &p->instant, &p->is.checked_in);
}

static void pack_warned(struct packing *p)
{
    PART(warned, lease_warned, lease_warned);
    p->is.warned.team = packed_team(p, p->event->is.lease.team);
    p->is.warned.lapses_ms = p->event->is.lease.lapses_ms;
}

static void pack_lapsed(struct packing *p)
{
    PART(lapsed, lease_lapsed, lease_lapsed);
    p->is.lapsed.team = packed_team(p, p->event->is.lease.team);
}

static void pack_given_back(struct packing *p)
{
    PART(given_back, given_back, given_back);
    p->is.given_back.team = packed_team(p, p->event->is.lease.team);
}

static void pack_end(struct packing *p)
{
    end_pack(p->event, p->state, &p->is.end, &p->message);
}

static void pack_sought(struct packing *p)
{
    const struct event *e = p->event;
    PART(sought, sought, sought);
    p->is.sought.reason = (Concordat__V1__HoldReason)e->is.sought.reason;
    p->is.sought.look_again_ms = e->is.sought.look_again_ms;
    p->is.sought.n_considered = pack_considered(p, &e->considered);
    p->is.sought.considered = p->considered_list;
    p->is.sought.policy = packed_policy_digest(p);
    p->is.sought.round = e->is.sought.round;
}

static void pack_wish(struct packing *p)
{
    PART(wish, wish_recorded, wish_recorded);
    p->is.wish.wish = (Concordat__V1__Wish)p->event->is.wish.wish;
    p->is.wish.seeking = (Concordat__V1__Seeking)p->event->is.wish.seeking;
}

static void pack_told(struct packing *p)
{
    PART(told, referrer_told, referrer_told);
    p->is.told.state = (Concordat__V1__State)p->event->is.told.state;
    p->is.told.counts_as_told = p->event->is.told.counts_as_told;
}

static void pack_breached(struct packing *p)
{
    PART(breached, clock_breached, clock_breached);
    p->is.breached.clock = (Concordat__V1__Clock)p->event->is.breached.clock;
    p->is.breached.due_ms = p->event->is.breached.due_ms;
    p->is.breached.standard = borrowed_text_or_none(p->event->is.breached.standard);
}

static void pack_read(struct packing *p)
{
    PART(read, record_read, record_read);
    p->is.read.role = (Concordat__V1__Role)p->event->is.read.role;
    p->is.read.of = borrowed_text_or_none(p->event->is.read.of);
    p->is.read.break_glass = (Concordat__V1__BreakGlass)p->event->is.read.break_glass;
    p->is.read.who = p->event->is.read.who;
}

static void pack_erased(struct packing *p)
{
    PART(erased, erased, erased);
    p->is.erased.reason = (Concordat__V1__EraseReason)p->event->is.erased.reason;
    p->is.erased.by = borrowed_text_or_none(p->event->is.erased.by);
    p->is.erased.second = borrowed_text_or_none(p->event->is.erased.second);
}

static void pack_hold_set(struct packing *p)
{
    PART(hold_set, hold_set, hold_set);
    p->is.hold_set.reason = (Concordat__V1__HoldOnErasure)p->event->is.hold.reason;
    p->is.hold_set.by = borrowed_text_or_none(p->event->is.hold.by);
}

static void pack_hold_lifted(struct packing *p)
{
    PART(hold_lifted, hold_lifted, hold_lifted);
    p->is.hold_lifted.reason = (Concordat__V1__HoldOnErasure)p->event->is.hold.reason;
    p->is.hold_lifted.by = borrowed_text_or_none(p->event->is.hold.by);
}

static void pack_presence(struct packing *p)
{
    PART(presence, presence_changed, presence_changed);
    p->is.presence.team = packed_team(p, p->event->is.presence.team);
    p->is.presence.present = p->event->is.presence.present;
    p->is.presence.lapsed = p->event->is.presence.lapsed;
    p->is.presence.silent_ms = p->event->is.presence.silent_ms;
    p->is.presence.coordinator = packed_coordinator(p, p->event->is.presence.coordinator);
}

static void pack_capacity(struct packing *p)
{
    PART(capacity, capacity_claimed, capacity_claimed);
    p->is.capacity.team = packed_team(p, p->event->is.capacity.team);
    p->is.capacity.free_places = p->event->is.capacity.free_places;
    p->is.capacity.good_until_ms = p->event->is.capacity.good_until_ms;
}

static void pack_refused(struct packing *p)
{
    PART(refused, command_refused, command_refused);
    p->is.refused.command = borrowed_text_or_none(p->event->is.refused.command);
    p->is.refused.refusal = (Concordat__V1__Refusal)p->event->is.refused.refusal;
    p->is.refused.left_out = p->event->is.refused.left_out;
}

static void pack_started(struct packing *p)
{
    PART(started, broker_started, broker_started);
    p->is.started.version = borrowed_text_or_none(p->event->is.started.version);
    p->is.started.replayed = p->event->is.started.replayed;
    p->is.started.state_digest = borrowed_bytes(p->event->is.started.state_digest, STATE_DIGEST_BYTES);
    p->is.started.state_layout = p->event->is.started.layout;
}

static void pack_covered(struct packing *p)
{
    PART(covered, area_covered, area_covered);
    p->is.covered.coordinator = packed_coordinator(p, p->event->is.covered.coordinator);
    p->is.covered.area = borrowed_text(state_area_id(p->state, p->event->is.covered.area));
    p->is.covered.until_ms = p->event->is.covered.until_ms;
    p->is.covered.reason = (Concordat__V1__CoverReason)p->event->is.covered.reason;
}

static void pack_altered(struct packing *p)
{
    PART(altered, alteration_found, alteration_found);
    p->is.altered.what = (Concordat__V1__Alteration)p->event->is.altered.what;
    p->is.altered.of = p->event->is.altered.of;
}

static void pack_begun(struct packing *p)
{
    PART(begun, snapshot_begun, snapshot_begun);
}

static void pack_kept(struct packing *p)
{
    PART(kept, snapshot_kept, snapshot_kept);
    p->is.kept.of = p->event->is.kept.of;
    p->is.kept.state_digest = borrowed_bytes(p->event->is.kept.state_digest, STATE_DIGEST_BYTES);
    p->is.kept.state_layout = p->event->is.kept.layout;
}

static void pack_corrected(struct packing *p)
{
    PART(correction, clock_corrected, clock_corrected);
    int64_t ahead_ms = p->event->is.correction.ahead_ms;
    p->is.correction.ahead_ms = ahead_ms > 0 ? ahead_ms : 0;
    p->is.correction.behind_ms = ahead_ms < 0 ? -ahead_ms : 0;
    p->is.correction.confirmed = p->event->is.correction.confirmed;
}

static void pack_clock_warned(struct packing *p)
{
    PART(clock_warned, clock_warned, clock_warned);
    p->is.clock_warned.clock = (Concordat__V1__Clock)p->event->is.breached.clock;
    p->is.clock_warned.due_ms = p->event->is.breached.due_ms;
    p->is.clock_warned.standard = borrowed_text_or_none(p->event->is.breached.standard);
}

static void pack_noted(struct packing *p)
{
    PART(noted.message, detention_noted, detention_noted);
    noted_pack(&p->event->is.noted, &p->is.noted);
}

static void pack_said(struct packing *p)
{
    message_pack(p->event, p->state, &p->is.said, &p->message);
}

static void pack_shortened(struct packing *p)
{
    PART(shortened, offer_shortened, offer_shortened);
    p->is.shortened.attempt = p->event->is.offered.attempt;
    p->is.shortened.team = packed_team(p, p->event->is.offered.team);
    p->is.shortened.expires_ms = p->event->is.offered.expires_ms;
}

static void pack_duty(struct packing *p)
{
    duty_pack(p->event, p->state, &p->is.duty, &p->message);
}

static void pack_missing(struct packing *p)
{
    missing_pack(p->event, p->state, &p->is.missing, &p->message);
}

static void pack_beside(struct packing *p)
{
    PART(beside.message, beside_noted, beside_noted);
    beside_pack(&p->event->is.beside, &p->is.beside);
}

static void pack_chased(struct packing *p)
{
    PART(chased, beside_chased, beside_chased);
    beside_pack_chased(&p->event->is.beside, &p->is.chased);
}

typedef void pack_part(struct packing *p);

static pack_part *const parts[] = {
    [EVENT_RECEIVED] = pack_received,
    [EVENT_OFFERED] = pack_offered,
    [EVENT_OFFER_SEEN] = pack_seen,
    [EVENT_OFFER_ENDED] = pack_ended,
    [EVENT_HELD] = pack_held,
    [EVENT_REMINDED] = pack_duty,
    [EVENT_TAKEN] = pack_taken,
    [EVENT_ACCEPTED] = pack_accepted,
    [EVENT_CHECKED_IN] = pack_checked_in,
    [EVENT_LEASE_WARNED] = pack_warned,
    [EVENT_LEASE_LAPSED] = pack_lapsed,
    [EVENT_GIVEN_BACK] = pack_given_back,
    [EVENT_UPDATED] = pack_updated,
    [EVENT_CLOSED] = pack_end,
    [EVENT_CLOSING_ASKED] = pack_end,
    [EVENT_KEPT_OPEN] = pack_end,
    [EVENT_WITHDRAWN] = pack_end,
    [EVENT_REOPENED] = pack_end,
    [EVENT_PASSED_ON] = pack_end,
    [EVENT_REFERRER_TOLD] = pack_told,
    [EVENT_CLOCK_BREACHED] = pack_breached,
    [EVENT_RECORD_READ] = pack_read,
    [EVENT_ERASED] = pack_erased,
    [EVENT_HOLD_SET] = pack_hold_set,
    [EVENT_HOLD_LIFTED] = pack_hold_lifted,
    [EVENT_PRESENCE_CHANGED] = pack_presence,
    [EVENT_CAPACITY_CLAIMED] = pack_capacity,
    [EVENT_COMMAND_REFUSED] = pack_refused,
    [EVENT_BROKER_STARTED] = pack_started,
    [EVENT_AREA_COVERED] = pack_covered,
    [EVENT_ALTERATION_FOUND] = pack_altered,
    [EVENT_SNAPSHOT_BEGUN] = pack_begun,
    [EVENT_SNAPSHOT_KEPT] = pack_kept,
    [EVENT_CLOCK_CORRECTED] = pack_corrected,
    [EVENT_DETENTION_NOTED] = pack_noted,
    [EVENT_CLOCK_WARNED] = pack_clock_warned,
    [EVENT_SOUGHT] = pack_sought,
    [EVENT_WISH_RECORDED] = pack_wish,
    [EVENT_CHANGES_SEEN] = pack_said,
    [EVENT_MESSAGE_SENT] = pack_said,
    [EVENT_SHIFT_NOTED] = pack_said,
    [EVENT_OFFER_SHORTENED] = pack_shortened,
    [EVENT_PASSED_OVER] = pack_duty,
    [EVENT_ACKNOWLEDGED] = pack_duty,
    [EVENT_ASKED_AGAIN] = pack_duty,
    [EVENT_TEAM_SILENT] = pack_duty,
    [EVENT_WENT_MISSING] = pack_missing,
    [EVENT_FOUND] = pack_missing,
    [EVENT_CONTACT_TRIED] = pack_missing,
    [EVENT_TRIES_USED_UP] = pack_missing,
    [EVENT_BESIDE_NOTED] = pack_beside,
    [EVENT_BESIDE_CHASED] = pack_chased,
};

size_t record_pack_event(const struct event *event, const struct state *state,
                         const struct directory *directory, const uint8_t salt[EVENT_SALT_BYTES],
                         const struct record_sealed *sealed, uint8_t *out, size_t capacity)
{
    struct packing p; /* long, and set piece by piece: not cleared for each event */
    p.event = event;
    p.state = state;
    p.directory = directory;
    concordat__v1__event__init(&p.message);
    p.message.seq = event->seq;
    p.message.at_ms = event->at_ms;
    p.message.received_ms = event->received_ms;
    p.message.salt = borrowed_bytes(salt, EVENT_SALT_BYTES);
    p.message.number = event->number;
    p.message.drill = event->drill;
    p.message.actor = borrowed_text_or_none(event->actor);
    p.message.actor_device = borrowed_text_or_none(event->device);
    if (event->has_referral) {
        p.message.referral = borrowed_bytes(event->referral, ID_BYTES);
        concordat__v1__owner__init(&p.owner);
        p.owner.kind = (Concordat__V1__OwnerKind)event->owner.kind;
        p.owner.act_by_ms = event->owner.act_by_ms;
        if (event->owner.kind == OWNER_TEAM)
            p.owner.id = packed_team(&p, event->owner.slot);
        else if (event->owner.kind == OWNER_COORDINATOR)
            p.owner.id = packed_coordinator(&p, event->owner.slot);
        p.message.owner = &p.owner;
        p.message.state = (Concordat__V1__State)event->state;
        p.message.previous = event->previous;
        pack_clocks(&p);
    }
    if (sealed) {
        p.message.n_sealed = texts_pack(sealed, p.sealed, p.sealed_list);
        p.message.sealed = p.sealed_list;
    }
    if (event->person.id && event->person.id[0])
        pack_person(&p);
    if (event->has_command) {
        p.message.command = borrowed_bytes(event->command, ID_BYTES);
        p.message.command_digest = borrowed_bytes(event->command_digest, DIGEST_BYTES);
    }
    p.message.what_case = (Concordat__V1__Event__WhatCase)event->kind;
    if (event->kind == EVENT_POLICY_LOADED)
        return policy_pack(event, &p.message, out, capacity);
    parts[event->kind](&p);
    /* Measuring costs half as much as packing. It is not needed if there is room for the longest event. */
    if (capacity < RECORD_EVENT_BYTES_MAX && concordat__v1__event__get_packed_size(&p.message) > capacity)
        return 0;
    return concordat__v1__event__pack(&p.message, out);
}
