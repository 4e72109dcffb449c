/* json.c: writes messages as proto3 JSON, and reads them, guided by their descriptors. */
#include "proto/words/json.h"

#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/path.h"
#include "proto/wire/utf8.h"
#include "proto/words/words.h"

enum { NAME_BYTES_MAX = 64, FIELDS_MAX = 128 };

void json_camel_case(const char *name, char *out, size_t size)
{
    size_t at = 0;
    assert(strlen(name) < size);
    for (; *name; name++)
        if (*name == '_' && name[1])
            out[at++] = (char)toupper((unsigned char)*++name);
        else
            out[at++] = *name;
    out[at] = '\0';
}

static size_t *json_count_of(const ProtobufCFieldDescriptor *field, void *message)
{
    return (size_t *)(void *)((uint8_t *)message + field->quantifier_offset);
}

static uint32_t *json_case_of(const ProtobufCFieldDescriptor *field, void *message)
{
    return (uint32_t *)(void *)((uint8_t *)message + field->quantifier_offset);
}

static bool json_in_oneof(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static size_t json_item_size(const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    default:
        assert(!"the schema has no list of this type");
        return 0;
    }
}

/* --- a file ------------------------------------------------------------------------------------------ */

struct json_source {
    FILE *file;
    bool begun;
};

/* The mark that Windows editors put before a text in UTF-8 is not JSON; line ends of any kind are. */
static size_t json_read_some(void *buffer, size_t size, void *context)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    struct json_source *source = context;
    size_t got = fread(buffer, 1, size, source->file);
    bool is_marked = !source->begun && got >= sizeof mark && memcmp(buffer, mark, sizeof mark) == 0;
    source->begun = true;
    if (!is_marked)
        return ferror(source->file) ? (size_t)-1 : got;
    memmove(buffer, (char *)buffer + sizeof mark, got - sizeof mark);
    return got - sizeof mark;
}

json_t *json_read_file(FILE *file, json_error_t *error)
{
    return json_load_callback(json_read_some, &(struct json_source){.file = file}, JSON_REJECT_DUPLICATES,
                              error);
}

/* --- message to JSON --------------------------------------------------------------------------------- */

static json_t *json_from_bytes(const ProtobufCBinaryData *bytes)
{
    if (bytes->len == WIRE_ID_BYTES) {
        char text[UUID_TEXT_BYTES];
        words_uuid(bytes->data, text);
        return json_string(text);
    }
    size_t size = sodium_base64_encoded_len(bytes->len, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    if (!text)
        return NULL;
    sodium_bin2base64(text, size, bytes->data, bytes->len, sodium_base64_VARIANT_ORIGINAL);
    json_t *json = json_string(text);
    free(text);
    return json;
}

static json_t *json_from_enum(const ProtobufCEnumDescriptor *descriptor, int value)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(descriptor, value);
    return known ? json_string(known->name) : json_integer(value);
}

/* Sets *json to a new reference, or to NULL if the value is the default. Returns false if there is not enough
 * memory or a text is not UTF-8. */
static bool json_from_value(const ProtobufCFieldDescriptor *field, const void *value, bool with_default,
                            json_t **json)
{
    char digits[24];
    *json = NULL;
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING: {
        const char *text = *(const char *const *)value;
        if ((!text || !*text) && !with_default)
            return true;
        *json = json_string(text ? text : "");
        break;
    }
    case PROTOBUF_C_TYPE_BYTES:
        if (((const ProtobufCBinaryData *)value)->len == 0)
            return true;
        *json = json_from_bytes(value);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        if (!*(const protobuf_c_boolean *)value)
            return true;
        *json = json_true();
        break;
    case PROTOBUF_C_TYPE_ENUM:
        if (*(const int *)value == 0 && !with_default)
            return true;
        *json = json_from_enum(field->descriptor, *(const int *)value);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        if (*(const uint32_t *)value == 0 && !with_default)
            return true;
        *json = json_integer(*(const uint32_t *)value);
        break;
    case PROTOBUF_C_TYPE_INT64:
        if (*(const int64_t *)value == 0)
            return true;
        snprintf(digits, sizeof digits, "%lld", (long long)*(const int64_t *)value);
        *json = json_string(digits);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        if (*(const uint64_t *)value == 0)
            return true;
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)*(const uint64_t *)value);
        *json = json_string(digits);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        if (!*(const ProtobufCMessage *const *)value)
            return true;
        *json = json_from_message(*(const ProtobufCMessage *const *)value);
        break;
    default:
        assert(!"the schema has no such type");
    }
    return *json != NULL;
}

