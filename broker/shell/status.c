/* status.c: who holds a case and whom to ring. */
#include "broker/shell/status.h"

#include <assert.h>

#include "broker/core/beside.h"
#include "broker/core/detention.h"
#include "broker/core/undo.h"
#include "broker/record/record.h"
#include "proto/wire/borrowed.h"

static void status_say_altered(struct status *s, uint8_t altered)
{
    for (int what = ALTERATION_NONE + 1; what < ALTERATION_COUNT; what++)
        if (altered & alteration_bit((enum alteration)what))
            s->altered[s->message.n_altered++] = (Concordat__V1__Alteration)what;
    s->message.altered = s->altered;
}

static void status_begin(struct status *s, const uint8_t *id, uint32_t number, bool drill, uint32_t follows)
{
    concordat__v1__case_status__init(&s->message);
    words_number(number, drill, s->number);
    s->message.referral = borrowed_bytes(id, ID_BYTES);
    s->message.number = s->number;
    if (follows) {
        words_number(follows, drill, s->follows);
        s->message.follows = s->follows;
    }
    s->message.drill = drill;
}

struct coordinator_words status_coordinator(const struct state *state, const struct directory *directory,
                                            uint16_t slot)
{
    const struct policy_coordinator *coordinator = directory_coordinator(directory, slot);
    char *id = borrowed_text(state_coordinator_id(state, slot));
    return (struct coordinator_words){id, coordinator ? borrowed_text(coordinator->name) : id,
                                      borrowed_text(coordinator ? coordinator->telephone : "")};
}

/* The coordinator stands behind every team. While a team has only been asked, people ring the coordinator. A
 * case that has ended keeps the coordinator whom it had: if that one has left the policy, people ring the
 * coordinator of the area. */
static void status_say_coordinator(struct status *s, const struct state *state,
                                   const struct directory *directory, uint16_t slot, uint16_t area)
{
    bool is_there = directory_coordinator(directory, slot);
    const struct coordinator_words words =
        status_coordinator(state, directory, is_there ? slot : directory_coordinator_slot(directory, area));
    s->message.coordinator_name = words.name;
    s->message.coordinator_ring = s->message.ring = words.ring;
}

char *status_team_name(const struct state *state, const struct directory *directory, uint16_t slot)
{
    const struct policy_team *team = directory_team(directory, slot);
    return borrowed_text(team ? team->name : state_team(state, slot)->id);
}

static void status_say_area(struct status *s, const struct state *state, const struct directory *directory,
                            uint16_t area)
{
    s->message.area = borrowed_text(state_area_id(state, area));
    if (directory_has_area(directory, area))
        s->message.area_name = borrowed_text(directory_area(directory, area)->name);
}

static void status_say_offer(struct status *s, const struct state *state, const struct directory *directory,
                             const struct live_offer *offer)
{
    s->message.asked_team = borrowed_text(state_team(state, offer->team)->id);
    s->message.asked_team_name = status_team_name(state, directory, offer->team);
    s->message.answer_by_ms = state_utc(state, offer->expires_ms);
    s->message.handing_over = offer->handover && !offer->sought;
    s->message.offer_notice = offer->seen        ? CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_SEEN
                              : offer->delivered ? CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_DELIVERED
                                                 : CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_UNSPECIFIED;
}

static void status_say_owner(struct status *s, const struct state *state, const struct directory *directory,
                             const struct referral *r)
{
    s->message.owner_kind = (Concordat__V1__OwnerKind)r->owner.kind;
    if (r->owner.kind == OWNER_COORDINATOR) {
        s->message.owner = borrowed_text(state_coordinator_id(state, r->owner.slot));
        s->message.owner_name = s->message.coordinator_name;
        return;
    }
    const struct policy_team *team = directory_team(directory, r->owner.slot);
    s->message.owner = borrowed_text(state_team(state, r->owner.slot)->id);
    s->message.owner_name = status_team_name(state, directory, r->owner.slot);
    if (team && referral_is_with_team(r))
        s->message.ring = borrowed_text(team->telephone);
}

static void status_say_detention(struct status *s, const struct state *state, const struct referral *r)
{
    const struct detention *detention = &r->detention;
    const struct clock *hours = &r->clocks[CLOCK_SECTION_136];
    Concordat__V1__Detention *m = &s->detention;
    enum clock_kind by;
    if (detention->state == DETENTION_NONE)
        return;
    concordat__v1__detention__init(m);
    m->state = (Concordat__V1__DetentionState)detention->state;
    m->power = (Concordat__V1__LegalStatus)detention->power;
    m->used_ms = detention->used_ms;
    m->started_ms = detention->started_ms;
    m->until_ms = detention->until_ms;
    m->corrected_ms = detention->corrected_ms;
    m->place = (Concordat__V1__PlaceOfSafety)detention->place;
    m->at_place_ms = detention->at_place_ms;
    m->next = (Concordat__V1__DetentionStep)detention_next(r, &by);
    m->next_by_ms = by == CLOCK_NONE ? 0 : state_utc(state, r->clocks[by].due_ms);
    m->n_found = record_flags(detention->found, s->found);
    m->found = s->found;
    m->warned = hours->warned || hours->breached;
    s->message.detention = m;
}

