/* noted.h: an entry in the history of a detention, as a message and as the core sees it. */
#ifndef CONCORDAT_RECORD_NOTED_H
#define CONCORDAT_RECORD_NOTED_H

#include "broker/core/event.h"
#include "concordat/v1/event.pb-c.h"
#include "concordat/v1/wire.pb-c.h"

/* The message with the lists that it needs. */
struct packed_noted {
    Concordat__V1__DetentionNoted message;
    Concordat__V1__Instant occurred;
    Concordat__V1__StationGround grounds[STATION_HEALTH + 1];
    Concordat__V1__Flag found[FLAG_BITS];
};

/* Fills in a message that has been initialised; borrows the texts. */
void noted_pack(const struct detention_noted *noted, struct packed_noted *packed);

/* Borrow the texts. False if a code is none that the core knows. */
bool noted_read(const Concordat__V1__DetentionNoted *message, struct detention_noted *noted);
bool noted_read_command(const Concordat__V1__RecordDetention *message, struct detention_entry *entry);

#endif
