/* action.c: named values of an action, read by its row of the table: see action.h. */
#include "services/desk/action.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/person_id.h"
#include "proto/words/spoken_time.h"

enum { CODES_BYTES = 300 };
enum { PROVIDER_CODE_CHARS_MIN = 2, PROVIDER_CODE_CHARS_MAX = 10 }; /* proto/wire/check_rules.c */

/* A fault of one field, or of the action as a whole if the field is NULL. */
__attribute__((format(printf, 3, 4))) static bool action_fail(struct action *action,
                                                              const struct action_field *field,
                                                              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(action->fault, sizeof action->fault, format, arguments);
    va_end(arguments);
    action->faulty = field;
    return false;
}

const struct action_kind *action_find(const char *name)
{
    for (const struct action_kind *kind = action_kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

bool action_is_for(const struct action_kind *kind, Concordat__V1__Role role)
{
    return kind->who & (1u << role);
}

static const struct action_field *field_with_value(const struct action_kind *kind, enum action_value value)
{
    for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
        if (field->value == value)
            return field;
    return NULL;
}

static const struct action_field *field_named(const struct action_kind *kind, const char *name)
{
    for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

static bool field_is_given(const struct action *action, const struct action_field *field)
{
    return action->given & (1u << (field - action->kind->fields));
}

bool action_names_case(const struct action_kind *kind)
{
    return field_with_value(kind, ACTION_CASE);
}

bool action_answers_offer(const struct action_kind *kind)
{
    return field_with_value(kind, ACTION_ATTEMPT);
}

void action_typed_word(const ProtobufCEnumDescriptor *codes, int value, char out[WORDS_MAX])
{
    out[0] = '\0';
    if (value != 0)
        words_for(codes, value, out);
    for (char *at = out; *at != '\0'; at++)
        if (*at == ' ')
            *at = '-';
}

bool action_code_is_typed(const struct action_field *field, int code)
{
    return code != 0 && code != field->never_typed && code >= field->typed_from;
}

static void list_codes(const struct action_field *field, char *out, size_t size)
{
    const ProtobufCEnumDescriptor *codes = field->codes;
    size_t used = 0;
    char word[WORDS_MAX];
    out[0] = '\0';
    for (unsigned i = 0; i < codes->n_values && used < size; i++) {
        action_typed_word(codes, codes->values[i].value, word);
        if (word[0] != '\0' && action_code_is_typed(field, codes->values[i].value))
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", word);
    }
}

/* The usage itself spells out the codes of a field whose name does not stand there, such as a check-in's
 * steps. */
static const struct action_field *field_to_explain(const struct action_kind *kind)
{
    const struct action_field *field = kind->fields;
    while (field->value != ACTION_NOTHING &&
           (field->value != ACTION_CODE || field->option || !strstr(kind->arguments, field->typed)))
        field++;
    return field->value == ACTION_NOTHING ? NULL : field;
}

void action_help(const struct action_kind *kind, char out[ACTION_HELP_BYTES])
{
    const struct action_field *field = field_to_explain(kind);
    char codes[CODES_BYTES];
    int used = 0;
    if (field) {
        list_codes(field, codes, sizeof codes);
        used = snprintf(out, ACTION_HELP_BYTES, "%s is one of: %s.%s", field->typed, codes,
                        kind->help[0] != '\0' ? " " : "");
    }
    snprintf(out + used, ACTION_HELP_BYTES - (size_t)used, "%s", kind->help);
}

static const ProtobufCMessageDescriptor *body_descriptor(const struct action_kind *kind)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&concordat__v1__request__descriptor, (unsigned)kind->command);
    assert(field);
    return field->descriptor;
}

void action_start(struct action *action, const struct action_kind *kind)
{
    *action = (struct action){.kind = kind};
    concordat__v1__instant__init(&action->occurred);
    concordat__v1__request__init(&action->request);
    protobuf_c_message_init(body_descriptor(kind), &action->body);
    action->request.command_case = kind->command;
    action->request.accept = &action->body.accept; /* whichever member: they share their address */
}

/* A number that may be left out stands alone in a oneof, so that 0 is told from not said. */
static void field_is_said(struct action *action, const struct action_field *field)
{
    const ProtobufCMessageDescriptor *body = body_descriptor(action->kind);
    for (unsigned i = 0; i < body->n_fields; i++) {
        const ProtobufCFieldDescriptor *sent = &body->fields[i];
        if (sent->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
            field->at == offsetof(struct action, body) + sent->offset)
            memcpy((char *)&action->body + sent->quantifier_offset, &sent->id, sizeof sent->id);
    }
}

/* Writes what a field sets into the request's body. */
static void field_store(struct action *action, const struct action_field *field, const void *value,
                        size_t size)
{
    memcpy((char *)action + field->at, value, size);
    field_is_said(action, field);
}

static bool read_case_value(struct action *action, const struct action_field *field, const char *text)
{
    uint32_t number;
    bool drill;
    action->case_is_id = false;
    if (words_parse_number(text, &number, &drill)) {
        words_number(number, drill, action->case_text);
        return true;
    }
    action->case_is_id = words_parse_uuid(text, action->id);
    if (!action->case_is_id)
        return action_fail(action, field, "is a spoken number such as R-0412, or a referral's id");
    words_uuid(action->id, action->case_text);
    return true;
}

static bool read_count_value(struct action *action, const struct action_field *field, const char *text)
{
    char *end;
    unsigned long read = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : field->max + 1UL;
    uint32_t count = (uint32_t)read;
    if (read > field->max || *end != '\0')
        return action_fail(action, field, "is a whole number from 0 to %u", field->max);
    field_store(action, field, &count, sizeof count);
    return true;
}

static bool read_code_value(struct action *action, const struct action_field *field, const char *text)
{
    char known[CODES_BYTES];
    int code;
    if (words_parse(field->codes, text, &code) && action_code_is_typed(field, code)) {
        field_store(action, field, &code, sizeof code);
        return true;
    }
    list_codes(field, known, sizeof known);
    return action_fail(action, field, "is one of: %s", known);
}

static bool read_text_value(struct action *action, const struct action_field *field, const char *text)
{
    char *kept = action->text;
    if (strlen(text) >= sizeof action->text)
        return action_fail(action, NULL, "the text is longer than %zu characters", sizeof action->text - 1);
    memcpy(kept, text, strlen(text) + 1);
    field_store(action, field, &kept, sizeof kept);
    return true;
}

static bool keep_id(struct action *action, const struct action_field *field, const char *text)
{
    char *kept = action->ids[field - action->kind->fields];
    memcpy(kept, text, strlen(text) + 1);
    field_store(action, field, &kept, sizeof kept);
    return true;
}

static bool read_person_value(struct action *action, const struct action_field *field, const char *text)
{
    if (strlen(text) > PERSON_ID_CHARS_MAX || !person_id_is(text))
        return action_fail(action, field,
                           "is the id of a person in your own list, such as p117, and never a name");
    return keep_id(action, field, text);
}

/* As check_rules.c has it. */
static bool is_reference(const char *text)
{
    bool has_digit = false;
    size_t size = 0;
    for (; text[size] != '\0'; size++) {
        if (!isalnum((unsigned char)text[size]) && !strchr("._/-", text[size]))
            return false;
        has_digit = has_digit || isdigit((unsigned char)text[size]);
    }
    return has_digit && size < ACTION_REFERENCE_BYTES;
}

static bool read_reference_value(struct action *action, const struct action_field *field, const char *text)
{
    if (!is_reference(text))
        return action_fail(action, field, "is a code or a number with a digit in it, and never a name");
    return keep_id(action, field, text);
}

/* Capitals are what the code has, and small letters are what hurried people type. */
static bool read_provider_value(struct action *action, const struct action_field *field, const char *text)
{
    char code[PROVIDER_CODE_CHARS_MAX + 1] = "";
    size_t size = 0;
    while (size < PROVIDER_CODE_CHARS_MAX && isalnum((unsigned char)text[size])) {
        code[size] = (char)toupper((unsigned char)text[size]);
        size++;
    }
    if (text[size] != '\0' || size < PROVIDER_CODE_CHARS_MIN)
        return action_fail(
            action, field,
            "is an organisation's code, 2 to 10 letters and digits, such as RX4. If they have none, "
            "name them in the note");
    return keep_id(action, field, code);
}

static bool read_time_value(struct action *action, const struct action_field *field, const char *text)
{
    Concordat__V1__Instant *occurred = &action->occurred;
    if (!words_parse_time(text, &occurred->unix_ms) &&
        !spoken_time_read(text, action->now_ms, &occurred->unix_ms))
        return action_fail(action, field,
                           "takes a time such as 14:05, \"yesterday 14:05\" or 31/01/2026 14:05");
    occurred->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    field_store(action, field, &occurred, sizeof occurred);
    return true;
}

/* Hours, minutes, or both. */
static bool parse_span(const char *text, uint32_t max, uint32_t *minutes)
{
    *minutes = 0;
    while (isdigit((unsigned char)text[0]) && *minutes <= max) {
        char *unit;
        unsigned long count = strtoul(text, &unit, 10);
        if (count > max || (*unit != 'h' && *unit != 'm'))
            return false;
        *minutes += (uint32_t)count * (*unit == 'h' ? 60 : 1);
        text = unit + 1;
    }
    return text[0] == '\0' && *minutes > 0 && *minutes <= max;
}

static bool read_span_value(struct action *action, const struct action_field *field, const char *text)
{
    uint32_t minutes;
    if (!parse_span(text, field->max, &minutes))
        return action_fail(action, field, "is a span such as 45m, 2h or 1h30m, and at most %uh",
                           field->max / 60);
    field_store(action, field, &minutes, sizeof minutes);
    return true;
}

static bool read_flag_value(struct action *action, const struct action_field *field, const char *text)
{
    bool given = true;
    (void)text;
    field_store(action, field, &given, sizeof given);
    return true;
}

static bool (*const readers[])(struct action *, const struct action_field *, const char *) = {
    [ACTION_CASE] = read_case_value,          [ACTION_COUNT] = read_count_value,
    [ACTION_ATTEMPT] = read_count_value,      [ACTION_CODE] = read_code_value,
    [ACTION_TEXT] = read_text_value,          [ACTION_TEAM] = read_text_value,
    [ACTION_AREA] = read_text_value,          [ACTION_PERSON] = read_person_value,
    [ACTION_PROVIDER] = read_provider_value,  [ACTION_TIME] = read_time_value,
    [ACTION_SPAN] = read_span_value,          [ACTION_FLAG] = read_flag_value,
    [ACTION_REFERENCE] = read_reference_value};

bool action_set(struct action *action, const char *name, const char *text)
{
    const struct action_field *field = field_named(action->kind, name);
    if (!field)
        return action_fail(action, NULL, "there is no \"%.40s\" in %s", name, action->kind->name);
    if (!readers[field->value](action, field, text))
        return false;
    action->given |= 1u << (field - action->kind->fields);
    return true;
}

const struct action_field *action_steps(const struct action_kind *kind)
{
    bool has_fields_of_steps = false;
    for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++)
        has_fields_of_steps = has_fields_of_steps || field->of_steps;
    return has_fields_of_steps ? field_named(kind, "step") : NULL;
}