static void status_say_declined(struct status *s, uint8_t declined_as)
{
    static const enum decline_reason reasons[DECLINED_AS_MAX] = {DECLINE_AGE_NOT_SERVED, DECLINE_INTOXICATION,
                                                                 DECLINE_BEHAVIOUR};
    for (int i = 0; i < DECLINED_AS_MAX; i++)
        if (declined_as & declined_bit(reasons[i]))
            s->declined_as[s->message.n_declined_as++] = (Concordat__V1__DeclineReason)reasons[i];
    s->message.declined_as = s->declined_as;
}

/* While another team is sought and asked, the difference is that team's: the one that has the case has been
 * told of its own. */
static void status_say_matched(struct status *s, const struct directory *directory, const struct referral *r)
{
    const struct policy_team *team = referral_is_with_team(r) ? directory_team(directory, r->team) : NULL;
    if (team)
        s->message.owner_offers = (Concordat__V1__TeamOffers)team->offers;
    s->message.seeking = (Concordat__V1__Seeking)r->seeking;
    s->message.n_differs = record_differences(r->offer.attempt ? r->offer.differs : r->differs, s->differs);
    s->message.differs = s->differs;
    status_say_declined(s, r->declined_as);
}

static void status_say_silence(struct status *s, const struct state *state, const struct referral *r)
{
    int64_t since_ms = referral_is_with_team(r) ? state_team(state, r->team)->absent_ms : 0;
    if (!since_ms)
        return;
    concordat__v1__team_silence__init(&s->silence);
    s->silence.since_ms = state_utc(state, since_ms);
    s->silence.told = r->silent_told;
    s->message.team_silence = &s->silence;
}

/* The team that had the case is told of it as long as nobody else has it. */
static void status_say_missing(struct status *s, const struct state *state, const struct directory *directory,
                               const struct referral *r)
{
    const struct policy_team *team = r->had_team == SLOT_NONE ? NULL : directory_team(directory, r->had_team);
    char *id = borrowed_text(state_team_id(state, r->had_team));
    char *name = team ? borrowed_text(team->name) : id;
    s->message.had_by = name;
    if (r->state != CASE_MISSING)
        return;
    concordat__v1__missing__init(&s->missing);
    s->missing.since_ms = state_utc(state, r->missing_ms);
    s->missing.seen_ms = r->last_seen_ms;
    s->missing.seen_at = (Concordat__V1__KindOfPlace)r->last_seen_at;
    s->missing.team = id;
    s->missing.team_name = name;
    s->message.missing = &s->missing;
}

/* In the order in which they were opened. */
static void status_say_beside(struct status *s, const struct state *state, const struct referral *r)
{
    for (unsigned request = 1; request <= r->beside_count; request++)
        for (int i = 0; i < beside_rows(r); i++) {
            const struct beside *row = &r->beside[i];
            Concordat__V1__BesideStatus *m = &s->beside[s->message.n_beside];
            if (row->request != request)
                continue;
            concordat__v1__beside_status__init(m);
            m->request = request;
            m->what = (Concordat__V1__Beside)row->what;
            m->state = (Concordat__V1__BesideState)row->state;
            m->asked_of = borrowed_text(row->asked_of);
            m->log_number = borrowed_text(row->log_number);
            m->at_ms = state_utc(state, row->at_ms);
            m->ours = beside_is_ours((enum beside_state)row->state);
            m->reminded = row->reminded;
            s->beside_list[s->message.n_beside++] = m;
        }
    s->message.beside = s->beside_list;
}

static void status_of_open(struct status *s, const struct state *state, const struct directory *directory,
                           const struct referral *r)
{
    status_begin(s, r->id, r->number, r->drill, r->follows);
    Concordat__V1__CaseStatus *m = &s->message;
    m->state = (Concordat__V1__State)r->state;
    status_say_coordinator(s, state, directory, r->coordinator, r->facts.area);
    status_say_owner(s, state, directory, r);
    m->since_ms = state_utc(state, r->owned_since_ms);
    m->act_by_ms = state_utc(state, r->owner.act_by_ms);
    m->offers = r->attempts;
    m->expected_arrival_ms = state_utc(state, r->expected_arrival_ms);
    m->urgency = (Concordat__V1__Urgency)r->facts.routed_as;
    m->source = (Concordat__V1__Source)r->facts.source;
    status_say_area(s, state, directory, r->facts.area);
    m->area_assumed = r->area_assumed;
    m->received_ms = state_utc(state, r->received_ms);
    m->entered_ms = state_utc(state, r->entered_ms);
    if (!r->clocks[CLOCK_RESPONSE].stopped_ms)
        m->respond_by_ms = state_utc(state, r->clocks[CLOCK_RESPONSE].due_ms);
    m->lease_warned = r->lapses_ms != 0;
    m->seq = r->last_seq;
    m->attempt = r->offer.attempt;
    if (r->offer.attempt)
        status_say_offer(s, state, directory, &r->offer);
    if (referral_closing_is_asked(r)) {
        m->without_contact = (Concordat__V1__WithoutContact)r->closing_reason;
        m->closing_as = (Concordat__V1__Outcome)r->closing_outcome;
    }
    m->taken_by = borrowed_text(r->taken_by);
    if (r->state == CASE_TAKEN && r->taken_from != SLOT_NONE)
        m->taken_from = status_team_name(state, directory, r->taken_from);
    m->unheard = referral_is_reminded(r) ? r->unheard : 0;
    m->heard_by = borrowed_text(r->heard_by);
    m->muted_until_ms = state_utc(state, r->muted_ms);
    if (r->state == CASE_HELD || referral_seeks_in_vain(r))
        m->hold_reason = (Concordat__V1__HoldReason)r->hold_reason;
    status_say_altered(s, r->altered);
    status_say_detention(s, state, r);
    status_say_matched(s, directory, r);
    status_say_silence(s, state, r);
    m->tries = r->tries;
    m->next_try = (Concordat__V1__ContactNext)r->next_try;
    m->next_try_ms = state_utc(state, r->next_try_ms);
    m->tries_used_up = r->tries_told;
    status_say_missing(s, state, directory, r);
    status_say_beside(s, state, r);
    m->by_another_device = r->by_another_device;
    m->on_hold_ms = state_utc(state, r->on_hold_ms);
    m->changed_seq = r->changes_unseen ? r->facts_seq : 0;
    m->alters_who_comes = r->alters_who_comes;
}