static bool json_from_list(const ProtobufCFieldDescriptor *field, const uint8_t *items, size_t count,
                           json_t **json)
{
    *json = NULL;
    if (count == 0)
        return true;
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        json_t *item;
        if (!json_from_value(field, items + i * json_item_size(field), true, &item) ||
            json_array_append_new(list, item)) {
            json_decref(list);
            list = NULL;
        }
    }
    *json = list;
    return list != NULL;
}

json_t *json_from_message(const ProtobufCMessage *message)
{
    json_t *object = json_object();
    uint8_t *base = (uint8_t *)(uintptr_t)message;
    for (unsigned i = 0; object && i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const void *value = base + field->offset;
        char name[NAME_BYTES_MAX];
        json_t *json;
        bool good;
        if (json_in_oneof(field) && *json_case_of(field, base) != field->id)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            good = json_from_list(field, *(const uint8_t *const *)value, *json_count_of(field, base), &json);
        else
            good = json_from_value(field, value, json_in_oneof(field), &json); /* 0 that is said */
        json_camel_case(field->name, name, sizeof name);
        if (!good || (json && json_object_set_new(object, name, json) != 0)) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

/* A text for which there is no memory is left out: it is shown either clean or not at all. */
static void json_clean(json_t *value)
{
    const char *name;
    json_t *part;
    size_t at;
    if (json_is_string(value)) {
        char *text = strdup(json_string_value(value));
        if (text)
            utf8_clean(text);
        json_string_set(value, text ? text : "");
        free(text);
    }
    json_array_foreach (value, at, part)
        json_clean(part);
    json_object_foreach (value, name, part)
        json_clean(part);
}

json_t *json_to_show(const ProtobufCMessage *message)
{
    json_t *json = json_from_message(message);
    if (json)
        json_clean(json);
    return json;
}

/* --- JSON to message --------------------------------------------------------------------------------- */

struct json_reader {
    struct arena *arena;
    struct wire_fault *fault;
};

static bool json_reader_refuse(struct json_reader *reader, const struct path *path, const char *text)
{
    reader->fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE;
    if (path)
        path_explain(path, text, reader->fault->text, sizeof reader->fault->text);
    else
        snprintf(reader->fault->text, sizeof reader->fault->text, "%s", text);
    return false;
}

static void *json_reader_take(struct json_reader *reader, size_t size)
{
    void *piece = arena_take(reader->arena, size);
    if (!piece) {
        reader->fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_TOO_LARGE;
        snprintf(reader->fault->text, sizeof reader->fault->text, "more than one message may hold");
    }
    return piece;
}

static bool json_to_text(struct json_reader *reader, const json_t *json, const struct path *path, char **text)
{
    size_t size = json_string_length(json);
    if (!json_is_string(json) || strlen(json_string_value(json)) != size)
        return json_reader_refuse(reader, path, "text in quotation marks");
    *text = json_reader_take(reader, size + 1);
    if (*text)
        memcpy(*text, json_string_value(json), size);
    return *text != NULL;
}

static bool json_to_bytes(struct json_reader *reader, const json_t *json, const struct path *path,
                          ProtobufCBinaryData *bytes)
{
    const char *text = json_string_value(json);
    if (!text)
        return json_reader_refuse(reader, path, "a UUID, or base64 in quotation marks");
    size_t size = json_string_length(json);
    bytes->data = json_reader_take(reader, size > WIRE_ID_BYTES ? size : WIRE_ID_BYTES);
    if (!bytes->data)
        return false;
    bytes->len = WIRE_ID_BYTES;
    if (words_parse_uuid(text, bytes->data))
        return true;
    if (sodium_base642bin(bytes->data, size, text, size, NULL, &bytes->len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return json_reader_refuse(reader, path, "a UUID, or base64");
    return true;
}

static bool json_to_enum(struct json_reader *reader, const json_t *json,
                         const ProtobufCEnumDescriptor *descriptor, const struct path *path, int *value)
{
    const char *text = json_string_value(json);
    char says[160];
    size_t used;
    if (text && words_parse(descriptor, text, value))
        return true;
    if (json_is_boolean(json) && descriptor == &concordat__v1__answered__descriptor) {
        *value =
            json_is_true(json) ? CONCORDAT__V1__ANSWERED__ANSWERED_YES : CONCORDAT__V1__ANSWERED__ANSWERED_NO;
        return true;
    }
    if (json_is_integer(json) && json_integer_value(json) >= 0 && json_integer_value(json) <= INT32_MAX) {
        *value = (int)json_integer_value(json);
        return true;
    }
    snprintf(says, sizeof says, "one of");
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        char word[WORDS_MAX];
        used = strlen(says);
        snprintf(says + used, sizeof says - used, "%s %s", i > 0 ? "," : "",
                 words_for(descriptor, descriptor->values[i].value, word));
    }
    return json_reader_refuse(reader, path, says);
}

/* Reads a whole number without a sign: a JSON number, or digits in quotation marks. */
static bool json_to_number(struct json_reader *reader, const json_t *json, uint64_t max,
                           const struct path *path, uint64_t *number)
{
    const char *text = json_string_value(json);
    char says[60];
    *number = 0;
    if (json_is_integer(json) && json_integer_value(json) >= 0) {
        *number = (uint64_t)json_integer_value(json);
        if (*number <= max)
            return true;
    }
    if (text && *text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 20) {
        char *end;
        unsigned long long read = strtoull(text, &end, 10);
        /* strtoull returns UINT64_MAX for a number that is too large as well. */
        *number = read;
        if (read <= max && (read < UINT64_MAX || strcmp(text, "18446744073709551615") == 0))
            return true;
    }
    snprintf(says, sizeof says, "a whole number from 0 to %llu", (unsigned long long)max);
    return json_reader_refuse(reader, path, says);
}

static ProtobufCMessage *json_to_part(struct json_reader *reader, const json_t *json,
                                      const ProtobufCMessageDescriptor *type, const struct path *up);

/* Reads an instant from RFC 3339 text, as people usually write one. */
static ProtobufCMessage *json_to_instant(struct json_reader *reader, const json_t *json,
                                         const struct path *path)
{
    Concordat__V1__Instant *instant = json_reader_take(reader, sizeof *instant);
    if (!instant)
        return NULL;
    concordat__v1__instant__init(instant);
    instant->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    if (words_parse_time(json_string_value(json), &instant->unix_ms))
        return &instant->base;
    json_reader_refuse(reader, path, "a time such as 2026-02-23T14:05:00Z");
    return NULL;
}

static bool json_to_value(struct json_reader *reader, const json_t *json,
                          const ProtobufCFieldDescriptor *field, const struct path *path, void *value)
{
    uint64_t number;
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return json_to_text(reader, json, path, value);
    case PROTOBUF_C_TYPE_BYTES:
        return json_to_bytes(reader, json, path, value);
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(json))
            return json_reader_refuse(reader, path, "true or false");
        *(protobuf_c_boolean *)value = json_is_true(json);
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        return json_to_enum(reader, json, field->descriptor, path, value);
    case PROTOBUF_C_TYPE_UINT32:
        if (!json_to_number(reader, json, UINT32_MAX, path, &number))
            return false;
        *(uint32_t *)value = (uint32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT64:
        if (!json_to_number(reader, json, INT64_MAX, path, &number))
            return false;
        *(int64_t *)value = (int64_t)number;
        return true;
    case PROTOBUF_C_TYPE_UINT64:
        return json_to_number(reader, json, UINT64_MAX, path, value);
    case PROTOBUF_C_TYPE_MESSAGE: {
        bool as_text = field->descriptor == &concordat__v1__instant__descriptor && json_is_string(json);
        ProtobufCMessage *part = as_text ? json_to_instant(reader, json, path)
                                         : json_to_part(reader, json, field->descriptor, path);
        *(ProtobufCMessage **)value = part;
        return part != NULL;
    }
    default:
        assert(!"the schema has no such type");
        return false;
    }
}

static bool json_to_list(struct json_reader *reader, const json_t *json,
                         const ProtobufCFieldDescriptor *field, struct path *path, uint8_t *message)
{
    size_t count = json_array_size(json);
    if (!json_is_array(json))
        return json_reader_refuse(reader, path, "a list in square brackets");
    uint8_t *items = json_reader_take(reader, count * json_item_size(field));
    if (!items)
        return false;
    *(uint8_t **)(void *)(message + field->offset) = items;
    *json_count_of(field, message) = count;
    path->repeated = true;
    for (size_t i = 0; i < count; i++) {
        path->index = i;
        if (!json_to_value(reader, json_array_get(json, i), field, path, items + i * json_item_size(field)))
            return false;
    }
    return true;
}

const ProtobufCFieldDescriptor *json_find_field(const ProtobufCMessageDescriptor *type, const char *key)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        char name[NAME_BYTES_MAX];
        json_camel_case(type->fields[i].name, name, sizeof name);
        if (strcmp(key, name) == 0 || strcmp(key, type->fields[i].name) == 0)
            return &type->fields[i];
    }
    return NULL;
}

