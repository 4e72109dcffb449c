/* setup_units.h: the units of a site (deploy/units), and which files each of them has to read anew when they
 * change. One thread. */
#ifndef CONCORDAT_CLI_SETUP_UNITS_H
#define CONCORDAT_CLI_SETUP_UNITS_H

#include <stdbool.h>

#include "services/cli/setup_answers.h"
#include "services/cli/setup_plan.h"

/* Enables and starts the units and the proxy by systemd. Those that run and have something of the plan to
 * read anew are restarted or reloaded, and the others are left alone. False if one does not run, which was
 * told. `is_first`: the site has never run whole, so the proxy reads its site whatever the plan has. */
bool setup_units_start(const struct plan *plan, const struct setup_answers *answers, bool is_first);
/* Says what to type instead. */
void setup_units_say(const struct plan *plan, const struct setup_answers *answers, bool is_first);

#endif
