/* referral_input.c: options and files of a referral: see referral_input.h. */
#include "services/cli/referral_input.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/json.h"
#include "proto/words/now.h"
#include "services/desk/referral_fields.h"

enum { FIELDS_MAX = 80, OPTION_FIRST = 0x300, TEXT_BYTES_MAX = 64 * 1024 };

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

/* Reads the next line of standard input, or of a file its first. */
static bool line_read(FILE *file, const struct referral_field *field, char text[TEXT_BYTES_MAX + 1])
{
    if (isatty(fileno(file)))
        fprintf(stderr, "%s: ", field->words);
    if (!fgets(text, TEXT_BYTES_MAX, file))
        return false;
    text_of_editor(text, strlen(text));
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
                   "--%s: everybody on this machine can see what you type here. Put the text in a file: --%s "
                   "@FILE, or - for standard input",
                   field->name, field->name);
        return;
    }
    FILE *file = is_input ? stdin : fopen(argument + 1, "re");
    bool is_read = file &&
                   (field->value == REFERRAL_LINE ? line_read(file, field, text) : text_read(file, text)) &&
                   referral_field_set(input->given, field, text);
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
    if (field->value == REFERRAL_FILE || field->value == REFERRAL_LINE)
        set_from_file(state, input, field, argument);
    else if (!referral_field_set(input->given, field, argument))
        return ENOMEM;
    return 0;
}

const struct argp *referral_input_argp(void)
{
    static struct argp_option options[FIELDS_MAX + REFERRAL_GROUPS + 1];
    static const struct argp argp = {.options = options, .parser = parse_referral_option};
    struct argp_option *option = options;
    assert(referral_fields_count <= FIELDS_MAX);
    for (size_t i = 0; i < referral_fields_count; i++) {
        const struct referral_field *field = &referral_fields[i];
        int group = (int)field->group + 1;
        if (i == 0 || field->group != referral_fields[i - 1].group)
            *option++ = (struct argp_option){.doc = referral_group_titles[field->group], .group = group};
        *option++ = (struct argp_option){.name = field->name,
                                         .key = OPTION_FIRST + (int)i,
                                         .arg = field->typed,
                                         .doc = field->words,
                                         .group = group};
    }
    *option = (struct argp_option){0};
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

ProtobufCMessage *referral_input_read(const struct referral_input *input, const struct referral_sources *from,
                                      const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                      struct referral_reading *reading, struct wire_fault *fault)
{
    *fault = (struct wire_fault){0};
    if (from->path && strcmp(from->path, "-") == 0 && input->took_standard_input) {
        snprintf(fault->text, sizeof fault->text, "standard input is taken; give the referral as a file");
        return NULL;
    }
    json_t *json = read_referral_file(from->path, fault->text, sizeof fault->text);
    if (!json)
        return NULL;
    ProtobufCMessage *read = referral_message(json, input->given, from->id, from->of, now_wall_ms(),
                                              descriptor, arena, reading, fault);
    json_decref(json);
    return read;
}
