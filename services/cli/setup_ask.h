/* setup_ask.h: a question at a terminal, and its answer. One thread. */
#ifndef CONCORDAT_CLI_SETUP_ASK_H
#define CONCORDAT_CLI_SETUP_ASK_H

#include <stdbool.h>

/* The line that was typed, or what is usual (NULL: nothing is) if it is empty, to be freed. NULL if the input
 * has ended or Ctrl-C was pressed. */
char *setup_ask(const char *words, const char *usual);
/* Whether the answer is yes; an empty one, the end of the input and Ctrl-C are no. */
bool setup_ask_yes(const char *words);

#endif
