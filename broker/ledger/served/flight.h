/* flight.h: the events that were sent to the servers and are not answered yet, kept so that they can be read:
 * the servers show nobody what is not committed.
 */
#ifndef CONCORDAT_FLIGHT_H
#define CONCORDAT_FLIGHT_H

#include "broker/ledger/ledger.h"

/* Start with zeros. */
struct flight {
    struct ledger_event *events; /* owned; what they point to is in `bytes` */
    uint8_t (*chains)[CHAIN_BYTES];
    uint8_t *bytes; /* owned */
    size_t count, room, bytes_room;
};

/* Copies events and makes their chain values; `before` is that of the event before them. False if memory is
 * short. */
bool flight_take(struct flight *flight, const struct ledger_event *events, size_t count,
                 const uint8_t before[CHAIN_BYTES]);
/* They have landed. */
void flight_clear(struct flight *flight);
void flight_close(struct flight *flight);

/* Its place in the arrays; SIZE_MAX if the event is not among them. */
size_t flight_find(const struct flight *flight, uint64_t seq);

#endif
