/* typed_action.c: words and options as values of an action: see typed_action.h. */
#include "services/terminal/typed_action.h"

#include <stdio.h>
#include <string.h>

#include "proto/words/now.h"

enum { OPTION_FIRST = 0x200 };

/* The action's fault, with the field called as it is typed. */
static bool typed_fail(struct typed_action *typed)
{
    const struct action_field *field = typed->action.faulty;
    const char *called = !field ? "" : field->option ? field->name : field->typed;
    snprintf(typed->fault, sizeof typed->fault, "%s%s%s%s", field && field->option ? "--" : "", called,
             field ? " " : "", typed->action.fault);
    return false;
}

static bool typed_too_much(struct typed_action *typed, const char *word)
{
    const struct action_kind *kind = typed->action.kind;
    char step[WORDS_MAX];
    if (typed->last && typed->last->codes == &concordat__v1__step__descriptor) {
        action_typed_word(typed->last->codes, (int)typed->action.body.check_in.step, step);
        snprintf(typed->fault, sizeof typed->fault, "nothing follows \"%s\"", step);
    } else {
        snprintf(typed->fault, sizeof typed->fault, "\"%.40s\" is too much: %s %s", word, kind->name,
                 kind->arguments);
    }
    return false;
}

/* The option that was given and goes on with the words after it; NULL: none. */
static const struct action_field *typed_option_with_rest(const struct typed_action *typed)
{
    for (const struct action_field *field = typed->action.kind->fields; field->value != ACTION_NOTHING;
         field++)
        if (field->option && field->rest && typed->text[0])
            return field;
    return NULL;
}

/* The field of the next word: the first after the latest that goes with what was typed. */
static const struct action_field *typed_field(const struct typed_action *typed)
{
    const struct action_field *field = typed->last ? typed->last + 1 : typed->action.kind->fields;
    if (typed->last && typed->last->rest)
        return typed->last;
    while (field->value != ACTION_NOTHING &&
           (field->option || !action_takes(field, action_step(&typed->action))))
        field++;
    return field->value == ACTION_NOTHING ? typed_option_with_rest(typed) : field;
}

static const char *typed_text(struct typed_action *typed, const char *word)
{
    size_t used = strlen(typed->text);
    snprintf(typed->text + used, sizeof typed->text - used, "%s%s", used > 0 ? " " : "", word);
    return typed->text;
}

static bool typed_word(struct typed_action *typed, const char *word)
{
    const struct action_field *field = typed_field(typed);
    if (!field)
        return typed_too_much(typed, word);
    typed->last = field;
    return action_set(&typed->action, field->name, field->rest ? typed_text(typed, word) : word) ||
           typed_fail(typed);
}

static bool typed_option(struct typed_action *typed, const struct action_field *field, const char *argument)
{
    const char *text = argument ? argument : "";
    return action_set(&typed->action, field->name, field->rest ? typed_text(typed, text) : text) ||
           typed_fail(typed);
}

static error_t parse_typed(int key, char *argument, struct argp_state *state)
{
    struct typed_action *typed = state->input;
    const struct action_kind *kind = typed->action.kind;
    bool read;
    if (key == ARGP_KEY_ARG)
        read = typed_word(typed, argument);
    else if (key == ARGP_KEY_END)
        read = action_check(&typed->action) || typed_fail(typed);
    else if (key >= OPTION_FIRST && key < OPTION_FIRST + ACTION_FIELDS_MAX)
        read = typed_option(typed, &kind->fields[key - OPTION_FIRST], argument);
    else
        return ARGP_ERR_UNKNOWN;
    if (!read)
        argp_error(state, "%s", typed->fault);
    return read ? 0 : EINVAL;
}

void typed_action_start(struct typed_action *typed, const struct action_kind *kind)
{
    struct argp_option *option = typed->options;
    *typed = (struct typed_action){.argp.parser = parse_typed};
    action_start(&typed->action, kind);
    typed->action.now_ms = now_wall_ms();
    for (int i = 0; kind->fields[i].value != ACTION_NOTHING; i++) {
        const struct action_field *field = &kind->fields[i];
        if (field->option)
            *option++ = (struct argp_option){
                .name = field->name, .key = OPTION_FIRST + i, .arg = field->typed, .doc = field->option};
    }
    if (option > typed->options) /* for a table without options argp's help would lose memory */
        typed->argp.options = typed->options;
}

bool typed_action_read(struct typed_action *typed, const struct action_kind *kind, int count, char **words)
{
    typed_action_start(typed, kind);
    if (argp_parse(&typed->argp, count, words, ARGP_SILENT, NULL, typed) == 0)
        return true;
    if (typed->fault[0] == '\0') /* argp itself could not read an option */
        snprintf(typed->fault, sizeof typed->fault, "%s %s", kind->name, kind->arguments);
    return false;
}
