/* served_ledger.h: a ledger that several servers keep, whatever engine they are.
 *
 * The log is the fence: a batch is stored only behind the very event, by its chain value, that its writer
 * believes to be the newest. A broker that begins stores an event of its own, and from then on nothing of the
 * one before it can be stored. Locks and pulses only say sooner who may try.
 */
#ifndef CONCORDAT_SERVED_LEDGER_H
#define CONCORDAT_SERVED_LEDGER_H

#include "broker/ledger/served/engine.h"

enum {
    SERVED_CONNECT_MS = 2000, /* patience with one server, until the next is tried */
    SERVED_COMMIT_MS = 2500   /* patience with a commit: then nobody knows, and the broker ends */
};

/* Goes round the engine's servers once, and opens the ledger at the first that lets it; `marked` as
 * ledger_open_marked. Owns the engine from
 * now on, also if it fails; NULL as ledger_open. */
struct ledger *served_ledger_begin(struct engine *engine, bool marked, enum ledger_status *status,
                                   char *message, size_t message_size);

#endif