static bool json_to_field(struct json_reader *reader, const json_t *json,
                          const ProtobufCFieldDescriptor *field, struct path *path, uint8_t *message)
{
    if (json_in_oneof(field)) {
        if (*json_case_of(field, message) != 0)
            return json_reader_refuse(reader, path, "cannot stand beside another of its kind");
        *json_case_of(field, message) = field->id;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return json_to_list(reader, json, field, path, message);
    return json_to_value(reader, json, field, path, message + field->offset);
}

static ProtobufCMessage *json_to_part(struct json_reader *reader, const json_t *json,
                                      const ProtobufCMessageDescriptor *type, const struct path *up)
{
    const char *key;
    json_t *value;
    bool seen[FIELDS_MAX] = {false};
    assert(type->n_fields <= FIELDS_MAX);
    if (!json_is_object(json)) {
        json_reader_refuse(reader, up, "an object in curly brackets");
        return NULL;
    }
    ProtobufCMessage *message = json_reader_take(reader, type->sizeof_message);
    if (!message)
        return NULL;
    type->message_init(message);
    json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
        struct path path = {.up = up, .name = key};
        const ProtobufCFieldDescriptor *field = json_find_field(type, key);
        if (!field) {
            json_reader_refuse(reader, &path, "not a field that is known here");
            reader->fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_UNKNOWN_FIELD;
            return NULL;
        }
        if (seen[field - type->fields]) {
            json_reader_refuse(reader, &path, "given twice");
            return NULL;
        }
        seen[field - type->fields] = true;
        if (!json_is_null(value) && !json_to_field(reader, value, field, &path, (uint8_t *)message))
            return NULL;
    }
    return message;
}

ProtobufCMessage *json_to_message(const json_t *json, const ProtobufCMessageDescriptor *descriptor,
                                  struct arena *arena, struct wire_fault *fault)
{
    struct json_reader reader = {.arena = arena, .fault = fault};
    *fault = (struct wire_fault){0};
    return json_to_part(&reader, json, descriptor, NULL);
}
