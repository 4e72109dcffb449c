/* standing.h: how the router stands, when one of those asks who run a part of the service. Which role may
 * ask, and which is told of cases, stands in roles.c. Nothing is told of one person. */
#ifndef CONCORDAT_STANDING_H
#define CONCORDAT_STANDING_H

#include "broker/shell/asking.h"

struct broker;

void standing_answer(struct broker *broker, const struct asking *asking);

#endif
