/* rules.h: what must hold between the parts of a policy that are each right in themselves. */
#ifndef CONCORDAT_POLICY_RULES_H
#define CONCORDAT_POLICY_RULES_H

#include "broker/policy/reader.h"

/* Every urgent person is covered by a standard, and no team may answer later than a standard allows. For a
 * file in which nothing else is wrong. */
void rules_check(struct reader *reader, const struct spot *file);

#endif
