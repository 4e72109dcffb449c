/* setup_person.h: the first person who may sign in: a duty coordinator, in the people file of the gateway.
 * One thread. */
#ifndef CONCORDAT_CLI_SETUP_PERSON_H
#define CONCORDAT_CLI_SETUP_PERSON_H

#include "proto/words/exit_code.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_plan.h"

/* Fails the plan if the gateway's user is not on this machine. */
void setup_person_check(struct plan *plan);
/* Adds the person, unless there is a people file, and prints once what they sign in with. */
enum exit_code setup_person_add(struct plan *plan, const struct setup_answers *answers,
                                const char *coordinator);
/* The same for --dry-run: what would be done. */
void setup_person_show(struct plan *plan, const struct setup_answers *answers, const char *coordinator);

#endif
