/* readings.h: which devices wait for a record that the router was asked for.
 *
 * Nothing confidential is kept at an intake once the router has it, so a device that reads what was told of a
 * case asks the router through its intake. What comes back is passed on as it is, and never stored.
 */
#ifndef CONCORDAT_INTAKE_READINGS_H
#define CONCORDAT_INTAKE_READINGS_H

#include "proto/server/server.h"
#include "proto/wire/wire.h"
#include "services/intake/limits.h"

/* All zero at first. */
struct readings {
    struct reading {
        uint8_t command_id[WIRE_ID_BYTES];
        struct server_route route;
        int64_t asked_ms; /* monotonic */
    } waiting[READINGS_MAX];
    size_t count;
};

/* Notes that the device at this connection waits for the answer to a request. False if too many wait. A
 * request that is sent again is noted once, for the connection that it came by last; *is_new tells that. */
bool readings_note(struct readings *readings, const uint8_t *command_id, const struct server_route *route,
                   int64_t mono_ms, bool *is_new);
/* Takes out the reading that a message answers. False if nobody waits for it. */
bool readings_take(struct readings *readings, const ProtobufCBinaryData *command_id,
                   struct server_route *route);

#endif
