/* Every message survives a way through JSON and back. JSON as people write it is read; an unknown name is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/wire/wire.h"
#include "proto/words/json.h"

enum { ROUNDS = 66 }; /* so many rounds that each member of each oneof occurs */

static struct arena arena, copy_arena;
static struct wire_fault fault;

/* ---- A generator by descriptors: every field filled, none with its default ---- */

static char *some_text(void)
{
    static const char *const pieces[] = {"plain",       "\"quoted\"",       "back\\slash", "line\nbreak\ttab",
                                         "caf\xc3\xa9", "\xf0\x9f\x98\x80", "</script>",   " "};
    char *text = arena_take(&arena, 200);
    assert_non_null(text);
    for (long i = random() % 4; i >= 0; i--)
        strcat(text, pieces[random() % 8]);
    return text;
}

static ProtobufCMessage *filled(const ProtobufCMessageDescriptor *type, unsigned round);

static void fill_value(const ProtobufCFieldDescriptor *field, void *value, unsigned round)
{
    const ProtobufCEnumDescriptor *codes = field->descriptor;
    ProtobufCBinaryData *bytes = value;
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)value = some_text();
        break;
    case PROTOBUF_C_TYPE_BYTES:
        bytes->len = random() % 2 ? 16 : (size_t)(1 + random() % 40);
        bytes->data = arena_take(&arena, bytes->len);
        for (size_t i = 0; i < bytes->len; i++)
            bytes->data[i] = (uint8_t)random();
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)value = 1;
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)value = codes->values[1 + (unsigned)random() % (codes->n_values - 1)].value;
        break;
    case PROTOBUF_C_TYPE_UINT32:
        *(uint32_t *)value = round % 2 ? UINT32_MAX : 1 + (uint32_t)random();
        break;
    case PROTOBUF_C_TYPE_INT64:
        *(int64_t *)value = round % 2 ? INT64_MAX : 1 + random();
        break;
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)value = round % 2 ? UINT64_MAX : 1 + (uint64_t)random();
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)value = filled(field->descriptor, round);
        break;
    default:
        fail_msg("%s has a type that this generator does not know", field->name);
    }
}

static size_t value_size(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
}

static ProtobufCMessage *filled(const ProtobufCMessageDescriptor *type, unsigned round)
{
    uint8_t *message = arena_take(&arena, type->sizeof_message);
    unsigned members = 0, member = 0;
    assert_non_null(message);
    type->message_init((ProtobufCMessage *)(void *)message);
    for (unsigned i = 0; i < type->n_fields; i++)
        members += (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint8_t *value = message + field->offset;
        void *quantifier = message + field->quantifier_offset;
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            if (member++ != round % members)
                continue;
            *(uint32_t *)quantifier = field->id;
        }
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            fill_value(field, value, round);
            continue;
        }
        size_t count = 1 + (size_t)random() % 3;
        uint8_t *items = arena_take(&arena, count * value_size(field));
        assert_non_null(items);
        *(size_t *)quantifier = count;
        *(uint8_t **)(void *)value = items;
        for (size_t k = 0; k < count; k++)
            fill_value(field, items + k * value_size(field), round);
    }
    return (ProtobufCMessage *)(void *)message;
}

static uint8_t *packed(const ProtobufCMessage *message, size_t *size)
{
    *size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    protobuf_c_message_pack(message, bytes);
    return bytes;
}

static void every_message_with_every_field_is_the_same_after_json_and_back(void **state)
{
    (void)state;
    static const ProtobufCMessageDescriptor *const roots[] = {&concordat__v1__request__descriptor,
                                                              &concordat__v1__message__descriptor,
                                                              &concordat__v1__event__descriptor};
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < 3; i++) {
            size_t before_size, after_size;
            arena_reset(&arena);
            arena_reset(&copy_arena);
            ProtobufCMessage *message = filled(roots[i], round);
            json_t *json = json_from_message(message);
            assert_non_null(json);
            char *text = json_dumps(json, 0);
            json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
            assert_non_null(read);
            ProtobufCMessage *copy = json_to_message(read, roots[i], &copy_arena, &fault);
            if (!copy)
                fail_msg("%s", fault.text);
            uint8_t *before = packed(message, &before_size);
            uint8_t *after = packed(copy, &after_size);
            assert_int_equal(before_size, after_size);
            assert_memory_equal(before, after, before_size);
            free(before);
            free(after);
            free(text);
            json_decref(read);
            json_decref(json);
        }
    }
}