int action_step(const struct action *action)
{
    const struct action_field *field = action_steps(action->kind);
    int step = 0;
    if (field)
        memcpy(&step, (const char *)action + field->at, sizeof step);
    return step;
}

bool action_needs(const struct action_field *field, int step)
{
    return field->needed || field->needed_at & 1u << step;
}

bool action_takes(const struct action_field *field, int step)
{
    return field->of_steps == 0 || field->of_steps & 1u << step;
}

bool action_check(struct action *action)
{
    const struct action_kind *kind = action->kind;
    const char *wrong;
    for (const struct action_field *field = kind->fields; field->value != ACTION_NOTHING; field++) {
        if (field->needed && !field_is_given(action, field))
            return action_fail(action, NULL, "something is missing: %s %s", kind->name, kind->arguments);
        if (field_is_given(action, field) && !action_takes(field, action_step(action)))
            return action_fail(action, field, "does not go with this step");
    }
    wrong = kind->check ? kind->check(action) : NULL;
    return wrong ? action_fail(action, NULL, "%s", wrong) : true;
}

/* 0 if it was not given. */
static uint32_t attempt_given(const struct action *action, const struct action_field *field)
{
    uint32_t attempt;
    memcpy(&attempt, (const char *)action + field->at, sizeof attempt);
    return attempt;
}

