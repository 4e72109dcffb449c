/* report_told.c: see report_told.h. No kind of event is named here: a new one is told by its message. */
#include "services/audit/report_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concordat/v1/event.pb-c.h"
#include "proto/wire/wire.h"
#include "proto/words/words.h"

/* An unpacked event takes more room than its bytes. */
enum { TOLD_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX };

struct event_telling {
    sqlite3_str *out;
    int64_t base_ms; /* times are told as minutes after it */
};

/* "expected_arrival_ms" is told as "expected arrival". */
static void tell_label(const struct event_telling *told, const char *name)
{
    char label[WORDS_MAX];
    snprintf(label, sizeof label, "%s", name);
    size_t size = strlen(label);
    if (size > 3 && strcmp(label + size - 3, "_ms") == 0)
        label[size - 3] = '\0';
    for (char *c = label; *c; c++)
        if (*c == '_')
            *c = ' ';
    sqlite3_str_appendf(told->out, "%s%s", sqlite3_str_length(told->out) ? "; " : "", label);
}

static void tell_moment(const struct event_telling *told, const char *name, int64_t unix_ms)
{
    tell_label(told, name);
    sqlite3_str_appendf(told->out, ": %+.1f min", (double)(unix_ms - told->base_ms) / 60000);
}

/* The basis of an imputed time is told; a stated one is the rule. */
static void tell_instant(const struct event_telling *told, const char *name,
                         const Concordat__V1__Instant *instant)
{
    tell_moment(told, name, instant->unix_ms);
    if (instant->basis != CONCORDAT__V1__BASIS__BASIS_STATED)
        sqlite3_str_appendf(
            told->out, " (%s)",
            words_for(&concordat__v1__basis__descriptor, (int)instant->basis, (char[WORDS_MAX]){0}));
}

static bool is_moment(const ProtobufCFieldDescriptor *field)
{
    size_t size = strlen(field->name);
    return field->type == PROTOBUF_C_TYPE_INT64 && size > 3 && strcmp(field->name + size - 3, "_ms") == 0;
}

static void tell_number(const struct event_telling *told, const ProtobufCFieldDescriptor *field,
                        int64_t value)
{
    if (value == 0)
        return;
    if (is_moment(field)) {
        tell_moment(told, field->name, value);
        return;
    }
    tell_label(told, field->name);
    sqlite3_str_appendf(told->out, ": %lld", (long long)value);
}

static void tell_words(const struct event_telling *told, const ProtobufCFieldDescriptor *field,
                       const char *words)
{
    tell_label(told, field->name);
    sqlite3_str_appendf(told->out, ": %s", words);
}

/* A field that is there once. What is as if it had not been said is left out. */
static void tell_single(const struct event_telling *told, const ProtobufCFieldDescriptor *field,
                        const void *value)
{
    char words[WORDS_MAX];
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_ENUM:
        if (*(const int *)value)
            tell_words(told, field, words_for(field->descriptor, *(const int *)value, words));
        break;
    case PROTOBUF_C_TYPE_STRING:
        if (**(char *const *)value)
            tell_words(told, field, *(char *const *)value);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        if (*(const protobuf_c_boolean *)value)
            tell_label(told, field->name);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        tell_number(told, field, *(const uint32_t *)value);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        tell_number(told, field, *(const int64_t *)value);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        if (field->descriptor == &concordat__v1__instant__descriptor && *(void *const *)value)
            tell_instant(told, field->name, *(Concordat__V1__Instant *const *)value);
        break;
    default: /* digests of policies, which say nothing to a reader */
        break;
    }
}

static void tell_list(const struct event_telling *told, const ProtobufCFieldDescriptor *field, size_t count,
                      const void *values)
{
    char words[WORDS_MAX];
    if (count == 0 || (field->type != PROTOBUF_C_TYPE_ENUM && field->type != PROTOBUF_C_TYPE_STRING))
        return;
    tell_label(told, field->name);
    for (size_t i = 0; i < count; i++) {
        const char *value = field->type == PROTOBUF_C_TYPE_STRING
                                ? ((char *const *)values)[i]
                                : words_for(field->descriptor, ((const int *)values)[i], words);
        sqlite3_str_appendf(told->out, "%s%s", i ? ", " : ": ", value);
    }
}

static void tell_fields(const struct event_telling *told, const ProtobufCMessage *what)
{
    for (unsigned i = 0; i < what->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &what->descriptor->fields[i];
        const void *at = (const char *)what + field->offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            tell_list(told, field,
                      *(const size_t *)(const void *)((const char *)what + field->quantifier_offset),
                      *(void *const *)at);
        else
            tell_single(told, field, at);
    }
}

static const ProtobufCMessage *what_of(const Concordat__V1__Event *event)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&concordat__v1__event__descriptor, event->what_case);
    return field ? *(ProtobufCMessage *const *)(const void *)((const char *)event + field->offset) : NULL;
}

static void tell_event(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct arena *arena = sqlite3_user_data(context);
    struct wire_fault fault;
    (void)count;
    arena_reset(arena);
    const Concordat__V1__Event *event = wire_unpack_event(
        sqlite3_value_blob(arguments[0]), (size_t)sqlite3_value_bytes(arguments[0]), arena, &fault);
    const ProtobufCMessage *what = event ? what_of(event) : NULL;
    if (!what) {
        sqlite3_result_text(context, "cannot be read", -1, SQLITE_STATIC);
        return;
    }
    const struct event_telling told = {sqlite3_str_new(NULL), sqlite3_value_int64(arguments[1])};
    tell_fields(&told, what);
    if (sqlite3_str_errcode(told.out) != SQLITE_OK)
        sqlite3_result_error_nomem(context);
    char *text = sqlite3_str_finish(told.out); /* NULL: it says nothing */
    if (text)
        sqlite3_result_text(context, text, -1, sqlite3_free);
}

static void close_told(void *context)
{
    struct arena *arena = context;
    arena_close(arena);
    free(arena);
}

int report_told_add(sqlite3 *database)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena || arena_open(arena, TOLD_ARENA_BYTES) != 0) {
        free(arena);
        return SQLITE_NOMEM;
    }
    return sqlite3_create_function_v2(database, "told", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, arena,
                                      tell_event, NULL, NULL, close_told);
}
