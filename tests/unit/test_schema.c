/* The schema keeps its own rules, and the table of limits and proto/README.md agree with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/check.h"
#include "proto/wire/check_rules.h"
#include "proto/wire/wire.h"
#include "proto/words/json.h"

static const ProtobufCMessageDescriptor *const roots[] = {&concordat__v1__request__descriptor,
                                                          &concordat__v1__message__descriptor,
                                                          &concordat__v1__event__descriptor};

/* Finds every message type that a root contains, each once. */
static const ProtobufCMessageDescriptor *types[200];
static size_t type_count;

static void collect(const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < type_count; i++)
        if (types[i] == type)
            return;
    assert_true(type_count < sizeof types / sizeof *types);
    types[type_count++] = type;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            collect(type->fields[i].descriptor);
}

static void no_message_type_is_recursive(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_count; i++) {
        const char *name = "";
        if (!check_not_recursive(types[i], &name))
            fail_msg("%s contains itself", name);
    }
}

static void a_recursive_type_would_be_found(void **state)
{
    (void)state;
    ProtobufCMessageDescriptor outer = {.name = "outer"}, inner = {.name = "inner"};
    ProtobufCFieldDescriptor down = {.name = "down", .type = PROTOBUF_C_TYPE_MESSAGE, .descriptor = &inner};
    ProtobufCFieldDescriptor up = {.name = "up", .type = PROTOBUF_C_TYPE_MESSAGE, .descriptor = &outer};
    const char *name = NULL;
    outer.n_fields = inner.n_fields = 1;
    outer.fields = &down;
    inner.fields = &up;
    assert_false(check_not_recursive(&outer, &name));
    assert_string_equal(name, "outer");
}

static void zero_is_unspecified_in_every_list_of_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_count; i++) {
        for (unsigned k = 0; k < types[i]->n_fields; k++) {
            if (types[i]->fields[k].type != PROTOBUF_C_TYPE_ENUM)
                continue;
            const ProtobufCEnumDescriptor *codes = types[i]->fields[k].descriptor;
            const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(codes, 0);
            assert_non_null(zero);
            const char *tail = strstr(zero->name, "_UNSPECIFIED");
            assert_true(tail && strcmp(tail, "_UNSPECIFIED") == 0);
            for (unsigned v = 0; v < codes->n_values; v++)
                assert_memory_equal(codes->values[v].name, zero->name, (size_t)(tail - zero->name) + 1);
        }
    }
}

/* The checks, the JSON mapping and the limits know these types of fields and no others. */
static void only_the_types_that_are_checked_are_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_count; i++) {
        assert_true(types[i]->n_fields <= 128);
        for (unsigned k = 0; k < types[i]->n_fields; k++) {
            const ProtobufCFieldDescriptor *field = &types[i]->fields[k];
            bool item = field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE ||
                        field->type == PROTOBUF_C_TYPE_ENUM;
            bool single = item || field->type == PROTOBUF_C_TYPE_BYTES ||
                          field->type == PROTOBUF_C_TYPE_BOOL || field->type == PROTOBUF_C_TYPE_UINT32 ||
                          field->type == PROTOBUF_C_TYPE_UINT64 || field->type == PROTOBUF_C_TYPE_INT64;
            bool chosen = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
            if (!(field->label == PROTOBUF_C_LABEL_REPEATED ? item : single) ||
                (chosen && field->type != PROTOBUF_C_TYPE_MESSAGE && field->type != PROTOBUF_C_TYPE_UINT32))
                fail_msg("%s.%s is of a type that is not checked", types[i]->name, field->name);
            /* Every signed integer is a time, because the check takes it for one. */
            if (field->type == PROTOBUF_C_TYPE_INT64)
                assert_string_equal(field->name + strlen(field->name) - 3, "_ms");
        }
    }
}

