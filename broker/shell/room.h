/* room.h: what is still taken when the disk is nearly full.
 *
 * Below the floor new work is taken only if it is short, and no exercise; below a quarter of it, no new work
 * at all. Whatever a person answers is taken to the last: an offer that cannot be accepted would be worse
 * than a referral that is refused, because the referrer is told at once whom to ring. Presence, capacity and
 * the reading of records are taken too: they are small, and without them nobody is asked or can go.
 */
#ifndef CONCORDAT_ROOM_H
#define CONCORDAT_ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include "broker/shell/ports.h"
#include "proto/wire/wire.h"

struct broker;

struct room_watch {
    enum room { ROOM_ENOUGH, ROOM_LITTLE, ROOM_LEAST } now;
    size_t written; /* events, since the disk was looked at */
};

/* Looks at the disk, and tells the operator if it has become another room. To be called once a second. */
void room_look(struct broker *broker);
/* Looks at it too after so many events that a small disk could have become full. */
void room_note_written(struct broker *broker, size_t events);

/* Whether there is room for a request of so many bytes. A repeat of what was done needs none. */
bool room_takes(const struct broker *broker, const Concordat__V1__Request *request, size_t bytes);

#endif
