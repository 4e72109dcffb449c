/* greet.h: answers hello, which begins a session, and ping (proto/server/greeting.h decides that they are
 * due). */
#ifndef CONCORDAT_GREET_H
#define CONCORDAT_GREET_H

#include "broker/shell/asking.h"

struct broker;

void greet_hello(struct broker *broker, const struct asking *asking);
void greet_ping(struct broker *broker, const struct asking *asking);

#endif
