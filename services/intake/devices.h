/* devices.h: the intake as a server: its devices, who of them is there, and what each is told.
 *
 * A device must say hello on its connection first. Only keys of the role referrer are served, and every
 * device of an intake sees all of that intake's referrals.
 */
#ifndef CONCORDAT_INTAKE_DEVICES_H
#define CONCORDAT_INTAKE_DEVICES_H

#include "proto/server/server.h"
#include "services/intake/commands.h"

struct devices;

/* Both borrowed until devices_close. NULL where memory is short. */
struct devices *devices_open(struct server *server, struct commands *commands);
void devices_close(struct devices **devices);

/* Answers what waits, up to a bound. OK, or FAILED where the outbox did: the device has then been told. */
enum outbox_status devices_turn(struct devices *devices, int64_t now_ms);

/* Tells a status to every device that wants news. */
void devices_tell(struct devices *devices, const Concordat__V1__CaseStatus *status);

#endif
