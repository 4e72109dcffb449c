/* referral_input.c: options and files of a referral: see referral_input.h. */
#include "services/cli/referral_input.h"

#include <assert.h>
#include <string.h>

#include "proto/words/json.h"
#include "services/desk/referral_fields.h"

enum { FIELDS_MAX = 40, OPTION_FIRST = 0x300, TEXT_BYTES_MAX = 64 * 1024 };

/* Takes out what an editor adds to a text: a byte-order mark, carriage returns, line breaks at the end. */
static void text_of_editor(char *text, size_t size)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t to = 0;
    for (size_t from = strncmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0; from < size; from++)
        if (text[from] != '\r' || text[from + 1] != '\n')
            text[to++] = text[from];
    while (to > 0 && text[to - 1] == '\n')
        to--;
    text[to] = '\0';
}

/* Reads a text to its end. False if it cannot be read, is larger than any text may be, or has a NUL. */
static bool text_read(FILE *file, char text[TEXT_BYTES_MAX + 1])
{
    size_t size = fread(text, 1, TEXT_BYTES_MAX + 1, file);
    if (ferror(file) || size > TEXT_BYTES_MAX || memchr(text, '\0', size))
        return false;
    text[size] = '\0';
    text_of_editor(text, size);
    return true;
}

/* Sets a field from "@FILE" or "-". A text itself is refused, because everybody on the machine can see a
 * command line. */
static void set_from_file(struct argp_state *state, struct referral_input *input,
                          const struct referral_field *field, const char *argument)
{
    static char text[TEXT_BYTES_MAX + 1];
    bool is_input = strcmp(argument, "-") == 0;
    if (!is_input && argument[0] != '@') {
        argp_error(state,
                   "--%s: everybody on this machine can see a command line, so the text is taken from a file "
                   "only: --%s @FILE, or - for standard input",
                   field->name, field->name);
        return;
    }
    FILE *file = is_input ? stdin : fopen(argument + 1, "re");
    bool is_read = file && text_read(file, text) && referral_field_set(input->given, field, text);
    if (file && !is_input)
        fclose(file);
    input->took_standard_input = input->took_standard_input || is_input;
    explicit_bzero(text, sizeof text);
    if (!is_read)
        argp_error(state, "--%s: %s: cannot be read as a text", field->name, argument);
}

static error_t parse_referral_option(int key, char *argument, struct argp_state *state)
{
    struct referral_input *input = state->input;
    const struct referral_field *field;
    if (key == ARGP_KEY_INIT)
        return (input->given = json_object()) != NULL ? 0 : ENOMEM;
    if (key < OPTION_FIRST || key >= OPTION_FIRST + (int)referral_fields_count)
        return ARGP_ERR_UNKNOWN;
    field = &referral_fields[key - OPTION_FIRST];
    if (field->value == REFERRAL_FILE)
        set_from_file(state, input, field, argument);
    else if (!referral_field_set(input->given, field, argument))
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
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    if (!file) {
        snprintf(message, message_size, "%s: cannot be opened", path);
        return NULL;
    }
    json = json_read_file(file, &error);
    if (!is_input)
        fclose(file);
    if (json && json_is_object(json))
        return json;
    if (json)
        snprintf(message, message_size, "%s: should be {\"referral\": {...}, \"confidential\": {...}}", path);
    else
        snprintf(message, message_size, "%s: line %d: not JSON, or not in UTF-8", path, error.line);
    json_decref(json);
    return NULL;
}

ProtobufCMessage *referral_input_read(const struct referral_input *input, const char *path, const char *id,
                                      const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                      char *message, size_t message_size)
{
    struct wire_fault fault;
    ProtobufCMessage *read;
    if (path && strcmp(path, "-") == 0 && input->took_standard_input) {
        snprintf(message, message_size, "standard input is the narrative; give the referral as a file");
        return NULL;
    }
    json_t *json = read_referral_file(path, message, message_size);
    if (!json)
        return NULL;
    read = referral_message(json, input->given, id, descriptor, arena, &fault);
    bool names_path = path && !read;
    snprintf(message, message_size, "%s%s%s", names_path ? path : "", names_path ? ": " : "", fault.text);
    json_decref(json);
    return read;
}
