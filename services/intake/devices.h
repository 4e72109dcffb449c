/* devices.h: the intake as a server: which devices are there, and what each is told.
 *
 * A device says hello on its connection first (proto/server/greeting.h). Only keys of the role referrer are
 * served. Every device of an intake sees all of that intake's referrals.
 */
#ifndef CONCORDAT_INTAKE_DEVICES_H
#define CONCORDAT_INTAKE_DEVICES_H

#include "proto/server/server.h"
#include "services/intake/commands.h"

struct devices;

/* Asks the router for a record; false: it cannot be asked now. */
typedef bool devices_read(void *context, Concordat__V1__Request *request);

/* Borrows all of them until devices_close. NULL when memory is short. */
struct devices *devices_open(struct server *server, struct commands *commands, devices_read *read,
                             void *context);
void devices_close(struct devices **devices);

/* Answers the messages that wait, but not more than a bound. OK; or FAILED if the outbox failed, which the
 * device has then been told. */
enum outbox_status devices_turn(struct devices *devices, int64_t now_ms);

/* Passes the router's answer to a reading on to the device that asked. False: it answers none. */
bool devices_pass_record(struct devices *devices, const Concordat__V1__Message *message);

/* Tells every device that wants news a status, which the router told at `heard_ms`; 0: it was stored here. */
void devices_tell(struct devices *devices, const Concordat__V1__CaseStatus *status, int64_t heard_ms);

#endif
