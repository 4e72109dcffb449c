/* salts.h: the salts of events: drawn many at a time, because to draw one takes as long as to pack an event.
 */
#ifndef CONCORDAT_SALTS_H
#define CONCORDAT_SALTS_H

#include "broker/record/record.h"
#include "broker/shell/ports.h"

enum { SALTS_DRAWN = 128 /* at a time */ };

struct salts {
    uint8_t bytes[SALTS_DRAWN][EVENT_SALT_BYTES];
    size_t left;
};

/* The next salt, which no other event gets; borrowed until the next call. */
const uint8_t *salts_next(struct salts *salts, const struct broker_ports *ports);

#endif
