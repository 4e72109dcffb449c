/* referral_input.c: options and files of a referral: see referral_input.h. */
#include "services/cli/referral_input.h"

#include <assert.h>
#include <string.h>

#include "services/desk/referral_fields.h"

enum { FIELDS_MAX = 40, OPTION_FIRST = 0x300 };

static error_t parse_referral_option(int key, char *argument, struct argp_state *state)
{
    struct referral_input *input = state->input;
    const struct referral_field *field;
    if (key == ARGP_KEY_INIT)
        return (input->given = json_object()) != NULL ? 0 : ENOMEM;
    if (key < OPTION_FIRST || key >= OPTION_FIRST + (int)referral_fields_count)
        return ARGP_ERR_UNKNOWN;
    field = &referral_fields[key - OPTION_FIRST];
    if (!referral_field_set(input->given, field, argument))
        argp_error(state, "--%s: cannot be read; %s", field->name, field->words);
    return 0;
}

const struct argp *referral_input_argp(void)
{
    static struct argp_option options[FIELDS_MAX + 1];
    static const struct argp argp = {.options = options, .parser = parse_referral_option};
    assert(referral_fields_count <= FIELDS_MAX);
    for (size_t i = 0; i < referral_fields_count; i++) {
        const struct referral_field *field = &referral_fields[i];
        options[i] = (struct argp_option){
            .name = field->name, .key = OPTION_FIRST + (int)i, .arg = field->typed, .doc = field->words};
    }
    return &argp;
}

void referral_input_close(struct referral_input *input)
{
    json_decref(input->given);
    input->given = NULL;
}

static json_t *read_referral_file(const char *path, char *message, size_t message_size)
{
    json_error_t error;
    json_t *json;
    if (!path)
        return json_object();
    json = strcmp(path, "-") == 0 ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                                  : json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (json && json_is_object(json))
        return json;
    if (json)
        snprintf(message, message_size, "%s: should be {\"referral\": {...}, \"confidential\": {...}}", path);
    else if (error.line > 0)
        snprintf(message, message_size, "%s: line %d: not JSON", path, error.line);
    else
        snprintf(message, message_size, "%s: cannot be opened", path);
    json_decref(json);
    return NULL;
}

ProtobufCMessage *referral_input_read(const struct referral_input *input, const char *path, const char *id,
                                      const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                      char *message, size_t message_size)
{
    struct wire_fault fault;
    json_t *json = read_referral_file(path, message, message_size);
    ProtobufCMessage *read;
    if (!json)
        return NULL;
    read = referral_message(json, input->given, id, descriptor, arena, &fault);
    if (!read)
        snprintf(message, message_size, "%s%s%s", path ? path : "", path ? ": " : "", fault.text);
    json_decref(json);
    return read;
}
