/* merge.c: what of an update counts as given or taken away, and lays it over what is known. */
#include "proto/referral/merge.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define REFERRAL_PATH     "referral."
#define CONFIDENTIAL_PATH "confidential."

enum { FIELD_NAME_BYTES = 64 };

static void *member_at(const ProtobufCMessage *message, unsigned offset)
{
    return (uint8_t *)(uintptr_t)message + offset;
}

static bool is_oneof(const ProtobufCFieldDescriptor *field)
{
    return field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
}

static uint32_t *oneof_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return member_at(message, field->quantifier_offset);
}

static size_t scalar_bytes(const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_UINT32:
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(int64_t);
    default:
        assert(!"a referral has no field of this type");
        return 0;
    }
}

/* --- what is given ------------------------------------------------------------------------------------- */

static void lay_message(ProtobufCMessage *over, const ProtobufCMessage *given);

static void lay_scalar(ProtobufCMessage *over, const ProtobufCMessage *given,
                       const ProtobufCFieldDescriptor *field)
{
    static const uint8_t zeros[sizeof(int64_t)];
    const void *value = member_at(given, field->offset);
    size_t size = scalar_bytes(field);
    if (memcmp(value, zeros, size) != 0)
        memcpy(member_at(over, field->offset), value, size);
}

/* A time and its basis are one value. Two parts that are alternatives never mix. */
static void lay_part(ProtobufCMessage *over, const ProtobufCMessage *given,
                     const ProtobufCFieldDescriptor *field)
{
    ProtobufCMessage *part = *(ProtobufCMessage **)member_at(given, field->offset);
    ProtobufCMessage **known = member_at(over, field->offset);
    bool is_alternative = is_oneof(field) && *oneof_case(over, field) != field->id;
    if (!part)
        return;
    if (is_oneof(field))
        *oneof_case(over, field) = field->id;
    if (is_alternative || !*known || field->descriptor == &concordat__v1__instant__descriptor)
        *known = part;
    else
        lay_message(*known, part);
}

static void lay_field(ProtobufCMessage *over, const ProtobufCMessage *given,
                      const ProtobufCFieldDescriptor *field)
{
    char *const *text = member_at(given, field->offset);
    if ((is_oneof(field) && *oneof_case(given, field) != field->id) || field->type == PROTOBUF_C_TYPE_BYTES)
        return; /* bytes are the id */
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        const size_t *count = member_at(given, field->quantifier_offset);
        if (*count) {
            memcpy(member_at(over, field->quantifier_offset), count, sizeof *count);
            memcpy(member_at(over, field->offset), member_at(given, field->offset), sizeof(void *));
        }
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        lay_part(over, given, field);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        if (*text && **text)
            memcpy(member_at(over, field->offset), text, sizeof *text);
    } else {
        lay_scalar(over, given, field);
    }
}

static void lay_message(ProtobufCMessage *over, const ProtobufCMessage *given)
{
    for (unsigned i = 0; i < given->descriptor->n_fields; i++)
        lay_field(over, given, &given->descriptor->fields[i]);
}

/* An age and whether it is an estimate are one value. */
static void clear_age(Concordat__V1__Demographics *person)
{
    person->age_years = 0;
    person->age_known = person->age_estimated = false;
}

static bool has_late_entry(const Concordat__V1__Referral *referral)
{
    for (size_t i = 0; i < referral->n_flags; i++)
        if (referral->flags[i] == CONCORDAT__V1__FLAG__FLAG_LATE_ENTRY)
            return true;
    return false;
}

/* The referral's source stays as it was, and of its flags the one that only a sender knows. */
static void lay_referral(Concordat__V1__Referral *over, const Concordat__V1__Referral *given)
{
    const Concordat__V1__Source source = over->source;
    const size_t n_flags = over->n_flags;
    Concordat__V1__Flag *flags = over->flags;
    if (over->person && given->person && given->person->age_known)
        clear_age(over->person);
    lay_message(&over->base, &given->base);
    over->source = source;
    if (!has_late_entry(given)) {
        over->n_flags = n_flags;
        over->flags = flags;
    }
}

/* --- labelled lines ------------------------------------------------------------------------------------ */

/* Other facts are lines such as "Kind of place: the harbour": one label's line is one value. */

static size_t line_bytes(const char *line)
{
    return strcspn(line, "\n");
}

/* With the colon; 0: the line has no label. */
static size_t label_bytes(const char *line)
{
    size_t size = strcspn(line, ":\n");
    return line[size] == ':' ? size + 1 : 0;
}

static bool says_label(const char *lines, const char *label, size_t size)
{
    for (const char *line = lines; *line; line += line_bytes(line) + (line[line_bytes(line)] == '\n'))
        if (label_bytes(line) == size && strncmp(line, label, size) == 0)
            return true;
    return false;
}

/* The known lines whose label is not given anew, and then the given ones; NULL when the arena is full. Lines
 * without a label are one value too. */
static char *lay_lines(const char *known, const char *given, struct arena *arena)
{
    char *lines = arena_take(arena, strlen(known) + strlen(given) + 2), *at = lines;
    if (!lines)
        return NULL;
    for (const char *line = known; *line;) {
        size_t size = line_bytes(line), label = label_bytes(line);
        if (!says_label(given, line, label)) {
            memcpy(at, line, size);
            at += size;
            *at++ = '\n';
        }
        line += size + (line[size] == '\n');
    }
    strcpy(at, given);
    return lines;
}

