/* standby.h: how a router comes to lead a ledger on servers: it follows the one that leads, and tries to.
 *
 * Until it leads it listens nowhere, and tells nobody anything but the people who run it. One thread uses it.
 */
#ifndef CONCORDAT_STANDBY_H
#define CONCORDAT_STANDBY_H

#include "broker/ledger/acknowledged.h"
#include "broker/ledger/ledger.h"
#include "broker/shell/follower.h"
#include "broker/shell/recovery.h"

enum {
    STANDBY_TURN_MS = 50 /* between two turns, if there is no more to read */,
    STANDBY_MESSAGE_BYTES = 1024
};

/* How it reaches the world: the process by its machine, a simulation in memory. */
struct standby_calls {
    /* As ledger_open. */
    struct ledger *(*open)(const char *address, enum ledger_status *status, char *message,
                           size_t message_size);
    follower_open_reader *open_reader;
    int64_t (*now_ms)(void); /* of a clock that never jumps */
    /* Tells the people who run it why it does not lead, and what that means. */
    void (*tell)(const char *why, const char *meaning);
    void (*log)(const char *line);
};

/* Begin with standby_open. */
struct standby {
    const struct standby_calls *calls;
    const char *address, *folder;            /* of the ledger, and of this router's state; borrowed */
    const struct acknowledged *acknowledged; /* borrowed */
    struct follower follower;
    bool waited;                      /* it did not lead at once */
    bool refused;                     /* to lead, when it tried last */
    bool told_followed;               /* that it has all events */
    bool compared;                    /* what it follows, with what this router acknowledged */
    int64_t tried_ms;                 /* to lead, or looked whether it may try */
    char told[STANDBY_MESSAGE_BYTES]; /* last, of why it does not lead */
};

enum standby_turned {
    STANDBY_WAITS,    /* and has read all that there is */
    STANDBY_HAS_MORE, /* to read, and waits */
    STANDBY_LEADS,
    STANDBY_REFUSES /* to lead what stands, and has told why: a person has to look. It follows, and looks
                       again */
};

/* All are borrowed until standby_close. */
void standby_open(struct standby *standby, const struct standby_calls *calls, const char *address,
                  const char *folder, const struct acknowledged *acknowledged);
/* Tries to lead if it is time to, and then *ledger is the caller's; else follows. Tells why it does not lead
 * whenever that is another reason than before. */
enum standby_turned standby_turn(struct standby *standby, struct ledger **ledger);

/* The state after the newest event of that ledger: as recovery_read. *kept becomes the event as of which the
 * newest snapshot in the folder is; 0 if there is none. */
struct state *standby_state(struct standby *standby, struct ledger *ledger, uint64_t seed,
                            struct recovery *recovery, uint64_t *kept, char *message, size_t message_size);
void standby_close(struct standby *standby);

#endif
