/* packed_world.c: the events of a core_world as the ledger keeps them. */
#include "tests/worlds/packed_world.h"

#include <assert.h>
#include <string.h>

struct sent_referral {
    Concordat__V1__Referral referral;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__Instant decided, place_of_safety, handover_done, power_used;
    Concordat__V1__Need needs[NEED_COUNT];
    char language[4];
    struct record_content content;
};

static void sent_instant(Concordat__V1__Instant *instant, int64_t ms, enum basis basis)
{
    concordat__v1__instant__init(instant);
    instant->unix_ms = ms;
    instant->basis = (Concordat__V1__Basis)basis;
}

static void sent_legal(struct sent_referral *sent, const struct facts *facts)
{
    concordat__v1__legal__init(&sent->legal);
    sent->legal.status = (Concordat__V1__LegalStatus)facts->legal_status;
    sent->legal.place_of_safety = (Concordat__V1__PlaceOfSafety)facts->place;
    if (facts->power_used_ms) {
        sent_instant(&sent->power_used, facts->power_used_ms, BASIS_STATED);
        sent->legal.power_used_at = &sent->power_used;
    }
    if (facts->place_of_safety_ms) {
        sent_instant(&sent->place_of_safety, facts->place_of_safety_ms, facts->place_of_safety_basis);
        sent->legal.arrived_at_place_of_safety_at = &sent->place_of_safety;
    }
    if (facts->handover_done_ms) {
        sent_instant(&sent->handover_done, facts->handover_done_ms, BASIS_STATED);
        sent->legal.handover_done_at = &sent->handover_done;
    }
    sent->referral.legal = &sent->legal;
}

/* What the referrer would have sent to give these facts. */
static void sent_make(struct sent_referral *sent, const struct event *event)
{
    const struct facts *facts = &event->is.received.facts;
    concordat__v1__referral__init(&sent->referral);
    concordat__v1__demographics__init(&sent->person);
    sent->referral.id = (ProtobufCBinaryData){ID_BYTES, (uint8_t *)(uintptr_t)event->referral};
    sent->referral.source = (Concordat__V1__Source)facts->source;
    sent->referral.urgency = (Concordat__V1__Urgency)facts->urgency;
    if (facts->decided_basis == BASIS_STATED) { /* otherwise the core has imputed it */
        sent_instant(&sent->decided, facts->decided_ms, facts->decided_basis);
        sent->referral.decided_at = &sent->decided;
    }
    for (int need = 1; need < NEED_COUNT; need++)
        if (facts->needs & 1u << need)
            sent->needs[sent->referral.n_needs++] = (Concordat__V1__Need)need;
    sent->referral.needs = sent->needs;
    sent->person.age_known = facts->age != AGE_UNKNOWN;
    sent->person.age_years = sent->person.age_known ? facts->age : 0;
    sent->person.looks_under_18 = (Concordat__V1__LooksUnder18)facts->looks_under_18;
    memcpy(sent->language, facts->language, sizeof sent->language);
    sent->person.language = sent->language;
    sent->referral.person = &sent->person;
    sent_legal(sent, facts);
}

/* As it comes to the broker. */
static void sent_read(struct sent_referral *sent, bool with_confidential)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    struct command command;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &submit;
    submit.referral = &sent->referral;
    submit.confidential = with_confidential ? &confidential : NULL;
    bool read = record_read_command(&request, NULL, 0, WORLD_NOON, &sent->content, &command);
    assert(read);
}

size_t packed_event(const struct core_world *w, const struct event *event, enum source claimed, uint8_t *out,
                    size_t capacity)
{
    Concordat__V1__Change change = CONCORDAT__V1__CHANGE__INIT, *one_change = &change;
    struct event to_pack = *event;
    struct sent_referral sent = {0};
    change.field = (char *)"urgency";
    struct policy_file file = {.policy = w->policy, .bytes = (uint8_t *)"region: Northmoor\n", .size = 18};
    if (event->kind == EVENT_RECEIVED || event->kind == EVENT_UPDATED) {
        sent_make(&sent, event);
        if (claimed)
            sent.referral.source = (Concordat__V1__Source)claimed;
        sent_read(&sent, event->is.received.with_confidential);
        if (event->is.received.with_changes)
            sent.content.changes = (struct record_changes){&one_change, 1};
        to_pack.opaque = &sent.content;
    } else if (event->kind == EVENT_POLICY_LOADED) {
        to_pack.opaque = &file;
    }
    static const uint8_t salt[EVENT_SALT_BYTES] = {1};
    static const struct record_sealed one_record = {1, {{.part = SEAL_RECORD}}};
    bool with_text = sent.content.text;
    size_t size = record_pack_event(&to_pack, w->state, w->directory, salt, with_text ? &one_record : NULL,
                                    out, capacity);
    assert(size);
    return size;
}
