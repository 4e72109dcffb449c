/* action_checks.h: what the values of an action must say together; for the table of action_kinds.c alone.
 *
 * Each function sets what goes without saying, and returns in words what is wrong; NULL: nothing.
 */
#ifndef CONCORDAT_DESK_ACTION_CHECKS_H
#define CONCORDAT_DESK_ACTION_CHECKS_H

#include "services/desk/action.h"

typedef const char *action_values_check(struct action *action);
action_values_check check_in_check, decline_check, close_check, cover_check, shift_handover_check,
    handed_over_check, hold_check, detention_check, seen_check, tried_check, who_check, saw_closing_check;

#endif
