/* settled.h: asks a desk for a command that an intake saves before the router has answered it.
 *
 * The router answers within a moment, almost always, and a person should read that answer and not the alarm
 * that nobody has it yet. One thread. */
#ifndef CONCORDAT_GATEWAY_SETTLED_H
#define CONCORDAT_GATEWAY_SETTLED_H

#include "services/gateway/desk.h"

/* As desk_ask; but an answer that says SAVED is told only when the router has not answered within SETTLED_MS.
 * The request has a command id. */
void settled_ask(struct desk *desk, const Concordat__V1__Request *request,
                 const Concordat__V1__Person *person, desk_done *done, void *context);

#endif
