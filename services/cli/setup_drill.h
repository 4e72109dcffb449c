/* setup_drill.h: the drill that a site sends once, when it first runs. A small file keeps that it did. One
 * thread. */
#ifndef CONCORDAT_CLI_SETUP_DRILL_H
#define CONCORDAT_CLI_SETUP_DRILL_H

#include "proto/words/exit_code.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_plan.h"

/* Whether the site under the plan's root has never run: a first run that failed does not count. */
bool setup_drill_is_due(struct plan *plan);
/* Sends it, shows its answer, and notes its number and the time; or, if no drill is wanted, that there is
 * none. */
enum exit_code setup_drill_send(struct plan *plan, const struct setup_answers *answers);
/* Says what to type. */
void setup_drill_say(const struct setup_answers *answers);

#endif
