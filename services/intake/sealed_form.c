/* sealed_form.c: see sealed_form.h. */
#include "services/intake/sealed_form.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/referral_fields.h"
#include "services/intake/limits.h"
#include "services/intake/outbox_form_keys.h"

/* Whether JSON nests no deeper than a referral does: its readers call themselves. */
static bool sealed_form_is_shallow(const uint8_t *text, size_t size)
{
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < size && depth <= SEALED_FORM_DEPTH_MAX; i++)
        if (in_text && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_text = !in_text;
        else if (!in_text && (text[i] == '{' || text[i] == '['))
            depth++;
        else if (!in_text && (text[i] == '}' || text[i] == ']'))
            depth--;
    return depth <= SEALED_FORM_DEPTH_MAX;
}

/* The name of a source, as a referral has it. */
static const char *sealed_form_source(Concordat__V1__Source source)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&concordat__v1__source__descriptor, (int)source);
    return value ? value->name : NULL;
}

static const struct referral_field *sealed_form_field(const char *name)
{
    for (size_t i = 0; i < referral_fields_count; i++)
        if (strcmp(referral_fields[i].name, name) == 0)
            return &referral_fields[i];
    return NULL;
}

/* Moves the fields of the form to where their paths lead. One that is not known stays, and is kept as it was
 * typed. */
static bool sealed_form_place(json_t *json, json_t *given)
{
    json_t *fields = json_object_get(json, "fields"), *value;
    const char *name;
    void *next;
    bool good = true;
    json_object_foreach_safe(fields, next, name, value)
    {
        const struct referral_field *field = sealed_form_field(name);
        const char *text = json_string_value(value);
        if (!field || !text)
            continue;
        good = good && (!*text || referral_field_set(given, field, text));
        json_object_del(fields, name);
    }
    if (json_is_object(fields) && json_object_size(fields) == 0)
        json_object_del(json, "fields");
    return good;
}

/* Reads what was typed. Its id is the one that the form was sealed for. NULL if memory is short. */
static Concordat__V1__Submit *sealed_form_read(json_t *json, const uint8_t *referral,
                                               Concordat__V1__Source source, int64_t as_of_ms,
                                               struct arena *arena)
{
    struct referral_reading reading;
    struct wire_fault fault;
    char id[UUID_TEXT_BYTES];
    json_t *given = json_object();
    words_uuid(referral, id);
    ProtobufCMessage *read =
        given && sealed_form_place(json, given)
            ? referral_message(json, given, id, sealed_form_source(source), as_of_ms,
                               &concordat__v1__submit__descriptor, arena, &reading, &fault)
            : NULL;
    json_decref(given);
    return (Concordat__V1__Submit *)read;
}

/* Makes the request the Submit that stands in the text. */
static enum sealed_form_status sealed_form_take(const uint8_t *text, size_t size,
                                                Concordat__V1__Source source, int64_t as_of_ms,
                                                Concordat__V1__Request *request, struct arena *arena)
{
    json_t *json = sealed_form_is_shallow(text, size)
                       ? json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, NULL)
                       : NULL;
    enum sealed_form_status status = SEALED_FORM_ALTERED;
    if (json_is_object(json)) {
        Concordat__V1__Submit *read =
            sealed_form_read(json, request->submit_sealed->referral.data, source, as_of_ms, arena);
        status = read ? SEALED_FORM_OPENED : SEALED_FORM_FAILED;
        if (read) {
            request->command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
            request->submit = read;
        }
    }
    json_decref(json);
    return status;
}

enum sealed_form_status sealed_form_open(struct outbox *outbox, const struct referral_site *site,
                                         Concordat__V1__Request *request, int64_t now_ms, struct arena *arena,
                                         int64_t *as_of_ms)
{
    const Concordat__V1__SubmitSealed *form = request->submit_sealed;
    struct form_key_kept kept;
    size_t size = 0;
    uint8_t *text = arena_take(arena, WIRE_SEALED_BYTES_MAX);
    enum outbox_status found = text ? outbox_form_key_find(outbox, form->key.data, &kept) : OUTBOX_FAILED;
    if (found != OUTBOX_OK)
        return found == OUTBOX_NOT_FOUND ? SEALED_FORM_NO_KEY : SEALED_FORM_FAILED;
    bool clock_was_right = form->sealed_ms >= kept.made_ms && form->sealed_ms <= now_ms;
    *as_of_ms = clock_was_right ? form->sealed_ms : now_ms;
    enum sealed_form_status status =
        form_seal_open(&kept.key, form, text, &size)
            ? sealed_form_take(text, size, site->source, *as_of_ms, request, arena)
            : SEALED_FORM_ALTERED;
    sodium_memzero(&kept, sizeof kept);
    return status;
}

/* What the router would refuse is for the router to refuse: its sender sees that. */
static enum outbox_status sealed_form_open_kept(struct outbox *outbox, const struct referral_site *site,
                                                struct outbox_command *command, int64_t now_ms,
                                                struct arena *arena, bool *is_open)
{
    int64_t as_of_ms;
    *is_open = command->request && sealed_form_open(outbox, site, command->request, now_ms, arena,
                                                    &as_of_ms) == SEALED_FORM_OPENED;
    if (!*is_open)
        return OUTBOX_OK;
    const struct outbox_parts parts = outbox_parts(command->request);
    (void)referral_rules_complete(parts.referral, parts.confidential, site, NULL, as_of_ms, arena);
    return outbox_opened(outbox, command->request, command->digest);
}

enum outbox_status sealed_forms_open_kept(struct outbox *outbox, const struct referral_site *site,
                                          int64_t now_ms, struct arena *arena, uint32_t *opened,
                                          uint32_t *left)
{
    struct outbox_command command;
    int64_t row = 0;
    enum outbox_status status;
    *opened = *left = 0;
    while ((status = outbox_next_unopened(outbox, &row, arena, &command)) == OUTBOX_OK) {
        bool is_open;
        status = sealed_form_open_kept(outbox, site, &command, now_ms, arena, &is_open);
        if (status != OUTBOX_OK)
            break;
        *opened += is_open;
        *left += !is_open;
    }
    arena_reset(arena);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}