static void every_limit_names_a_field_and_the_table_is_sorted(void **state)
{
    (void)state;
    size_t count;
    const struct check_rule *rules = check_rules(&count);
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        if (i > 0)
            assert_true(strcmp(rules[i - 1].field, rules[i].field) < 0);
        for (size_t k = 0; k < type_count && !found; k++) {
            size_t length = strlen(types[k]->name);
            found = strncmp(rules[i].field, types[k]->name, length) == 0 && rules[i].field[length] == '.' &&
                    protobuf_c_message_descriptor_get_field_by_name(types[k], rules[i].field + length + 1);
        }
        if (!found)
            fail_msg("%s is not in the schema", rules[i].field);
    }
}

/* ---- The page is complete ---- */

static char *page;

static int read_page(void)
{
    FILE *file = fopen(SOURCE_FOLDER "/proto/README.md", "r");
    enum { PAGE_BYTES_MAX = 256 * 1024 };
    page = calloc(1, PAGE_BYTES_MAX);
    if (!file || !page)
        return -1;
    size_t size = fread(page, 1, PAGE_BYTES_MAX - 1, file);
    fclose(file);
    return size > 0 ? 0 : -1;
}

static void the_page_names(const char *name)
{
    if (!strstr(page, name))
        fail_msg("proto/README.md does not name %s", name);
}

static void the_page_names_every_command_message_refusal_and_limited_field(void **state)
{
    (void)state;
    size_t count;
    const struct check_rule *rules = check_rules(&count);
    const ProtobufCEnumDescriptor *refusals = &concordat__v1__refusal__descriptor;
    for (size_t i = 0; i < count; i++)
        the_page_names(rules[i].field + strlen("concordat.v1."));
    for (size_t i = 0; i < 2; i++)
        for (unsigned k = 0; k < roots[i]->n_fields; k++)
            if (roots[i]->fields[k].type == PROTOBUF_C_TYPE_MESSAGE)
                the_page_names(
                    ((const ProtobufCMessageDescriptor *)roots[i]->fields[k].descriptor)->short_name);
    for (unsigned i = 1; i < refusals->n_values; i++)
        the_page_names(refusals->values[i].name + strlen("REFUSAL_"));
}

/* Each block of JSON on the page is a frame that its reader takes. */
static void every_example_on_the_page_is_a_message_within_the_limits(void **state)
{
    (void)state;
    static const char fence[] = "```json\n";
    struct arena arena;
    int examples = 0;
    assert_int_equal(arena_open(&arena, ARENA_MESSAGE_BYTES), 0);
    for (const char *at = strstr(page, fence); at; at = strstr(at, fence)) {
        struct wire_fault fault;
        json_error_t error;
        at += strlen(fence);
        json_t *json = json_loadb(at, (size_t)(strstr(at, "```") - at), JSON_REJECT_DUPLICATES, &error);
        if (!json)
            fail_msg("%s in %.60s", error.text, at);
        ProtobufCMessage *example = NULL;
        for (size_t i = 0; i < 2 && !example; i++) {
            arena_reset(&arena);
            example = json_to_message(json, roots[i], &arena, &fault);
        }
        if (!example || !check_message(example, &fault))
            fail_msg("%s in %.60s", fault.text, at);
        json_decref(json);
        examples++;
    }
    arena_close(&arena);
    assert_true(examples > 10);
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        collect(roots[i]);
    return read_page();
}

static int tear_down(void **state)
{
    (void)state;
    free(page);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_type_is_recursive),
        cmocka_unit_test(a_recursive_type_would_be_found),
        cmocka_unit_test(zero_is_unspecified_in_every_list_of_codes),
        cmocka_unit_test(only_the_types_that_are_checked_are_used),
        cmocka_unit_test(every_limit_names_a_field_and_the_table_is_sorted),
        cmocka_unit_test(the_page_names_every_command_message_refusal_and_limited_field),
        cmocka_unit_test(every_example_on_the_page_is_a_message_within_the_limits),
    };
    return cmocka_run_group_tests_name("schema", tests, set_up, tear_down);
}
