/* store.h: what is on the simulated disk: events in order, chained by the ledger's own rule.
 *
 * A batch is first pending, as bytes are between a write and its sync; settling it says whether it is there.
 */
#ifndef CONCORDAT_SIMULATION_STORE_H
#define CONCORDAT_SIMULATION_STORE_H

#include "broker/ledger/ledger.h"

struct stored {
    uint8_t *body; /* owned; the confidential part stands behind it */
    size_t size, confidential_size;
    bool with_confidential;
    uint8_t chain[CHAIN_BYTES];
};

struct store {
    struct stored *events; /* owned; event n at n - 1 */
    size_t count;          /* on the disk */
    size_t pending, room;  /* written after these, and not known to be on it */
};

void store_close(struct store *store);
/* False where the numbers do not follow. */
bool store_write(struct store *store, const struct ledger_event *events, size_t count);
void store_settle(struct store *store, bool kept);
/* As ledger_read and ledger_confidential. */
enum ledger_status store_read(const struct store *store, uint64_t after, size_t limit, ledger_each *each,
                              void *context);
enum ledger_status store_confidential(const struct store *store, uint64_t seq, uint8_t *buffer,
                                      size_t capacity, size_t *size);

#endif
