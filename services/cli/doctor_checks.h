/* doctor_checks.h: the checks of `concordat doctor`. Each says what it found by doctor.h; the policy comes
 * first, because it says whose keys there must be. One thread. */
#ifndef CONCORDAT_CLI_DOCTOR_CHECKS_H
#define CONCORDAT_CLI_DOCTOR_CHECKS_H

#include "services/cli/doctor.h"

/* Has the router check the policy, once; then the names of it are known if it is good. */
void doctor_ask_of_policy(struct doctor *doctor);

void doctor_check_policy(struct doctor *doctor);   /* wrong, gaps, bank holidays */
void doctor_check_rights(struct doctor *doctor);   /* who owns, reads and writes each file */
void doctor_check_keys(struct doctor *doctor);     /* pairs, and whom each is for */
void doctor_check_clock(struct doctor *doctor);    /* of this machine */
void doctor_check_disk(struct doctor *doctor);     /* of each state folder */
void doctor_check_programs(struct doctor *doctor); /* installed, of one version */
void doctor_check_formats(struct doctor *doctor);  /* of what is stored */
void doctor_check_running(struct doctor *doctor);  /* each runs, and is the one that is installed */
void doctor_check_ports(struct doctor *doctor);    /* nothing listens but where it is to */
void doctor_check_units(struct doctor *doctor);    /* enabled, active, seldom restarted */
void doctor_check_router(struct doctor *doctor);   /* it answers, and what it says of itself */
void doctor_check_intakes(struct doctor *doctor);  /* each answers a device */
void doctor_check_gateway(struct doctor *doctor);  /* its socket answers */
void doctor_check_certificate(struct doctor *doctor);
void doctor_check_proxy(struct doctor *doctor); /* it answers, and drops forged headers */

#endif
