/* referral_reader.c: what a person typed into a referral, read as well as it can be: see referral_reader.h.
 */
#include "services/desk/referral_reader.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/referral/referral_rules.h"
#include "proto/wire/check_rules.h"
#include "proto/wire/wire.h"
#include "proto/words/json.h"
#include "proto/words/near.h"
#include "proto/words/spoken_time.h"
#include "proto/words/words.h"
#include "services/desk/referral_person.h"
#include "services/desk/referral_synonyms.h"
#include "services/desk/referral_words.h"
#include "services/desk/time_words.h"

/* 9999-12-31T23:59:59.999Z, as in proto/wire/check.c. */
#define TIME_LAST_MS INT64_C(253402300799999)

#define REFERRAL (&concordat__v1__referral__descriptor)

/* --- one value -------------------------------------------------------------------------------------------
 */

static void reader_keep(struct referral_reader *reader, const char *label, const json_t *value)
{
    referral_kept_add(&reader->kept, label, value);
}

static json_t *read_instant_text(struct referral_reader *reader, const char *label, const char *text)
{
    char time[TIME_TEXT_BYTES], clock[TIME_WORDS_BYTES];
    int64_t ms;
    bool is_exact = words_parse_time(text, &ms);
    if ((!is_exact && !spoken_time_read(text, reader->now_ms, &ms)) || ms < 0 || ms > TIME_LAST_MS)
        return NULL;
    if (is_exact)
        return json_string(text);
    words_time(ms, time);
    time_words_clock(ms, reader->now_ms, clock);
    referral_reader_note(reader, label, "%s", clock);
    return json_string(time);
}

/* As a program writes it: {"unixMs": "...", "basis": "..."}. */
static json_t *read_instant_object(const json_t *value)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__instant__descriptor;
    const char *key;
    json_t *part;
    int basis;
    json_object_foreach ((json_t *)(uintptr_t)value, key, part) {
        const ProtobufCFieldDescriptor *field = json_find_field(type, key);
        const char *text = json_string_value(part);
        char *end = NULL;
        long long ms = text ? strtoll(text, &end, 10) : json_integer_value(part);
        bool is_number = json_is_integer(part) || (text && isdigit((unsigned char)*text) && !*end);
        bool is_time = field == &type->fields[0] && is_number && ms >= 0 && ms <= TIME_LAST_MS;
        bool is_basis =
            field == &type->fields[1] && text && words_parse(&concordat__v1__basis__descriptor, text, &basis);
        if (!is_time && !is_basis)
            return NULL;
    }
    return json_object_size(value) == 2 || json_object_get(value, "unixMs") ? json_deep_copy(value) : NULL;
}

static json_t *read_enum(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                         const char *label, const json_t *value)
{
    const ProtobufCEnumDescriptor *descriptor = field->descriptor;
    const char *text = json_string_value(value), *meant;
    char word[WORDS_MAX];
    int code;
    if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= INT32_MAX &&
        protobuf_c_enum_descriptor_get_value(descriptor, (int)json_integer_value(value)))
        return json_integer(json_integer_value(value));
    if (json_is_boolean(value))
        text = json_is_true(value) ? "yes" : "no";
    if (text && words_parse(descriptor, text, &code))
        return json_string(text);
    meant = text ? referral_synonym(field, text) : NULL;
    if (!meant)
        return NULL;
    words_parse(descriptor, meant, &code);
    referral_reader_note(reader, label, "%s", words_for(descriptor, code, word));
    return json_string(meant);
}

static json_t *read_bool(const json_t *value)
{
    static const char *const yes[] = {"yes", "y", "true", "1", NULL}, *const no[] = {"no", "n", "false", "0",
                                                                                     NULL};
    const char *text = json_string_value(value);
    if (json_is_boolean(value))
        return json_boolean(json_is_true(value));
    if (json_is_integer(value) && (json_integer_value(value) == 0 || json_integer_value(value) == 1))
        return json_boolean(json_integer_value(value) == 1);
    for (size_t i = 0; text && yes[i]; i++)
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0)
            return json_boolean(strcasecmp(text, yes[i]) == 0);
    return NULL;
}

