/* refer_form.c: see refer_form.h. */
#include "services/gateway/refer_form.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/check_rules.h"
#include "proto/words/spoken_time.h"
#include "services/desk/action.h"
#include "services/desk/people.h"

/* The fields that are no questions, and room for the questions. */
enum { REFER_OWN_RULES = 9, REFER_RULES_MAX = 96, REFER_WORD_BYTES = 64 };

static struct form_rule refer_rule_rows[REFER_RULES_MAX] = {
    {.name = REFER_TOKEN, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_ID, .bytes_max = UUID_TEXT_BYTES},
    {.name = REFER_COMMAND, .bytes_max = UUID_TEXT_BYTES},
    {.name = REFER_PAGE, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_BY, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_GO, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_CLEAR, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_CALLER, .bytes_max = REFER_VALUE_BYTES_MAX, .mended = true},
    {.name = REFER_RANG, .bytes_max = REFER_VALUE_BYTES_MAX, .mended = true},
};
static size_t refer_rule_count;

static void add_rule(const struct referral_question *question)
{
    refer_rule_rows[refer_rule_count++] = (struct form_rule){.name = question->name,
                                                             .bytes_max = REFER_VALUE_BYTES_MAX,
                                                             .lines = question->ask == REFERRAL_ASK_LINES,
                                                             .repeats = question->ask == REFERRAL_ASK_SOME,
                                                             .mended = true};
}

const struct form_rule *refer_rules(size_t *count)
{
    if (refer_rule_count == 0) {
        refer_rule_count = REFER_OWN_RULES;
        for (size_t i = 0; i < referral_fields_count; i++) {
            const struct referral_question *question = referral_question_find(referral_fields[i].name);
            assert(refer_rule_count < REFER_RULES_MAX);
            if (question)
                add_rule(question);
        }
    }
    *count = refer_rule_count;
    return refer_rule_rows;
}

/* --- a form that nobody has filled in --------------------------------------------------------------------
 */

static const struct form_rule *refer_rule(const char *name)
{
    size_t count;
    const struct form_rule *rules = refer_rules(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

struct refer_known {
    char id[UUID_TEXT_BYTES];
    char name[PEOPLE_NAME_BYTES_MAX + 1];
    char role[WORDS_MAX];
};

static void known_of(const struct refer_person *person, struct refer_known *known)
{
    words_fresh_uuid(known->id);
    snprintf(known->name, sizeof known->name, "%s", person ? person->name : "");
    action_typed_word(&concordat__v1__staff_role__descriptor, person ? (int)person->role : 0, known->role);
}

bool refer_form_begin(struct form *form, const char *field, const struct refer_person *person,
                      const char *source)
{
    struct refer_known *known = malloc(sizeof *known);
    *form = (struct form){.text = (char *)known, .size = sizeof *known};
    if (!known)
        return false;
    known_of(person, known);
    form->fields[form->count++] = (struct form_field){refer_rule(field), known->id};
    form->fields[form->count++] = (struct form_field){refer_rule("referrer-name"), known->name};
    form->fields[form->count++] = (struct form_field){refer_rule("role"), known->role};
    if (source)
        form->fields[form->count++] = (struct form_field){refer_rule(REFER_SOURCE), source};
    return true;
}

bool refer_form_has(const struct form *form, const struct referral_question *question,
                    const struct refer_person *person)
{
    struct refer_known known;
    const char *value = form_value(form, question->name, 0);
    if (!value || !*value)
        return false;
    known_of(person, &known);
    if (strcmp(question->name, "referrer-name") == 0)
        return strcmp(value, known.name) != 0;
    return strcmp(question->name, "role") != 0 || strcmp(value, known.role) != 0;
}

bool refer_form_id(const struct form *form, const char *field, uint8_t id[WIRE_ID_BYTES])
{
    const char *text = form_value(form, field, 0);
    return text && words_parse_uuid(text, id);
}

/* --- the message -----------------------------------------------------------------------------------------
 */

/* All values of a question in one text. NULL if there is no memory. */
static char *values_of(const struct form *form, const char *name)
{
    size_t size = 1;
    const char *value;
    for (size_t i = 0; (value = form_value(form, name, i)); i++)
        size += strlen(value) + 1;
    char *text = calloc(1, size);
    for (size_t i = 0; text && (value = form_value(form, name, i)); i++) {
        strcat(text, i > 0 ? "," : "");
        strcat(text, value);
    }
    return text;
}

bool refer_form_rang(const struct form *form, int64_t now_ms, int64_t *rang_ms)
{
    const char *text = form_value(form, REFER_RANG, 0);
    return text && *text && spoken_time_read(text, now_ms, rang_ms);
}

const char *refer_form_caller(const struct form *form)
{
    const ProtobufCMessageDescriptor *type = &concordat__v1__received__descriptor;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(type, "on_behalf_of");
    const struct check_shape *shape = check_rules_of(type)[field - type->fields]->shape;
    const char *text = form_value(form, REFER_CALLER, 0);
    return text && *text && check_shape_fits(shape, text, strlen(text)) ? text : NULL;
}

/* Words about a call that mean nothing here are no question's; the reader keeps them. */
static bool keep_call(const struct form *form, int64_t now_ms, json_t *given)
{
    int64_t rang_ms;
    const char *rang = form_value(form, REFER_RANG, 0), *caller = form_value(form, REFER_CALLER, 0);
    bool rang_is_lost = rang && *rang && !refer_form_rang(form, now_ms, &rang_ms);
    bool caller_is_lost = caller && *caller && !refer_form_caller(form);
    return (!rang_is_lost || json_object_set_new(given, "Rang at", json_string(rang)) == 0) &&
           (!caller_is_lost || json_object_set_new(given, "Caller", json_string(caller)) == 0);
}

static bool set_values(const struct form *form, int64_t now_ms, json_t *given)
{
    bool good = keep_call(form, now_ms, given);
    for (size_t i = 0; good && i < referral_fields_count; i++) {
        const struct referral_field *field = &referral_fields[i];
        if (!referral_question_find(field->name))
            continue;
        char *text = values_of(form, field->name);
        good = text && (!*text || referral_field_set(given, field, text));
        free(text);
    }
    return good;
}

ProtobufCMessage *refer_form_message(const struct form *form, const char *id, const char *of, int64_t now_ms,
                                     const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                     struct referral_reading *reading)
{
    struct wire_fault fault;
    json_t *json = json_object(), *given = json_object();
    ProtobufCMessage *message =
        json && given && set_values(form, now_ms, given)
            ? referral_message(json, given, id, of, now_ms, descriptor, arena, reading, &fault)
            : NULL;
    json_decref(given);
    json_decref(json);
    return message;
}
