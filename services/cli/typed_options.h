/* typed_options.h: options that are a text, a number or a yes, and the words beside them: put as they were
 * typed into a struct of the command, by a table. One thread. */
#ifndef CONCORDAT_CLI_TYPED_OPTIONS_H
#define CONCORDAT_CLI_TYPED_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

struct typed_option {
    int key;
    size_t at;         /* in the struct: a const char *, a bool, or an unsigned if there is a most */
    bool yes;          /* it takes no argument: a bool */
    unsigned most;     /* a number from 1 to this; 0: a text */
    const char *wrong; /* what is said of another number */
};

/* False if the key is none of the table's. Ends the program if a number is wrong. */
bool typed_options_take(struct argp_state *state, const struct typed_option *options, size_t count, int key,
                        const char *argument, void *input);

/* Takes the next word. Ends the program if there were `most` already. */
void typed_options_take_word(struct argp_state *state, const char *argument, const char **words,
                             unsigned most);

#endif
