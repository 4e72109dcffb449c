/* check.c: the walk over a message that applies the limits of its fields. */
#include "proto/wire/check.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/check_rules.h"
#include "proto/wire/path.h"
#include "proto/wire/utf8.h"

/* 9999-12-31T23:59:59.999Z. RFC 3339 cannot write a later time, and sums with one would overflow. */
static const int64_t latest_ms = 253402300799999;

static bool check_refuse(struct wire_fault *fault, const struct path *path, const char *text)
{
    fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE;
    path_explain(path, text, fault->text, sizeof fault->text);
    return false;
}

static bool check_text(const char *text, const struct check_rule *rule, const struct path *path,
                       struct wire_fault *fault)
{
    size_t size = text ? strlen(text) : 0;
    size_t max = rule->bytes_max ? rule->bytes_max : CHECK_TEXT_BYTES;
    char says[60];
    if (size == 0)
        return !rule->needed || check_refuse(fault, path, "cannot be empty");
    if (rule->shape)
        return check_shape_fits(rule->shape, text, size) || check_refuse(fault, path, rule->shape->says);
    if (size > max) {
        snprintf(says, sizeof says, "text of at most %zu bytes", max);
        return check_refuse(fault, path, says);
    }
    if (!utf8_is_text(text, size, rule->lines))
        return check_refuse(fault, path,
                            rule->lines
                                ? "UTF-8 text without control characters"
                                : "one line of UTF-8 text without control characters and without characters "
                                  "that cannot be seen, such as U+200B or U+202E");
    return true;
}

static bool check_bytes(const ProtobufCBinaryData *bytes, const struct check_rule *rule,
                        const struct path *path, struct wire_fault *fault)
{
    size_t exact = rule->bytes_exact ? rule->bytes_exact : WIRE_ID_BYTES;
    char says[60];
    if (bytes->len == 0)
        return !rule->needed || check_refuse(fault, path, "cannot be empty");
    if (rule->bytes_max ? bytes->len <= rule->bytes_max : bytes->len == exact)
        return true;
    if (rule->bytes_max)
        snprintf(says, sizeof says, "at most %zu bytes", rule->bytes_max);
    else
        snprintf(says, sizeof says, "exactly %zu bytes", exact);
    return check_refuse(fault, path, says);
}

static bool check_number(uint32_t number, const struct check_rule *rule, const struct path *path,
                         struct wire_fault *fault)
{
    char says[40];
    if (!rule->number_max || number <= rule->number_max)
        return true;
    snprintf(says, sizeof says, "a number up to %u", rule->number_max);
    return check_refuse(fault, path, says);
}

static bool check_enum(const ProtobufCFieldDescriptor *field, int value, const struct path *path,
                       struct wire_fault *fault)
{
    return protobuf_c_enum_descriptor_get_value(field->descriptor, value) ||
           check_refuse(fault, path, "a value that is in the schema");
}

static bool check_fields(const ProtobufCMessage *message, const struct path *up, struct wire_fault *fault);

/* Checks one value: a field's, or an item of a list. */
static bool check_value(const ProtobufCFieldDescriptor *field, const struct check_rule *rule,
                        const void *value, const struct path *path, struct wire_fault *fault)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return check_text(*(const char *const *)value, rule, path, fault);
    case PROTOBUF_C_TYPE_BYTES:
        return check_bytes(value, rule, path, fault);
    case PROTOBUF_C_TYPE_ENUM:
        return check_enum(field, *(const int *)value, path, fault);
    case PROTOBUF_C_TYPE_UINT32:
        return check_number(*(const uint32_t *)value, rule, path, fault);
    case PROTOBUF_C_TYPE_INT64: {
        int64_t ms = *(const int64_t *)value;
        return (ms >= 0 && ms <= latest_ms) || check_refuse(fault, path, "a time in the years 1970 to 9999");
    }
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *part = *(const ProtobufCMessage *const *)value;
        if (!part)
            return !rule->needed || check_refuse(fault, path, "cannot be left out");
        return check_fields(part, path, fault);
    }
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
        return true;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    default:
        assert(!"the schema has no such type");
        return false;
    }
}

static size_t check_item_size(ProtobufCType type)
{
    switch ((int)type) {
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

static bool check_list(const ProtobufCFieldDescriptor *field, const struct check_rule *rule,
                       const uint8_t *items, size_t count, struct path *path, struct wire_fault *fault)
{
    size_t max = rule->items_max ? rule->items_max : CHECK_ITEMS;
    char says[40];
    if (count > max) {
        snprintf(says, sizeof says, "at most %zu items", max);
        return check_refuse(fault, path, says);
    }
    path->repeated = true;
    for (size_t i = 0; i < count; i++) {
        path->index = i;
        if (!check_value(field, rule, items + i * check_item_size(field->type), path, fault))
            return false;
    }
    return true;
}

static bool check_fields(const ProtobufCMessage *message, const struct path *up, struct wire_fault *fault)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const struct check_rule *const *rules = check_rules_of(type);
    const uint8_t *base = (const uint8_t *)message;
    if (message->n_unknown_fields > 0) {
        char text[80];
        const struct path path = {.up = up, .name = type->short_name};
        snprintf(text, sizeof text, "has a field %u that is not known here", message->unknown_fields[0].tag);
        path_explain(&path, text, fault->text, sizeof fault->text);
        fault->refusal = CONCORDAT__V1__REFUSAL__REFUSAL_UNKNOWN_FIELD;
        return false;
    }
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const uint8_t *value = base + field->offset;
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
            *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id)
            continue;
        const struct check_rule *rule = rules[i];
        struct path path = {.up = up, .name = field->name};
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
            const uint8_t *items = *(uint8_t *const *)(const void *)value;
            if (!check_list(field, rule, items, count, &path, fault))
                return false;
            continue;
        }
        if (!check_value(field, rule, value, &path, fault))
            return false;
    }
    return true;
}

bool check_message(const ProtobufCMessage *message, struct wire_fault *fault)
{
    return check_fields(message, NULL, fault);
}

struct ancestor {
    const struct ancestor *up;
    const ProtobufCMessageDescriptor *type;
};

static bool check_no_ancestor_again(const ProtobufCMessageDescriptor *type, const struct ancestor *up,
                                    const char **type_name)
{
    for (const struct ancestor *above = up; above; above = above->up) {
        if (above->type == type) {
            *type_name = type->name;
            return false;
        }
    }
    const struct ancestor self = {.up = up, .type = type};
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            !check_no_ancestor_again(type->fields[i].descriptor, &self, type_name))
            return false;
    return true;
}

bool check_not_recursive(const ProtobufCMessageDescriptor *descriptor, const char **type_name)
{
    return check_no_ancestor_again(descriptor, NULL, type_name);
}
