/* action_labels.h: what a page calls each field of an action that it asks for, and each action.
 *
 * The names of action.h are typed; these are read. Pure; any thread. */
#ifndef CONCORDAT_DESK_ACTION_LABELS_H
#define CONCORDAT_DESK_ACTION_LABELS_H

#include "services/desk/action.h"

struct action_label {
    const char *action; /* NULL: that field of each action that has no row of its own */
    const char *field;
    const char *label, *hint; /* no hint: NULL */
};

/* True if a page asks for it: the case and the offer's attempt are the page's own, and a yes is asked for
 * when the rest is known. */
bool action_asks_for(const struct action_field *field);
/* Each field that a page asks for has one. NULL for others. */
const struct action_label *action_label(const struct action_kind *kind, const struct action_field *field);
/* The table; the last row has no field. */
extern const struct action_label action_labels[];

/* What a page calls the steps of an action that has some, in the order in which they come; each has one. NULL
 * behind the last. */
struct action_step_label {
    const char *action;
    int step;
    const char *label, *hint; /* no hint: NULL */
};
const struct action_step_label *action_step_label(const struct action_kind *kind, size_t at);

/* What a button says that leads to it: "Say that you saw it". Each action has that. */
const char *action_button(const struct action_kind *kind);
/* What follows if it is sent, in a sentence; NULL: its fields say it. */
const char *action_follows(const struct action_kind *kind);

#endif