/* ---- What is written and what is read ---- */

static const Concordat__V1__Request *read_request(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_ALLOW_NUL, &error);
    if (!json)
        fail_msg("%s", error.text);
    arena_reset(&arena);
    const Concordat__V1__Request *request = (const Concordat__V1__Request *)json_to_message(
        json, &concordat__v1__request__descriptor, &arena, &fault);
    json_decref(json);
    return request;
}

static void names_codes_ids_and_long_numbers_are_written_as_proto3_json(void **state)
{
    (void)state;
    uint8_t id[16] = {1, 0x90}, session[3] = {1, 2, 3};
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Welcome welcome = CONCORDAT__V1__WELCOME__INIT;
    message.command_id = (ProtobufCBinaryData){16, id};
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
    message.welcome = &welcome;
    welcome.role = CONCORDAT__V1__ROLE__ROLE_TEAM;
    welcome.ping_seconds = 10;
    welcome.now_ms = 1771848000123;
    welcome.session = (ProtobufCBinaryData){3, session};
    json_t *json = json_from_message(&message.base);
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text,
                        "{\"commandId\":\"01900000-0000-0000-0000-000000000000\",\"welcome\":{\"nowMs\":"
                        "\"1771848000123\",\"pingSeconds\":10,\"role\":\"ROLE_TEAM\",\"session\":\"AQID\"}}");
    free(text);
    json_decref(json);
}

static void json_as_people_write_it_is_read(void **state)
{
    (void)state;
    const Concordat__V1__Request *request = read_request(
        "{\"submit\": {\"referral\": {\"urgency\": \"very-urgent\", \"source\": \"street triage\","
        " \"postcode_district\": \"ZX1\", \"needs\": [\"amhp\", \"NEED_PERINATAL\", 7],"
        " \"decidedAt\": \"2026-02-23T12:00:00+00:00\", \"site\": null,"
        " \"legal\": {\"powerUsedAt\": {\"unixMs\": 5}}}}}");
    assert_non_null(request);
    const Concordat__V1__Referral *referral = request->submit->referral;
    assert_int_equal(referral->urgency, CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT);
    assert_int_equal(referral->source, CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE);
    assert_string_equal(referral->postcode_district, "ZX1");
    assert_int_equal(referral->n_needs, 3);
    assert_int_equal(referral->needs[0], CONCORDAT__V1__NEED__NEED_AMHP);
    assert_int_equal(referral->needs[2], CONCORDAT__V1__NEED__NEED_OLDER_ADULT);
    assert_true(referral->decided_at->unix_ms == 1771848000000);
    assert_int_equal(referral->decided_at->basis, CONCORDAT__V1__BASIS__BASIS_STATED);
    assert_true(referral->legal->power_used_at->unix_ms == 5);
    assert_string_equal(referral->site, "");
}

