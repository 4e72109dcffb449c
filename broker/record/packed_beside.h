/* packed_beside.h: a request beside the case, as a message and as the core sees it. */
#ifndef CONCORDAT_RECORD_PACKED_BESIDE_H
#define CONCORDAT_RECORD_PACKED_BESIDE_H

#include "broker/core/event.h"
#include "concordat/v1/event.pb-c.h"

/* The message with the list that it needs. */
struct packed_beside {
    Concordat__V1__BesideNoted message;
    Concordat__V1__Flag found[FLAG_BITS];
};

/* Fill in a message that has been initialised; borrow the texts. */
void beside_pack(const struct beside_noted *noted, struct packed_beside *packed);
void beside_pack_chased(const struct beside_noted *chased, Concordat__V1__BesideChased *message);

/* Borrow the texts. False if a code is none that the core knows, or a text is too long. */
bool beside_read(const Concordat__V1__BesideNoted *message, struct beside_noted *noted);
void beside_read_chased(const Concordat__V1__BesideChased *message, struct beside_noted *chased);

#endif