/* A yes or no that may be taken back is a code: true is its yes. NULL if it is neither. */
static json_t *read_answer(const ProtobufCFieldDescriptor *field, const json_t *value)
{
    json_t *yes = field->descriptor == &concordat__v1__answered__descriptor ? read_bool(value) : NULL;
    json_t *answer = yes ? json_string(json_is_true(yes) ? "yes" : "no") : NULL;
    json_decref(yes);
    return answer;
}

static json_t *read_number(const json_t *value, uint32_t most)
{
    const char *text = json_string_value(value);
    char *end = NULL;
    json_int_t number = text ? strtoll(text, &end, 10) : json_integer_value(value);
    bool is_number = json_is_integer(value) || (text && isdigit((unsigned char)*text) && !*end);
    return is_number && number >= 0 && number <= (json_int_t)most ? json_integer(number) : NULL;
}

/* A number is a text without quotation marks: 18, 9434765919. */
static json_t *read_as_text(const json_t *value)
{
    if (json_is_integer(value))
        return json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? json_string(text) : NULL;
}

/* A code of capitals and digits, in spite of small letters and of spaces round it. */
static json_t *read_capitals(const struct check_shape *shape, const char *text)
{
    char code[64];
    size_t length = 0;
    if (shape->chars && strchr(shape->chars, 'a'))
        return NULL;
    for (text += strspn(text, " "); *text && length < sizeof code - 1; text++)
        code[length++] = (char)toupper((unsigned char)*text);
    while (length > 0 && code[length - 1] == ' ')
        length--;
    code[length] = '\0';
    return length > 0 && check_shape_fits(shape, code, length) ? json_string(code) : NULL;
}

static json_t *read_shaped(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                           const struct check_shape *shape, const char *label, const char *text)
{
    const char *meant;
    if (!*text || check_shape_fits(shape, text, strlen(text)))
        return json_string(text);
    meant = referral_synonym(field, text);
    if (meant) {
        const char *words = referral_synonym_words(field, meant);
        referral_reader_note(reader, label, "%s%s%s%s", meant, words ? " (" : "", words ? words : "",
                             words ? ")" : "");
        return json_string(meant);
    }
    return read_capitals(shape, text);
}

static json_t *read_string(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                           const struct check_rule *rule, const char *label, const json_t *value)
{
    json_t *text = read_as_text(value), *read = NULL;
    if (text && rule->shape)
        read = read_shaped(reader, field, rule->shape, label, json_string_value(text));
    if (!rule->shape)
        return text;
    /* Its words have a home of their own. */
    bool moves = text && !read && referral_words_take(field);
    if (moves)
        return text;
    json_decref(text);
    return read;
}

static json_t *read_bytes(const json_t *value)
{
    const char *text = json_string_value(value);
    uint8_t id[WIRE_ID_BYTES];
    return text && words_parse_uuid(text, id) ? json_string(text) : NULL;
}

static json_t *read_object(struct referral_reader *reader, const ProtobufCMessageDescriptor *type,
                           const json_t *value);

static json_t *read_message(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                            const char *label, const json_t *value)
{
    if (field->descriptor != &concordat__v1__instant__descriptor)
        return json_is_object(value) ? read_object(reader, field->descriptor, value) : NULL;
    return json_is_string(value) ? read_instant_text(reader, label, json_string_value(value))
                                 : read_instant_object(value);
}

/* Returns a new reference to what the reader of JSON takes; NULL if the value cannot be read. */
static json_t *read_value(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                          const struct check_rule *rule, const char *label, const json_t *value)
{
    json_t *read = NULL;
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return read_string(reader, field, rule, label, value);
    case PROTOBUF_C_TYPE_ENUM:
        read = read_answer(field, value);
        if (!read)
            read = read_enum(reader, field, label, value);
        return read || !json_is_string(value) || !referral_words_take(field)
                   ? read
                   : json_copy((json_t *)(uintptr_t)value);
    case PROTOBUF_C_TYPE_BOOL:
        return read_bool(value);
    case PROTOBUF_C_TYPE_UINT32:
        return read_number(value, rule->number_max ? rule->number_max : UINT32_MAX);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(value);
    case PROTOBUF_C_TYPE_MESSAGE:
        return read_message(reader, field, label, value);
    default:
        return NULL;
    }
}

/* --- lists -------------------------------------------------------------------------------------------------
 */

