/* setup_partner.h: lets one more program or machine in: a key of its own, made here and admitted, whose
 * secret half is handed over. One thread. */
#ifndef CONCORDAT_CLI_SETUP_PARTNER_H
#define CONCORDAT_CLI_SETUP_PARTNER_H

#include "proto/words/exit_code.h"
#include "services/cli/setup_check.h"
#include "services/cli/setup_plan.h"

struct setup_partner {
    const char *name; /* of the key: letters, digits, dashes */
    const char *role; /* referrer, team, coordinator, auditor or inspector */
    const char *of;   /* the id of their source, team or coordinator, or an organisation */
};

/* `names`: the coordinators and teams of the site's policy. Makes nothing if anything is wrong, which is
 * told. */
enum exit_code setup_partner_admit(struct plan *plan, const struct setup_partner *partner,
                                   const struct setup_names *names, bool dry_run);

#endif
