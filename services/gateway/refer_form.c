/* refer_form.c: see refer_form.h. */
#include "services/gateway/refer_form.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/action.h"
#include "services/desk/people.h"

/* The fields that are no questions, and room for the questions. */
enum { REFER_OWN_RULES = 6, REFER_RULES_MAX = 96, REFER_WORD_BYTES = 64 };

static struct form_rule refer_rule_rows[REFER_RULES_MAX] = {
    {.name = REFER_TOKEN, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_ID, .bytes_max = UUID_TEXT_BYTES},
    {.name = REFER_COMMAND, .bytes_max = UUID_TEXT_BYTES},
    {.name = REFER_PAGE, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_GO, .bytes_max = REFER_WORD_BYTES},
    {.name = REFER_CLEAR, .bytes_max = REFER_WORD_BYTES},
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
    uint8_t id[WIRE_ID_BYTES];
    words_new_uuid(id);
    words_uuid(id, known->id);
    snprintf(known->name, sizeof known->name, "%s", person ? person->name : "");
    action_typed_word(&concordat__v1__staff_role__descriptor, person ? (int)person->role : 0, known->role);
}

bool refer_form_begin(struct form *form, const char *field, const struct refer_person *person)
{
    struct refer_known *known = malloc(sizeof *known);
    *form = (struct form){.text = (char *)known, .size = sizeof *known};
    if (!known)
        return false;
    known_of(person, known);
    form->fields[form->count++] = (struct form_field){refer_rule(field), known->id};
    form->fields[form->count++] = (struct form_field){refer_rule("referrer-name"), known->name};
    form->fields[form->count++] = (struct form_field){refer_rule("role"), known->role};
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

static bool set_values(const struct form *form, json_t *given)
{
    bool good = true;
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
        json && given && set_values(form, given)
            ? referral_message(json, given, id, of, now_ms, descriptor, arena, reading, &fault)
            : NULL;
    json_decref(given);
    json_decref(json);
    return message;
}