static void a_refusal_names_the_wrong_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        Concordat__V1__Refusal refusal;
    } cases[] = {
        {"{\"submit\": {\"referral\": {\"riskNote\": \"x\"}}}", "submit.referral.riskNote",
         CONCORDAT__V1__REFUSAL__REFUSAL_UNKNOWN_FIELD},
        {"{\"submit\": {\"referral\": {\"urgency\": \"soonish\"}}}", "submit.referral.urgency: one of", 0},
        {"{\"submit\": {\"referral\": {\"urgency\": true}}}", "submit.referral.urgency: one of", 0},
        {"{\"submit\": {\"referral\": {\"needs\": [\"amhp\", \"tea\"]}}}", "submit.referral.needs[1]", 0},
        {"{\"submit\": {\"referral\": {\"needs\": \"amhp\"}}}", "square brackets", 0},
        {"{\"submit\": {\"referral\": []}}", "submit.referral: an object", 0},
        {"{\"submit\": {\"referral\": {\"site\": 5}}}", "submit.referral.site: text", 0},
        {"{\"submit\": {\"referral\": {\"site\": \"a\\u0000b\"}}}", "submit.referral.site: text", 0},
        {"{\"submit\": {\"referral\": {\"id\": \"0190\\u00e9\"}}}", "submit.referral.id", 0},
        {"{\"submit\": {\"referral\": {\"id\": 5}}}", "submit.referral.id", 0},
        {"{\"submit\": {\"referral\": {\"drill\": 1}}}", "submit.referral.drill: true or false", 0},
        {"{\"submit\": {\"referral\": {\"decidedAt\": \"yesterday\"}}}", "submit.referral.decidedAt: a time",
         0},
        {"{\"accept\": {\"attempt\": 4294967296}}", "accept.attempt: a whole number", 0},
        {"{\"accept\": {\"attempt\": -1}}", "accept.attempt", 0},
        {"{\"accept\": {\"attempt\": 1.5}}", "accept.attempt", 0},
        {"{\"follow\": {\"after\": \"18446744073709551616\"}}", "follow.after", 0},
        {"{\"follow\": {\"after\": \"12x\"}}", "follow.after", 0},
        {"{\"accept\": {}, \"decline\": {}}", "cannot stand beside another", 0},
        {"{\"commandId\": null, \"command_id\": null}", "given twice", 0},
        {"[]", "an object", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(read_request(cases[i].text));
        if (!strstr(fault.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", fault.text, cases[i].says);
        assert_int_equal(fault.refusal,
                         cases[i].refusal ? cases[i].refusal : CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE);
    }
    assert_non_null(read_request("{\"follow\": {\"after\": \"18446744073709551615\"}}"));
}

static void a_message_larger_than_the_arena_is_refused(void **state)
{
    (void)state;
    json_t *list = json_array(), *json;
    for (int i = 0; i < 100000; i++)
        json_array_append_new(list, json_string("R"));
    json = json_pack("{s{s{so}}}", "submit", "referral", "safeguarding", list);
    arena_reset(&arena);
    assert_null(json_to_message(json, &concordat__v1__request__descriptor, &arena, &fault));
    assert_int_equal(fault.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_LARGE);
    json_decref(json);
}

static int open_arenas(void **state)
{
    (void)state;
    return arena_open(&arena, ARENA_MESSAGE_BYTES) || arena_open(&copy_arena, ARENA_MESSAGE_BYTES);
}

static int close_arenas(void **state)
{
    (void)state;
    arena_close(&arena);
    arena_close(&copy_arena);
    return 0;
}

/* A name that turns the direction of writing, and a terminal's escape in a narrative. */
static void what_is_shown_holds_nothing_that_hides_or_turns(void **state)
{
    (void)state;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    confidential.callback_number = (char *)"07700 \u202e900123";
    confidential.narrative = (char *)"one\x1b[2J\ntwo\u200b";
    json_t *json = json_to_show(&confidential.base);
    assert_string_equal(json_string_value(json_object_get(json, "callbackNumber")), "07700 900123");
    assert_string_equal(json_string_value(json_object_get(json, "narrative")), "one?[2J\ntwo");
    json_decref(json);
}

static void R10_zero_that_is_said_stands_in_json_and_is_read_back(void **state)
{
    (void)state;
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    for (int is_said = 0; is_said < 2; is_said++) {
        accept.arrival_case = is_said ? CONCORDAT__V1__ACCEPT__ARRIVAL_EXPECTED_MINUTES
                                      : CONCORDAT__V1__ACCEPT__ARRIVAL__NOT_SET;
        json_t *json = json_from_message(&accept.base);
        assert_int_equal(json_object_get(json, "expectedMinutes") != NULL, is_said);
        const Concordat__V1__Accept *read = (const Concordat__V1__Accept *)json_to_message(
            json, &concordat__v1__accept__descriptor, &arena, &fault);
        assert_int_equal(read->arrival_case, accept.arrival_case);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_holds_nothing_that_hides_or_turns),
        cmocka_unit_test(R10_zero_that_is_said_stands_in_json_and_is_read_back),
        cmocka_unit_test(every_message_with_every_field_is_the_same_after_json_and_back),
        cmocka_unit_test(names_codes_ids_and_long_numbers_are_written_as_proto3_json),
        cmocka_unit_test(json_as_people_write_it_is_read),
        cmocka_unit_test(a_refusal_names_the_wrong_field),
        cmocka_unit_test(a_message_larger_than_the_arena_is_refused),
    };
    return cmocka_run_group_tests_name("json", tests, open_arenas, close_arenas);
}