/* "amhp, perinatal and autism" */
static json_t *list_of_text(const char *text)
{
    json_t *list = json_array();
    while (list && *text) {
        size_t size = strcspn(text, ",;\n");
        const char *both = strstr(text, " and ");
        if (both && (size_t)(both - text) < size)
            size = (size_t)(both - text);
        size_t used = size;
        while (used > 0 && text[used - 1] == ' ')
            used--;
        if (used > 0)
            json_array_append_new(list, json_stringn(text, used));
        text += size;
        text += strncmp(text, " and ", 5) == 0 ? 5 : 0;
        text += strspn(text, ",; \n");
    }
    return list;
}

static void read_item(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                      const char *label, const json_t *item, json_t *read)
{
    static const struct check_rule none;
    json_t *value = json_is_null(item) ? NULL : read_value(reader, field, &none, label, item);
    if (json_is_null(item))
        return;
    if (value && json_array_size(read) < CHECK_ITEMS) {
        if (json_array_append_new(read, value) != 0)
            reader->kept.ran_out = true;
        return;
    }
    json_decref(value);
    if (!referral_person_take_need(reader, field, item))
        reader_keep(reader, label, item);
}

static json_t *read_items(struct referral_reader *reader, const ProtobufCFieldDescriptor *field,
                          const char *label, const json_t *value)
{
    json_t *read = json_array(), *items, *item;
    size_t at;
    if (json_is_string(value))
        items = list_of_text(json_string_value(value));
    else
        items = json_is_array(value) ? json_copy((json_t *)(uintptr_t)value) : json_pack("[O]", value);
    reader->kept.ran_out = reader->kept.ran_out || !read || !items;
    json_array_foreach (items, at, item)
        read_item(reader, field, label, item, read);
    json_decref(items);
    return read;
}

/* --- members of an object ----------------------------------------------------------------------------------
 */

/* The field that a key names: in either spelling, or with a small typing error. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *type, const char *key)
{
    const ProtobufCFieldDescriptor *field = json_find_field(type, key);
    struct near_search search;
    long which;
    if (field)
        return field;
    near_begin(&search, key);
    for (unsigned i = 0; i < type->n_fields; i++)
        near_try(&search, type->fields[i].name, (long)i);
    return near_end(&search, &which) ? &type->fields[which] : NULL;
}

/* The one of the three kinds of details that the source records; NULL if it has said no source. */
static const char *details_of_source(const json_t *referral)
{
    static const char *const names[] = {
        [CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE] = "street_triage",
        [CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION] = "liaison_and_diversion",
        [CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT] = "emergency_department"};
    const char *text = json_string_value(json_object_get(referral, "source"));
    int source = 0;
    if (!text || !words_parse(&concordat__v1__source__descriptor, text, &source))
        return NULL;
    return (size_t)source < sizeof names / sizeof *names ? names[source] : NULL;
}

static bool is_of_one_oneof(const ProtobufCFieldDescriptor *a, const ProtobufCFieldDescriptor *b)
{
    return a && b && a->flags & PROTOBUF_C_FIELD_FLAG_ONEOF && b->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
           a->quantifier_offset == b->quantifier_offset;
}

/* A referral has the details of one source. Those of another are told as words. `members` are all of the
 * referral's, and `read` those that were read before this one. */
static bool is_other_details(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                             const json_t *members, const json_t *read)
{
    const char *wanted = type == REFERRAL ? details_of_source(read) : NULL, *key;
    json_t *value;
    bool has_wanted = false, has_any = false;
    json_object_foreach ((json_t *)(uintptr_t)members, key, value) {
        const ProtobufCFieldDescriptor *other = json_find_field(type, key);
        bool is_details = is_of_one_oneof(field, other) && !json_is_null(value);
        has_wanted = has_wanted || (is_details && wanted && strcmp(other->name, wanted) == 0);
    }
    json_object_foreach ((json_t *)(uintptr_t)read, key, value) {
        const ProtobufCFieldDescriptor *other = json_find_field(type, key);
        has_any = has_any || (other != field && is_of_one_oneof(field, other));
    }
    return has_any || (has_wanted && strcmp(field->name, wanted) != 0);
}

static bool has_member(const json_t *object, const ProtobufCMessageDescriptor *type,
                       const ProtobufCFieldDescriptor *field)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, key, value)
        if (json_find_field(type, key) == field)
            return true;
    return false;
}

