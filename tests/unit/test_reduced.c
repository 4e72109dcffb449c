/* test_reduced.c: P9: what an auditor gets of an event, field by field. The events here have a value in every
 * field of the schema, which its descriptors name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "concordat/v1/event.pb-c.h"
#include "proto/wire/reduced.h"
#include "proto/wire/wire.h"

enum { EVENT_BYTES_MAX = 16 * 1024 };

#define RECEIVED_MS INT64_C(1771849383456) /* 2026-02-23T12:23:03.456Z */
#define MOVED_MS    INT64_C(1383456)       /* since the full hour */

static struct arena arena;

/* --- an event with everything ------------------------------------------------------------------------- */

static void *taken(size_t size)
{
    void *bytes = arena_take(&arena, size);
    assert_non_null(bytes);
    return memset(bytes, 0, size);
}

static void *filled(const ProtobufCMessageDescriptor *type, const char *chosen);

/* An instant is half a minute after the receipt; an age is 47. */
static void fill_value(const ProtobufCFieldDescriptor *field, void *at, const char *chosen)
{
    static uint8_t bytes[16] = "sixteen  bytes  ";
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = taken(strlen(field->name) + 6);
        sprintf(*(char **)at, "text-%s", field->name);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){sizeof bytes, bytes};
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)at = 1;
        break;
    case PROTOBUF_C_TYPE_UINT32:
        *(uint32_t *)at = 47;
        break;
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)at = 47;
        break;
    case PROTOBUF_C_TYPE_INT64:
        *(int64_t *)at = RECEIVED_MS + 30000;
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = 1;
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(void **)at = filled(field->descriptor, chosen);
        break;
    default:
        fail_msg("%s: a type of field that the schema did not have", field->name);
    }
}

static size_t size_of(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
}

/* One field of a oneof is filled: the one called `chosen`, or else the first. */
static bool is_left_out(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                        const char *chosen)
{
    if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
        return false;
    bool has_chosen = protobuf_c_message_descriptor_get_field_by_name(type, chosen);
    if (has_chosen)
        return strcmp(field->name, chosen) != 0;
    for (unsigned i = 0; &type->fields[i] != field; i++)
        if (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
            return true;
    return false;
}

static void *filled(const ProtobufCMessageDescriptor *type, const char *chosen)
{
    uint8_t *message = taken(type->sizeof_message);
    type->message_init((ProtobufCMessage *)message);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        void *at = message + field->offset;
        if (is_left_out(type, field, chosen))
            continue;
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
            *(int *)(void *)(message + field->quantifier_offset) = (int)field->id;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            *(size_t *)(void *)(message + field->quantifier_offset) = 1;
            at = *(void **)at = taken(size_of(field->type));
        }
        fill_value(field, at, chosen);
    }
    return message;
}

/* An event of a kind, or with the details of a source. */
static size_t pack_filled(const char *chosen, uint8_t bytes[EVENT_BYTES_MAX])
{
    arena_reset(&arena);
    Concordat__V1__Event *event = filled(&concordat__v1__event__descriptor, chosen);
    event->received_ms = RECEIVED_MS;
    size_t size = concordat__v1__event__get_packed_size(event);
    assert_true(size <= EVENT_BYTES_MAX);
    return concordat__v1__event__pack(event, bytes);
}

/* --- what is left of it ------------------------------------------------------------------------------- */

static char said[64 * 1024]; /* a line for each field that is not as it was, each field once */

static void say(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                const char *what)
{
    char line[160];
    snprintf(line, sizeof line, "%s.%s %s\n", type->short_name, field->name, what);
    if (!strstr(said, line))
        strcat(said, line);
}

static void compare_messages(const ProtobufCMessage *full, const ProtobufCMessage *reduced);

