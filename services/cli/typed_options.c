/* typed_options.c: see typed_options.h. */
#include "services/cli/typed_options.h"

#include <stdlib.h>

static unsigned typed_number(struct argp_state *state, const struct typed_option *option,
                             const char *argument)
{
    char *end;
    unsigned long number = strtoul(argument, &end, 10);
    if (*end || number < 1 || number > option->most)
        argp_error(state, "%s", option->wrong);
    return (unsigned)number;
}

bool typed_options_take(struct argp_state *state, const struct typed_option *options, size_t count, int key,
                        const char *argument, void *input)
{
    for (const struct typed_option *option = options; option < options + count; option++) {
        void *place = (char *)input + option->at;
        if (option->key != key)
            continue;
        if (option->yes)
            *(bool *)place = true;
        else if (option->most)
            *(unsigned *)place = typed_number(state, option, argument);
        else
            *(const char **)place = argument;
        return true;
    }
    return false;
}

void typed_options_take_word(struct argp_state *state, const char *argument, const char **words,
                             unsigned most)
{
    if (state->arg_num >= most)
        argp_error(state, "\"%.40s\" is too much", argument);
    else
        words[state->arg_num] = argument;
}
