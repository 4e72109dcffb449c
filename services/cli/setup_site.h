/* setup_site.h: what the programs of a site read: keys, settings and desks, each where its unit
 * (deploy/units) names it. One thread. */
#ifndef CONCORDAT_CLI_SETUP_SITE_H
#define CONCORDAT_CLI_SETUP_SITE_H

#include "services/cli/setup_answers.h"
#include "services/cli/setup_check.h"
#include "services/cli/setup_plan.h"

#define SETUP_ETC          "/etc/concordat"
#define SETUP_DESKS_FOLDER SETUP_ETC "/private/desks"

/* Plans all of it but the policy, for the coordinators and teams that the policy names. */
void setup_site_plan(struct plan *plan, const struct setup_answers *answers, const struct setup_names *names);
/* The folders alone: first of all. */
void setup_site_plan_folders(struct plan *plan, const struct setup_answers *answers);

#endif
