/* setup_start.h: a site that begins: its units are started, and a first drill goes through. One thread. */
#ifndef CONCORDAT_CLI_SETUP_START_H
#define CONCORDAT_CLI_SETUP_START_H

#include "proto/words/exit_code.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_plan.h"

/* Starts the units and the proxy by systemd, and sends the drill if the site has never run; if systemd does
 * not run here, or the site is under a root, says what to type instead. The plan was made. */
enum exit_code setup_start(struct plan *plan, const struct setup_answers *answers);
/* Says what to type. */
void setup_start_say(struct plan *plan, const struct setup_answers *answers);

#endif