static void status_say_passed(struct status *s, const struct state *state, const struct ended_case *ended)
{
    if (!ended->is_passed_on)
        return;
    concordat__v1__passed__init(&s->passed);
    s->passed.provider = borrowed_text(ended->provider);
    s->passed.received_ms = state_utc(state, ended->provider_received_ms);
    s->passed.seen_ms = state_utc(state, ended->seen_ms);
    s->message.passed = &s->passed;
}

static void status_of_ended(struct status *s, const struct state *state, const struct directory *directory,
                            const struct ended_case *ended)
{
    status_begin(s, ended->id, ended->number, ended->drill, ended->follows);
    Concordat__V1__CaseStatus *m = &s->message;
    m->state = (Concordat__V1__State)ended->state;
    status_say_coordinator(s, state, directory, ended->coordinator, ended->area);
    m->since_ms = state_utc(state, ended->ended_ms);
    m->reopen_until_ms = state_utc(state, undo_until_ms(state, ended));
    m->offers = ended->attempts;
    m->outcome = (Concordat__V1__Outcome)ended->outcome;
    m->urgency = (Concordat__V1__Urgency)ended->urgency;
    m->source = (Concordat__V1__Source)ended->source;
    status_say_area(s, state, directory, ended->area);
    m->received_ms = state_utc(state, ended->received_ms);
    m->entered_ms = state_utc(state, ended->entered_ms);
    m->by_another_device = ended->by_another_device;
    m->erased_ms = state_utc(state, ended->erased_ms);
    m->on_hold_ms = state_utc(state, ended->on_hold_ms);
    m->seq = ended->last_seq;
    status_say_altered(s, ended->altered);
    status_say_passed(s, state, ended);
}

bool status_of(struct status *s, const struct state *state, const struct directory *directory,
               struct any_case of)
{
    if (of.open)
        status_of_open(s, state, directory, of.open);
    else if (of.ended)
        status_of_ended(s, state, directory, of.ended);
    return of.open || of.ended;
}

static void status_pack(struct packed_status *packed, struct status *status)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    message.status = &status->message;
    assert(concordat__v1__case_status__descriptor.n_fields == STATUS_FIELDS &&
           concordat__v1__detention__descriptor.n_fields == DETENTION_FIELDS &&
           concordat__v1__team_silence__descriptor.n_fields == SILENCE_FIELDS &&
           concordat__v1__missing__descriptor.n_fields == MISSING_FIELDS &&
           concordat__v1__beside_status__descriptor.n_fields == BESIDE_FIELDS &&
           concordat__v1__passed__descriptor.n_fields == PASSED_FIELDS);
    packed->size = concordat__v1__message__pack(&message, packed->bytes);
    assert(packed->size <= sizeof packed->bytes);
    packed->seq = status->message.seq;
}

bool statuses_find(struct statuses *statuses, const struct state *state, const struct directory *directory,
                   struct any_case of, uint32_t number, spliced_field *field)
{
    struct status status;
    if (!of.open && !of.ended)
        return false;
    /* Cases that are told of in one turn tend to have numbers that follow each other. */
    size_t slot = (of.open ? of.open->number : of.ended->number) % STATUSES_KEPT;
    struct packed_status *packed = &statuses->packed[slot];
    uint64_t seq = of.open ? of.open->last_seq : of.ended->last_seq;
    if (packed->seq != seq && status_of(&status, state, directory, of))
        status_pack(packed, &status);
    *field = spliced_as(number, packed->bytes + 1, packed->size - 1); /* its own tag is one byte */
    return true;
}

void statuses_forget(struct statuses *statuses)
{
    for (size_t i = 0; i < STATUSES_KEPT; i++)
        statuses->packed[i].seq = 0;
}
