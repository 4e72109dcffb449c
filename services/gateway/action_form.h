/* action_form.h: the form of an action, made from its row of the table in services/desk: which fields it has,
 * how each is asked, what was typed, and the fault at its field. One thread. */
#ifndef CONCORDAT_GATEWAY_ACTION_FORM_H
#define CONCORDAT_GATEWAY_ACTION_FORM_H

#include "services/desk/action.h"
#include "services/gateway/form.h"
#include "services/gateway/html.h"
#include "services/gateway/pages.h"
#include "services/gateway/said.h"

enum { ACTION_RULES_MAX = ACTION_FIELDS_MAX + 3 };

/* The fields that the form of this action may have. Returns how many. */
size_t action_form_rules(const struct action_kind *kind, struct form_rule rules[ACTION_RULES_MAX]);

/* Sets what was typed, which may be nothing of the form, and checks it. False with the action's fault. */
bool action_form_read(struct action *action, const struct form *form, int64_t now_ms);

/* A form that was sent asks once more if nobody can undo what it does, or if the person has died. */
bool action_form_asks_again(const struct action *action, const struct form *form);

struct action_form {
    const struct action_kind *kind;
    const struct page_frame *frame;
    const char *number;        /* of the case; NULL: the action names none */
    const struct form *typed;  /* what was sent; NULL: nothing yet */
    const struct action *read; /* of what was sent, with its fault; NULL: no fault of a field */
    const char *problem;       /* why it was not done; NULL: nothing is wrong */
    bool is_unknown;           /* no answer came, so it may have been done */
    bool asks_again;
    const char *of;                    /* the id of the reader's team, coordinator or source */
    const Concordat__V1__Board *board; /* of the desk, which knows names; NULL: not yet */
    int next_step;                     /* of an action of steps: the one to be recorded next; 0: not known */
    uint32_t attempt;                  /* of the live offer; 0: not needed */
    const uint8_t *command_id;         /* of the form; NULL: a new one */
    const char *(*given)(void *context, const char *name); /* what a field begins with; or NULL */
    void *context;
};

/* Writes the page. */
void action_form_write(struct html *html, const struct action_form *form);

#endif
