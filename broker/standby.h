/* standby.h: how a router comes to lead a ledger on servers: it follows the one that leads, and tries to.
 *
 * Until it leads it listens nowhere, and tells nobody anything. One thread uses it.
 */
#ifndef CONCORDAT_STANDBY_H
#define CONCORDAT_STANDBY_H

#include "broker/ledger/acknowledged.h"
#include "broker/ledger/ledger.h"
#include "broker/shell/follower.h"
#include "broker/shell/recovery.h"
#include "proto/words/metrics.h"

enum { STANDBY_MESSAGE_BYTES = 1024 };

/* Start with zeros, and with what is borrowed. */
struct standby {
    const char *address, *folder;            /* of the ledger, and of this router's state; borrowed */
    const struct acknowledged *acknowledged; /* borrowed */
    struct metrics *metrics;                 /* borrowed */
    int signals;                             /* of signalfd: SIGTERM and SIGINT stop it; borrowed */
    struct follower follower;                /* with address and folder, from standby_await on */
    bool waited;                             /* it did not lead at once */
    bool told_followed;                      /* that it has all events */
    bool compared;                           /* what it follows, with what this router acknowledged */
    int64_t tried_ms;                        /* to lead */
    char told[STANDBY_MESSAGE_BYTES];        /* last, of why it does not lead */
};

/* Writes, into a file of figures that was begun, whether this router leads. */
void standby_write_leads(struct metrics *metrics, bool leads);

enum standby_end {
    STANDBY_LEADS,
    STANDBY_STOPPED, /* by a signal */
    STANDBY_REFUSES  /* and has said why: a person has to look */
};

/* Follows until this router leads, and then *ledger is the caller's. Logs why it does not lead whenever that
 * is another reason than before. */
enum standby_end standby_await(struct standby *standby, struct ledger **ledger);

/* The state after the newest event of that ledger: as recovery_read. *kept becomes the event as of which the
 * newest snapshot in the folder is; 0 if there is none. */
struct state *standby_state(struct standby *standby, struct ledger *ledger, uint64_t seed,
                            struct recovery *recovery, uint64_t *kept, char *message, size_t message_size);
void standby_close(struct standby *standby);

#endif
