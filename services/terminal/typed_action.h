/* typed_action.h: an action as a person types it: `accept R-0412 20 --attempt 2`, on a command line or at a
 * team's device. Words and options become the action's named values. One thread. */
#ifndef CONCORDAT_TERMINAL_TYPED_ACTION_H
#define CONCORDAT_TERMINAL_TYPED_ACTION_H

#include <argp.h>

#include "services/desk/action.h"

struct typed_action {
    struct action action;
    struct argp argp;                                  /* reads words and options; its input is this struct */
    struct argp_option options[ACTION_FIELDS_MAX + 1]; /* of this action */
    const struct action_field *last;                   /* set by the latest word; NULL before the first */
    char text[ACTION_TEXT_BYTES + 2];    /* the words of one text so far; one too many is kept */
    char fault[ACTION_FAULT_BYTES + 40]; /* why the words could not be read */
};

/* Begins an action, to be read by its argp. It must stay in place until the request has been sent. */
void typed_action_start(struct typed_action *typed, const struct action_kind *kind);

/* Reads typed words; words[0] names the action. False with typed->fault. `words` may be reordered. */
bool typed_action_read(struct typed_action *typed, const struct action_kind *kind, int count, char **words);

#endif
