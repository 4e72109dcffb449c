/* show_record.c: a person's record, field by field, by the schema's own names: see show.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

static void show_fields(struct sheet *sheet, const ProtobufCMessage *message, const char *heading,
                        int64_t now_ms);

static void show_instant(struct sheet *sheet, const char *label, const Concordat__V1__Instant *instant,
                         int64_t now_ms)
{
    char time[TIME_WORDS_BYTES], text[TIME_WORDS_BYTES + 16];
    time_words(instant->unix_ms, now_ms, time);
    snprintf(text, sizeof text, "%s%s", time,
             instant->basis == CONCORDAT__V1__BASIS__BASIS_IMPUTED ? ", worked out" : "");
    sheet_field(sheet, label, text);
}

static void show_part(struct sheet *sheet, const char *label, const ProtobufCMessage *part, int64_t now_ms)
{
    if (part->descriptor == &concordat__v1__instant__descriptor)
        show_instant(sheet, label, (const Concordat__V1__Instant *)part, now_ms);
    else
        show_fields(sheet, part, label, now_ms);
}

/* A scalar in words; NULL if nothing was recorded, or nothing that a person reads (ids). */
static const char *scalar_words(const ProtobufCFieldDescriptor *field, const void *value,
                                char word[WORDS_MAX])
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

static void show_value(struct sheet *sheet, const ProtobufCFieldDescriptor *field, const void *value,
                       int64_t now_ms)
{
    char label[WORDS_MAX], word[WORDS_MAX];
    const char *text;
    words_field(field->name, label);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *part = *(ProtobufCMessage *const *)value;
        if (part)
            show_part(sheet, label, part, now_ms);
        return;
    }
    text = scalar_words(field, value, word);
    if (text)
        sheet_field(sheet, label, text);
}

/* True for the field that a oneof holds; the others share its memory. */
static bool field_is_held(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    uint32_t held;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return true;
    memcpy(&held, (const char *)message + field->quantifier_offset, sizeof held);
    return held == field->id;
}

static void show_repeated(struct sheet *sheet, const ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field, int64_t now_ms)
{
    size_t count, size = field->type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
    const char *values;
    memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
    memcpy(&values, (const char *)message + field->offset, sizeof values);
    for (size_t i = 0; i < count; i++)
        show_value(sheet, field, values + i * size, now_ms);
}

static void show_fields(struct sheet *sheet, const ProtobufCMessage *message, const char *heading,
                        int64_t now_ms)
{
    sheet_heading(sheet, heading);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            show_repeated(sheet, message, field, now_ms);
        else if (field_is_held(message, field))
            show_value(sheet, field, (const char *)message + field->offset, now_ms);
    }
}

void show_record(struct sheet *sheet, const Concordat__V1__Record *record, const struct showing *showing)
{
    if (record->status)
        show_status(sheet, record->status, showing);
    if (record->n_history > 0) {
        show_who(sheet, record, showing);
        return;
    }
    if (record->confidential)
        show_fields(sheet, &record->confidential->base, "CONFIDENTIAL", showing->now_ms);
    if (record->referral)
        show_fields(sheet, &record->referral->base, "REFERRAL", showing->now_ms);
    show_typed(sheet, record, showing);
    if (record->read_beyond)
        sheet_sentence(sheet, "This reading beyond your areas has been recorded, and %s (%s) is told of it.",
                       record->read_beyond->coordinator_name, record->read_beyond->coordinator_ring);
    else
        sheet_sentence(sheet, "This reading has been recorded.");
}
