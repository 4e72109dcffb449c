/* greet.h: how a conversation begins and is kept up: hello and ping. */
#ifndef CONCORDAT_GREET_H
#define CONCORDAT_GREET_H

#include "broker/shell/asking.h"

struct broker;

void greet_hello(struct broker *broker, const struct asking *asking);
void greet_ping(struct broker *broker, const struct asking *asking);

#endif
