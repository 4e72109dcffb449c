/* standby.h: a router that does not lead: it follows the ledger on its servers, so that it knows everything
 * when it may lead, and tries to.
 *
 * It listens nowhere, and tells nobody anything. One thread uses it.
 */
#ifndef CONCORDAT_STANDBY_H
#define CONCORDAT_STANDBY_H

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"
#include "broker/ledger/ledger_reader.h"
#include "broker/shell/recovery.h"

enum { STANDBY_TURN_MS = 50 /* between two calls of standby_turn */, STANDBY_MESSAGE_BYTES = 512 };

/* Start with zeros, address and folder. */
struct standby {
    const char *address, *folder;     /* of the ledger, and of its snapshots; borrowed */
    struct ledger_reader *reader;     /* owned */
    struct state *state;              /* owned: as of the event that the reader has come to */
    int64_t tried_ms;                 /* to lead */
    char told[STANDBY_MESSAGE_BYTES]; /* last, of why it does not lead */
};

/* Follows, and tries to lead if it is time to. Returns the ledger once this router leads; NULL: not yet, or
 * *status says that it never will (LEDGER_CORRUPT, LEDGER_OTHER_VERSION), and told why. Logs why it does not
 * lead whenever that is another reason than before. */
struct ledger *standby_turn(struct standby *standby, enum ledger_status *status);

/* The state after the newest event of the ledger that standby_turn returned: as recovery_read. */
struct state *standby_state(struct standby *standby, struct ledger *ledger, uint64_t seed,
                            struct recovery *recovery, char *message, size_t message_size);
void standby_close(struct standby *standby);

#endif