bool action_needs_attempt(const struct action *action)
{
    const struct action_field *field = field_with_value(action->kind, ACTION_ATTEMPT);
    return field && attempt_given(action, field) == 0;
}

bool action_needs_changes(const struct action *action)
{
    return action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_SAW_CHANGES &&
           action->body.saw_changes.seq == 0 && action->body.saw_changes.messages_seq == 0;
}

void action_bind_changes(struct action *action, uint64_t changed_seq, uint64_t messages_seq)
{
    if (!action_needs_changes(action))
        return;
    action->body.saw_changes.seq = changed_seq;
    action->body.saw_changes.messages_seq = messages_seq;
}

uint64_t action_messages_seq(const Concordat__V1__CaseStatus *status)
{
    uint64_t latest = 0;
    for (size_t i = 0; i < status->n_messages; i++)
        if (status->messages[i]->for_you)
            latest = status->messages[i]->seq;
    return latest;
}

void action_bind(struct action *action, const uint8_t id[WIRE_ID_BYTES], uint32_t attempt)
{
    const struct action_field *named = field_with_value(action->kind, ACTION_CASE);
    const struct action_field *answered = field_with_value(action->kind, ACTION_ATTEMPT);
    ProtobufCBinaryData bytes = {.len = WIRE_ID_BYTES, .data = action->id};
    assert(named);
    memmove(action->id, id, WIRE_ID_BYTES);
    field_store(action, named, &bytes, sizeof bytes);
    if (answered && attempt_given(action, answered) == 0)
        field_store(action, answered, &attempt, sizeof attempt);
}
