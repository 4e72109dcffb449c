/* action_now.h: which actions make sense in the state that a case is in, for one table to say it to every
 * screen. The server decides by itself what it takes. Pure; any thread. */
#ifndef CONCORDAT_DESK_ACTION_NOW_H
#define CONCORDAT_DESK_ACTION_NOW_H

#include "services/desk/action.h"

/* For somebody of that role, at the team or desk `of`. An action that names no case always does. */
bool action_makes_sense(const struct action_kind *kind, Concordat__V1__Role role, const char *of,
                        const Concordat__V1__CaseStatus *status, int64_t now_ms);

/* The actions about the case that make sense, in the order in which they are likely. Returns how many there
 * are; the first `likely` are what usually comes next. */
enum { ACTIONS_NOW_MAX = 48 };
size_t action_now_list(Concordat__V1__Role role, const char *of, const Concordat__V1__CaseStatus *status,
                       int64_t now_ms, const struct action_kind *kinds[ACTIONS_NOW_MAX], size_t *likely);

#endif