static void compare_value(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                          const void *full, const void *reduced)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING: {
        const char *text = *(char *const *)reduced;
        if (strcmp(text, *(char *const *)full) != 0)
            say(type, field, *text ? "CHANGED" : "goes");
        break;
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *a = full, *b = reduced;
        if (a->len != b->len || memcmp(a->data, b->data, a->len) != 0)
            say(type, field, b->len == 0 ? "goes" : "is renamed");
        break;
    }
    case PROTOBUF_C_TYPE_INT64: {
        int64_t ms = *(const int64_t *)reduced, was = *(const int64_t *)full;
        if (ms != was)
            say(type, field, ms == 0 ? "goes" : ms == was - MOVED_MS ? "is moved" : "CHANGED");
        break;
    }
    case PROTOBUF_C_TYPE_UINT32:
        if (*(const uint32_t *)reduced != *(const uint32_t *)full)
            say(type, field, *(const uint32_t *)reduced == 18 ? "is a band" : "CHANGED");
        break;
    case PROTOBUF_C_TYPE_ENUM:
        if (*(const int *)reduced != *(const int *)full)
            say(type, field, *(const int *)reduced == 0 ? "goes" : "CHANGED");
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        if (!*(void *const *)reduced)
            say(type, field, "goes");
        else
            compare_messages(*(void *const *)full, *(void *const *)reduced);
        break;
    default:
        if (memcmp(full, reduced, field->type == PROTOBUF_C_TYPE_UINT64 ? 8 : sizeof(int)) != 0)
            say(type, field, "CHANGED");
    }
}

static void compare_messages(const ProtobufCMessage *full, const ProtobufCMessage *reduced)
{
    const ProtobufCMessageDescriptor *type = full->descriptor;
    assert_int_equal(reduced->n_unknown_fields, 0);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const uint8_t *a = (const uint8_t *)full, *b = (const uint8_t *)reduced;
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            int kind = *(const int *)(const void *)(a + field->quantifier_offset);
            assert_int_equal(*(const int *)(const void *)(b + field->quantifier_offset), kind);
            if (kind != (int)field->id)
                continue;
        }
        if (field->label != PROTOBUF_C_LABEL_REPEATED)
            compare_value(type, field, a + field->offset, b + field->offset);
        else if (*(const size_t *)(const void *)(b + field->quantifier_offset) == 0)
            say(type, field, "goes");
        else
            compare_value(type, field, *(void *const *)(const void *)(a + field->offset),
                          *(void *const *)(const void *)(b + field->offset));
    }
}

static void reduce_filled(const char *chosen)
{
    static uint8_t full[EVENT_BYTES_MAX], reduced[EVENT_BYTES_MAX];
    size_t size = pack_filled(chosen, full), reduced_size = reduced_event(full, size, reduced);
    assert_true(reduced_size > 0 && reduced_size <= size);
    Concordat__V1__Event *before = concordat__v1__event__unpack(NULL, size, full);
    Concordat__V1__Event *after = concordat__v1__event__unpack(NULL, reduced_size, reduced);
    assert_non_null(before);
    assert_non_null(after);
    assert_int_equal(after->seq, before->seq);
    compare_messages(&before->base, &after->base);
    concordat__v1__event__free_unpacked(before, NULL);
    concordat__v1__event__free_unpacked(after, NULL);
}

