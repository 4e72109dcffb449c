/* show_record.c: a person's record, field by field, by the schema's own names. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/cli/show.h"

static void show_fields(const struct say *say, const ProtobufCMessage *message, const char *under);

/* "police_vehicle_reason" as "Police vehicle reason". */
static void field_words(const char *name, char out[WORDS_MAX])
{
    snprintf(out, WORDS_MAX, "%s", name);
    for (char *at = out; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
    out[0] = (char)toupper((unsigned char)out[0]);
}

static void show_text(const struct say *say, const char *label, const char *text)
{
    char heading[WORDS_MAX + 4];

    snprintf(heading, sizeof heading, "  %s:", label);
    say_banner(say, TONE_PLAIN, heading, "%s", text);
}

static void show_message(const struct say *say, const char *label, const ProtobufCMessage *message)
{
    char time[SAY_TIME_BYTES], text[SAY_TIME_BYTES + 16];

    if (message->descriptor != &concordat__v1__instant__descriptor) {
        show_fields(say, message, label);
        return;
    }
    const Concordat__V1__Instant *instant = (const Concordat__V1__Instant *)message;
    say_time(instant->unix_ms, say->now_ms, time);
    snprintf(text, sizeof text, "%s%s", time,
             instant->basis == CONCORDAT__V1__BASIS__BASIS_IMPUTED ? ", worked out" : "");
    show_text(say, label, text);
}

/* What a scalar says in words; NULL where nothing was recorded, or nothing that a person reads (ids). */
static const char *value_words(const ProtobufCFieldDescriptor *field, const void *value, char word[WORDS_MAX])
{
    uint32_t number = 0;

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(char *const *)value;
        return text[0] != '\0' ? text : NULL;
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM || field->type == PROTOBUF_C_TYPE_BOOL ||
        field->type == PROTOBUF_C_TYPE_UINT32)
        memcpy(&number, value, sizeof number);
    if (number == 0)
        return NULL;
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return words_for(field->descriptor, (int)number, word);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return "yes";
    snprintf(word, WORDS_MAX, "%" PRIu32, number);
    return word;
}

static void show_value(const struct say *say, const ProtobufCFieldDescriptor *field, const void *value)
{
    char label[WORDS_MAX], word[WORDS_MAX];
    const char *text;

    field_words(field->name, label);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *message = *(ProtobufCMessage *const *)value;
        if (message)
            show_message(say, label, message);
        return;
    }
    text = value_words(field, value, word);
    if (text)
        show_text(say, label, text);
}

/* Whether the field is the one that its oneof holds; the others share its memory. */
static bool is_held(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    uint32_t held;

    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return true;
    memcpy(&held, (const char *)message + field->quantifier_offset, sizeof held);
    return held == field->id;
}

static void show_repeated(const struct say *say, const ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field)
{
    size_t count, size = field->type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
    const char *values;

    memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
    memcpy(&values, (const char *)message + field->offset, sizeof values);
    for (size_t i = 0; i < count; i++)
        show_value(say, field, values + i * size);
}

static void show_fields(const struct say *say, const ProtobufCMessage *message, const char *under)
{
    fprintf(say->out, "%s\n", under);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            show_repeated(say, message, field);
        else if (is_held(message, field))
            show_value(say, field, (const char *)message + field->offset);
    }
}

void show_record(const struct say *say, const Concordat__V1__Record *record)
{
    if (record->status)
        show_status(say, record->status);
    if (record->confidential)
        show_fields(say, &record->confidential->base, "CONFIDENTIAL");
    if (record->referral)
        show_fields(say, &record->referral->base, "REFERRAL");
    fprintf(say->out, "This reading has been recorded.\n");
}
