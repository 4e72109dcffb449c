/* changes.c: which fields differ between a referral before and after. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/referral/merge.h"

enum { PATH_BYTES = 65, VALUE_BYTES = 33 }; /* as the limits of Change have them (check_rules.c) */

/* The search for changes below one part of the two wholes. */
struct differing {
    struct arena *arena;
    struct merge_changes *changes;
    bool is_confidential; /* nothing is told but that it differs */
    bool ran_out;
};

/* The value of a field; NULL if the part, or the field of a oneof, is not there. */
static const void *changes_member(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;
    if (!message || (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
                     *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id))
        return NULL;
    return base + field->offset;
}

static void value_of_list(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                          char out[VALUE_BYTES])
{
    const uint8_t *base = (const uint8_t *)message;
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset), used = 0;
    const int *codes = *(const int *const *)(const void *)(base + field->offset);
    assert(field->type == PROTOBUF_C_TYPE_ENUM);
    for (size_t i = 0; i < count && used < VALUE_BYTES; i++) {
        size_t size = (size_t)snprintf(out + used, VALUE_BYTES - used, "%s%d", i > 0 ? "," : "", codes[i]);
        if (used + size >= VALUE_BYTES) /* half a code would be another code */
            out[used] = '\0';
        used += size;
    }
}

/* Empty if nothing is said. An age is known or not by the field beside it. */
static void value_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                     char out[VALUE_BYTES])
{
    const void *value = changes_member(message, field);
    const Concordat__V1__Demographics *person = (const Concordat__V1__Demographics *)message;
    int64_t number = 0;
    out[0] = '\0';
    if (!value)
        return;
    if (strcmp(field->name, "age_years") == 0) {
        if (person->age_known)
            snprintf(out, VALUE_BYTES, "%u", person->age_years);
        return;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        value_of_list(message, field, out);
        return;
    }
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        snprintf(out, VALUE_BYTES, "%s", *(const char *const *)value);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        number = *(const protobuf_c_boolean *)value;
        break;
    case PROTOBUF_C_TYPE_ENUM:
        number = *(const int *)value;
        break;
    case PROTOBUF_C_TYPE_UINT32:
        number = *(const uint32_t *)value;
        break;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const Concordat__V1__Instant *instant = *(const Concordat__V1__Instant *const *)value;
        number = instant ? instant->unix_ms : 0;
        break;
    }
    default:
        assert(!"a referral has no field of this type");
    }
    if (number)
        snprintf(out, VALUE_BYTES, "%" PRId64, number);
}

static bool text_differs(const ProtobufCMessage *before, const ProtobufCMessage *after,
                         const ProtobufCFieldDescriptor *field, bool *is_cleared)
{
    const char *const *was = changes_member(before, field), *const *is = changes_member(after, field);
    *is_cleared = !is || !**is;
    return strcmp(was ? *was : "", is ? *is : "") != 0;
}

static char *changes_copy(struct differing *d, const char *text)
{
    char *copy = arena_take(d->arena, strlen(text) + 1);
    if (copy)
        strcpy(copy, text);
    d->ran_out |= !copy;
    return copy;
}

static void changes_add(struct differing *d, const char *path, const char *before, const char *after,
                        bool is_cleared)
{
    Concordat__V1__Change *change = arena_take(d->arena, sizeof *change);
    char *field = changes_copy(d, path), *was = changes_copy(d, before), *is = changes_copy(d, after);
    if (d->ran_out || !change) {
        d->ran_out = true;
        return;
    }
    assert(d->changes->count < MERGE_CHANGES_MAX);
    concordat__v1__change__init(change);
    change->field = field;
    change->before = was;
    change->after = is;
    change->cleared = is_cleared;
    d->changes->list[d->changes->count++] = change;
}

/* What the router fills in, or tells in another way. */
static bool is_left_out(const ProtobufCFieldDescriptor *field)
{
    static const char *const names[] = {"id", "flags", "source", "drill", "age_known"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(field->name, names[i]) == 0)
            return true;
    return false;
}

static void find_in_field(struct differing *d, const ProtobufCFieldDescriptor *field, const char *path,
                          const ProtobufCMessage *before, const ProtobufCMessage *after)
{
    char was[VALUE_BYTES] = "", is[VALUE_BYTES] = "";
    bool is_cleared;
    if (d->is_confidential) {
        if (text_differs(before, after, field, &is_cleared))
            changes_add(d, path, "", "", is_cleared);
        return;
    }
    value_of(before, field, was);
    value_of(after, field, is);
    if (strcmp(was, is) != 0)
        changes_add(d, path, was, is, !is[0]);
}

static void find_in_message(struct differing *d, const ProtobufCMessageDescriptor *type, const char *prefix,
                            const ProtobufCMessage *before, const ProtobufCMessage *after)
{
    for (unsigned i = 0; i < type->n_fields && !d->ran_out; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        char path[PATH_BYTES];
        if (is_left_out(field))
            continue;
        snprintf(path, sizeof path, "%s%s%s", prefix, prefix[0] ? "." : "", field->name);
        bool is_part = field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED &&
                       field->descriptor != &concordat__v1__instant__descriptor;
        if (!is_part) {
            find_in_field(d, field, path, before, after);
            continue;
        }
        const void *was = changes_member(before, field), *is = changes_member(after, field);
        find_in_message(d, field->descriptor, path, was ? *(const ProtobufCMessage *const *)was : NULL,
                        is ? *(const ProtobufCMessage *const *)is : NULL);
    }
}

bool merge_find_changes(const struct merge_whole *before, const struct merge_whole *after,
                        struct arena *arena, struct merge_changes *changes)
{
    struct differing d = {.arena = arena, .changes = changes};
    changes->count = 0;
    find_in_message(&d, &concordat__v1__referral__descriptor, "", &before->referral->base,
                    &after->referral->base);
    d.is_confidential = true;
    find_in_message(&d, &concordat__v1__confidential__descriptor, "confidential",
                    before->confidential ? &before->confidential->base : NULL,
                    after->confidential ? &after->confidential->base : NULL);
    return !d.ran_out;
}