/* Whatever is not here stays as it is. */
static const char what_becomes[] = "Event.at_ms is moved\n"
                                   "Event.referral is renamed\n"
                                   "Event.command goes\n"
                                   "Event.command_digest goes\n"
                                   "Event.actor goes\n"
                                   "Owner.act_by_ms is moved\n"
                                   "ClockChange.at_ms is moved\n"
                                   "ClockChange.due_ms is moved\n"
                                   "ClockChange.warn_ms is moved\n"
                                   "Event.actor_device goes\n"
                                   "Event.sealed goes\n"
                                   "Event.salt goes\n"
                                   "Event.received_ms goes\n"
                                   "Event.person goes\n"
                                   "Referral.id is renamed\n"
                                   "Referral.site goes\n"
                                   "Referral.referrer_role goes\n"
                                   "Instant.unix_ms is moved\n"
                                   "Referral.urgency_set_by goes\n"
                                   "Referral.postcode_district goes\n"
                                   "Demographics.age_years is a band\n"
                                   "Demographics.language goes\n"
                                   "Referral.safeguarding goes\n"
                                   "StreetTriage.kind_of_place goes\n"
                                   "Received.routed_age is a band\n"
                                   "Received.on_behalf_of goes\n"
                                   "Received.rang_ms is moved\n"
                                   "LiaisonAndDiversion.offence_category goes\n"
                                   "Offered.expires_ms is moved\n"
                                   "Held.remind_ms is moved\n"
                                   "Held.look_again_ms goes\n"
                                   "Reminded.next_ms is moved\n"
                                   "Taken.lease_ms is moved\n"
                                   "Accepted.expected_arrival_ms is moved\n"
                                   "Accepted.lease_ms is moved\n"
                                   "CheckedIn.expected_arrival_ms is moved\n"
                                   "CheckedIn.lease_ms is moved\n"
                                   "LeaseWarned.lapses_ms is moved\n"
                                   "Updated.routed_age is a band\n"
                                   "Updated.sent_by goes\n"
                                   "Change.before goes\n"
                                   "Change.after goes\n"
                                   "Change.at_ms goes\n"
                                   "Updated.unseen goes\n"
                                   "Closed.undo_until_ms is moved\n"
                                   "Withdrawn.sent_by goes\n"
                                   "Withdrawn.undo_until_ms is moved\n"
                                   "ClockBreached.due_ms is moved\n"
                                   "Erased.by goes\n"
                                   "Erased.second goes\n"
                                   "HoldSet.by goes\n"
                                   "HoldLifted.by goes\n"
                                   "PresenceChanged.silent_ms is moved\n"
                                   "CapacityClaimed.good_until_ms is moved\n"
                                   "AreaCovered.until_ms is moved\n"
                                   "DetentionNoted.by goes\n"
                                   "DetentionNoted.second goes\n"
                                   "DetentionNoted.started_ms is moved\n"
                                   "DetentionNoted.until_ms is moved\n"
                                   "DetentionNoted.corrected_ms is moved\n"
                                   "ClockWarned.due_ms is moved\n"
                                   "OfferShortened.expires_ms is moved\n"
                                   "Sought.look_again_ms goes\n"
                                   "Reopened.lease_ms is moved\n"
                                   "Reopened.remind_ms is moved\n"
                                   "PassedOver.remind_ms is moved\n"
                                   "Acknowledged.muted_ms is moved\n"
                                   "Acknowledged.remind_ms is moved\n"
                                   "AskedAgain.remind_ms is moved\n"
                                   "ShiftNoted.with_person goes\n"
                                   "TeamSilent.since_ms is moved\n"
                                   "BesideNoted.asked_of goes\n"
                                   "BesideNoted.log_number goes\n"
                                   "BesideNoted.chase_ms is moved\n"
                                   "BesideChased.chase_ms is moved\n"
                                   "WentMissing.seen_ms is moved\n"
                                   "WentMissing.seen_at goes\n"
                                   "WentMissing.remind_ms is moved\n"
                                   "Found.found_ms is moved\n"
                                   "Found.at goes\n"
                                   "ClosingAsked.remind_ms is moved\n"
                                   "KeptOpen.remind_ms is moved\n"
                                   "ContactTried.next_ms is moved\n"
                                   "ContactTried.lease_ms is moved\n"
                                   "PassedOn.received_ms is moved\n";