static bool lay_confidential(Concordat__V1__Confidential *over, const Concordat__V1__Confidential *given,
                             struct arena *arena)
{
    char *facts = lay_lines(over->other_facts, given->other_facts, arena);
    if (!facts)
        return false;
    bool gives_facts = given->other_facts[0];
    lay_message(&over->base, &given->base);
    if (gives_facts)
        over->other_facts = facts;
    return true;
}

/* --- what is taken away -------------------------------------------------------------------------------- */

/* What stays as long as there is the referral: to know it, to route it, to ring its sender back. */
static const char *const kept_paths[] = {"referral.id",
                                         "referral.source",
                                         "referral.drill",
                                         "referral.flags",
                                         "referral",
                                         "confidential",
                                         "confidential.callback_number"};

/* Which of the two parts a path is in, and the rest of it. */
struct merge_path {
    const ProtobufCMessageDescriptor *type; /* NULL: it is in neither */
    const char *rest;
};

static struct merge_path merge_path_of(const char *path)
{
    if (strncmp(path, REFERRAL_PATH, strlen(REFERRAL_PATH)) == 0)
        return (struct merge_path){&concordat__v1__referral__descriptor, path + strlen(REFERRAL_PATH)};
    if (strncmp(path, CONFIDENTIAL_PATH, strlen(CONFIDENTIAL_PATH)) == 0)
        return (struct merge_path){&concordat__v1__confidential__descriptor,
                                   path + strlen(CONFIDENTIAL_PATH)};
    return (struct merge_path){NULL, path};
}

/* Takes the first name off a path; NULL: the type has no field of that name. */
static const ProtobufCFieldDescriptor *path_step(const ProtobufCMessageDescriptor *type, const char **path)
{
    char name[FIELD_NAME_BYTES];
    size_t size = strcspn(*path, ".");
    snprintf(name, sizeof name, "%.*s", (int)size, *path);
    *path += size + ((*path)[size] == '.');
    return protobuf_c_message_descriptor_get_field_by_name(type, name);
}

/* A time is taken away as a whole. */
static bool path_is_known(const ProtobufCMessageDescriptor *type, const char *path)
{
    const ProtobufCFieldDescriptor *field = path_step(type, &path);
    if (!field)
        return false;
    if (!*path)
        return true;
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           field->descriptor != &concordat__v1__instant__descriptor && path_is_known(field->descriptor, path);
}

bool merge_may_clear(const Concordat__V1__Update *update, char fault[MERGE_FAULT_BYTES])
{
    for (size_t i = 0; i < update->n_clear; i++) {
        const char *path = update->clear[i];
        const struct merge_path at = merge_path_of(path);
        bool may = at.type && path_is_known(at.type, at.rest);
        for (size_t k = 0; k < sizeof kept_paths / sizeof *kept_paths; k++)
            may = may && strcmp(path, kept_paths[k]) != 0;
        if (!may) {
            snprintf(fault, MERGE_FAULT_BYTES,
                     "\"%.64s\" cannot be taken away: name a field such as referral.legal or "
                     "confidential.address",
                     path);
            return false;
        }
    }
    return true;
}

bool merge_touches_confidential(const Concordat__V1__Update *update)
{
    for (size_t i = 0; i < update->n_clear; i++)
        if (merge_path_of(update->clear[i]).type == &concordat__v1__confidential__descriptor)
            return true;
    return update->confidential;
}

static void clear_member(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    static const char nothing[] = "";
    const char *none = nothing;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        *(size_t *)member_at(message, field->quantifier_offset) = 0;
    else if (is_oneof(field))
        *oneof_case(message, field) = 0;
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        memset(member_at(message, field->offset), 0, sizeof(void *));
    else if (field->type == PROTOBUF_C_TYPE_STRING)
        memcpy(member_at(message, field->offset), &none, sizeof none);
    else
        memset(member_at(message, field->offset), 0, scalar_bytes(field));
}

static void clear_path(ProtobufCMessage *message, const char *path)
{
    const ProtobufCFieldDescriptor *field = path_step(message->descriptor, &path);
    assert(field);
    if (is_oneof(field) && *oneof_case(message, field) != field->id)
        return;
    ProtobufCMessage *part = NULL;
    if (*path)
        memcpy(&part, member_at(message, field->offset), sizeof part);
    if (part)
        clear_path(part, path);
    else if (!*path && strcmp(field->name, "age_years") == 0)
        clear_age((Concordat__V1__Demographics *)message);
    else if (!*path)
        clear_member(message, field);
}

bool merge_lay_over(struct merge_whole *whole, const Concordat__V1__Update *update, struct arena *arena)
{
    if (!whole->confidential && update->confidential) {
        whole->confidential = arena_take(arena, sizeof *whole->confidential);
        if (!whole->confidential)
            return false;
        concordat__v1__confidential__init(whole->confidential);
    }
    for (size_t i = 0; i < update->n_clear; i++) {
        const struct merge_path at = merge_path_of(update->clear[i]);
        ProtobufCMessage *part = at.type == &concordat__v1__referral__descriptor ? &whole->referral->base
                                 : whole->confidential                           ? &whole->confidential->base
                                                                                 : NULL;
        if (part)
            clear_path(part, at.rest);
    }
    lay_referral(whole->referral, update->referral);
    return !update->confidential || lay_confidential(whole->confidential, update->confidential, arena);
}