static void read_member(struct referral_reader *reader, const ProtobufCMessageDescriptor *type,
                        const json_t *members, const char *key, const json_t *value, json_t *read)
{
    const ProtobufCFieldDescriptor *field = find_field(type, key);
    char label[WORDS_MAX];
    json_t *result = NULL;
    if (field)
        referral_reader_label(field, label);
    if (!field || has_member(read, type, field) || is_other_details(type, field, members, read)) {
        reader_keep(reader, field ? label : key, value);
        return;
    }
    if (json_is_null(value) || referral_person_take(reader, type, field, value, read))
        return;
    const struct check_rule *rule = check_rules_of(type)[field - type->fields];
    result = field->label == PROTOBUF_C_LABEL_REPEATED ? read_items(reader, field, label, value)
                                                       : read_value(reader, field, rule, label, value);
    if (result)
        referral_reader_set(reader, read, json_find_field(type, key) ? key : field->name, result);
    else
        reader_keep(reader, label, value);
}

/* Returns a new object. The source of a referral is read first, because its details depend on it. */
static json_t *read_object(struct referral_reader *reader, const ProtobufCMessageDescriptor *type,
                           const json_t *members)
{
    json_t *read = json_object(), *value;
    const char *key;
    json_t *source = type == REFERRAL ? json_object_get(members, "source") : NULL;
    if (source)
        read_member(reader, type, members, "source", source, read);
    json_object_foreach ((json_t *)(uintptr_t)members, key, value)
        if (value != source)
            read_member(reader, type, members, key, value, read);
    reader->kept.ran_out = reader->kept.ran_out || !read;
    return read;
}

/* --- the whole
 * ----------------------------------------------------------------------------------------------- */

static const char *part_that_has(const char *key)
{
    if (json_find_field(REFERRAL, key))
        return "referral";
    return json_find_field(&concordat__v1__confidential__descriptor, key) ? "confidential" : NULL;
}

/* A member beside the two parts belongs into the one that knows it. */
static void reader_sort_in(struct referral_reader *reader, json_t *json,
                           const ProtobufCMessageDescriptor *descriptor)
{
    json_t *copy = json_copy(json), *value;
    const char *key;
    reader->kept.ran_out = reader->kept.ran_out || !copy;
    json_object_foreach (copy, key, value) {
        bool is_part = strcmp(key, "referral") == 0 || strcmp(key, "confidential") == 0;
        bool is_own = !is_part && json_find_field(descriptor, key);
        if (is_own || (is_part && (json_is_object(value) || json_is_null(value))))
            continue;
        const char *part = part_that_has(key);
        json_t *into = part && !is_part ? json_object_get(json, part) : NULL;
        if (part && !is_part && !json_is_object(into)) {
            referral_reader_set(reader, json, part, json_object());
            into = json_object_get(json, part);
        }
        if (into && !json_object_get(into, key))
            referral_reader_set(reader, into, key, json_incref(value));
        else
            reader_keep(reader, key, value);
        json_object_del(json, key);
    }
    json_decref(copy);
}

static void reader_replace(struct referral_reader *reader, const char *part,
                           const ProtobufCMessageDescriptor *type)
{
    const json_t *value = json_object_get(reader->json, part);
    json_t *read = json_is_object(value) ? read_object(reader, type, value) : NULL;
    if (read)
        referral_reader_set(reader, reader->json, part, read);
}

bool referral_reader_read(json_t *json, const ProtobufCMessageDescriptor *descriptor, int64_t now_ms,
                          struct referral_reading *reading)
{
    struct referral_reader reader = {
        .json = json, .now_ms = now_ms, .kept = {.lines = json_array(), .reading = reading}};
    *reading = (struct referral_reading){0};
    reader_sort_in(&reader, json, descriptor);
    reader_replace(&reader, "referral", REFERRAL);
    (void)referral_reader_part(&reader, "referral");
    referral_person_settle(&reader);
    reader_replace(&reader, "confidential", &concordat__v1__confidential__descriptor);
    bool has_room = !reader.kept.ran_out && referral_words_move(json, reading->moved);
    json_t *confidential = json_object_get(json, "confidential");
    if (json_is_object(confidential))
        referral_kept_fit(&reader.kept, confidential);
    if (json_array_size(reader.kept.lines) > 0)
        confidential = referral_reader_part(&reader, "confidential");
    referral_kept_close(&reader.kept, confidential, descriptor == &concordat__v1__update__descriptor);
    return has_room && !reader.kept.ran_out;
}