static void P9_what_an_auditor_gets_is_decided_for_each_field_of_every_event(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *events = &concordat__v1__event__descriptor;
    said[0] = '\0';
    reduce_filled("received");
    reduce_filled("liaison_and_diversion");
    reduce_filled("emergency_department");
    for (unsigned i = 0; i < events->n_fields; i++)
        if (events->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
            reduce_filled(events->fields[i].name);
    assert_string_equal(said, what_becomes);
}

/* --- times, ids, bands -------------------------------------------------------------------------------- */

static const Concordat__V1__Event *reduced_of(const Concordat__V1__Event *event)
{
    uint8_t full[512], reduced[512];
    struct wire_fault fault;
    assert_true(concordat__v1__event__get_packed_size(event) <= sizeof full);
    size_t size = concordat__v1__event__pack(event, full);
    size = reduced_event(full, size, reduced);
    assert_true(size > 0);
    const Concordat__V1__Event *after = wire_unpack_event(reduced, size, &arena, &fault);
    assert_non_null(after);
    return after;
}

static Concordat__V1__Event event_of_case(Concordat__V1__Accepted *accepted)
{
    static uint8_t id[16] = {1, 0x98, 0xc5};
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    concordat__v1__accepted__init(accepted);
    event.seq = 4;
    event.at_ms = RECEIVED_MS + 90000;
    event.received_ms = RECEIVED_MS;
    event.referral = (ProtobufCBinaryData){sizeof id, id};
    event.number = 412;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_ACCEPTED;
    event.accepted = accepted;
    return event;
}

static void P9_the_times_of_a_case_are_moved_together_and_its_receipt_is_on_the_full_hour(void **state)
{
    (void)state;
    Concordat__V1__Accepted accepted;
    Concordat__V1__Event event = event_of_case(&accepted);
    accepted.lease_ms = MOVED_MS;     /* no case is as old: it becomes the least that there is */
    accepted.expected_arrival_ms = 0; /* none */
    const Concordat__V1__Event *after = reduced_of(&event);
    assert_int_equal((after->at_ms - 90000) % REDUCED_HOUR_MS, 0);
    assert_true(after->at_ms <= event.at_ms && after->at_ms > event.at_ms - REDUCED_HOUR_MS);
    assert_int_equal(after->accepted->lease_ms, 1);
    assert_int_equal(after->accepted->expected_arrival_ms, 0);
    event.received_ms = 0; /* of no case: each to its own hour */
    accepted.lease_ms = event.at_ms + REDUCED_HOUR_MS;
    after = reduced_of(&event);
    assert_int_equal(after->at_ms % REDUCED_HOUR_MS, 0);
    assert_int_equal(after->accepted->lease_ms - after->at_ms, REDUCED_HOUR_MS);
}

static void P9_the_id_of_a_case_says_only_its_spoken_number(void **state)
{
    (void)state;
    static const uint8_t expected[16] = {[6] = 0x80, [8] = 0x80, [11] = 1, [14] = 1, [15] = 0x9c};
    Concordat__V1__Accepted accepted;
    Concordat__V1__Event event = event_of_case(&accepted);
    event.drill = true;
    const Concordat__V1__Event *after = reduced_of(&event);
    assert_int_equal(after->referral.len, sizeof expected);
    assert_memory_equal(after->referral.data, expected, sizeof expected);
    event.referral.len = 0;
    assert_int_equal(reduced_of(&event)->referral.len, 0);
}

/* --- bytes that the router does not write ------------------------------------------------------------- */

static void P9_what_is_no_field_or_not_in_its_form_goes(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t size, full[24], reduced_size, reduced[24];
    } forms[] = {
        {"a field that is not in the schema", 7, {8, 1, 0xfa, 0x04, 2, 'h', 'i'}, 2, {8, 1}},
        {"one with a great number", 6, {8, 1, 0x82, 0x40, 1, 'h'}, 2, {8, 1}},
        {"a number as text", 5, {0x0a, 1, 'h', 0x28, 1}, 2, {0x28, 1}},
        {"a text of 32 bits", 7, {8, 1, 0x4d, 1, 2, 3, 4}, 2, {8, 1}},
        {"an id of three bytes", 7, {8, 1, 0x1a, 3, 1, 2, 3}, 2, {8, 1}},
        {"a number with more bytes than it needs", 3, {8, 0x81, 0}, 3, {8, 0x81, 0}},
        {"a part with a length of more bytes than it needs",
         7,
         {8, 1, 0x4a, 0x82, 0, 8, 1},
         6,
         {8, 1, 0x4a, 2, 8, 1}},
    };
    uint8_t out[24];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t size = reduced_event(forms[i].full, forms[i].size, out);
        if (size != forms[i].reduced_size || memcmp(out, forms[i].reduced, size) != 0)
            fail_msg("not so: %s", forms[i].what);
    }
    for (size_t size = 0; size < 7; size++) /* cut short: no event, or a shorter one */
        assert_true(reduced_event(forms[4].full, size, out) <= size);
    assert_int_equal(reduced_event(forms[4].full, 0, out), 0);
    assert_int_equal(reduced_event(forms[4].full, 6, out), 0);
}

static int open_arena(void **state)
{
    (void)state;
    return arena_open(&arena, ARENA_MESSAGE_BYTES);
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_what_an_auditor_gets_is_decided_for_each_field_of_every_event),
        cmocka_unit_test(P9_the_times_of_a_case_are_moved_together_and_its_receipt_is_on_the_full_hour),
        cmocka_unit_test(P9_the_id_of_a_case_says_only_its_spoken_number),
        cmocka_unit_test(P9_what_is_no_field_or_not_in_its_form_goes),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
