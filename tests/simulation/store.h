/* store.h: the events on the simulated disk, in order, chained by the ledger's own rule.
 *
 * A batch is first pending, as bytes are between a write and its sync. Settling it decides whether it is
 * there.
 */
#ifndef CONCORDAT_SIMULATION_STORE_H
#define CONCORDAT_SIMULATION_STORE_H

#include "broker/ledger/ledger.h"

struct stored {
    uint8_t *body;            /* owned; the sealed texts follow it */
    size_t size, sealed_size; /* 0: none */
    uint8_t chain[CHAIN_BYTES], reduced[CHAIN_BYTES];
    int64_t at_ms;
    uint32_t kind;
    bool has_referral;
    uint8_t referral[LEDGER_REFERRAL_BYTES];
};

struct store {
    struct stored *events; /* owned; event n at n - 1 */
    size_t count;          /* how many are on the disk */
    size_t pending, room;  /* how many were written after these and may not be on the disk */
};

void store_close(struct store *store);
/* Returns false if the numbers do not follow. */
bool store_write(struct store *store, const struct ledger_event *events, size_t count);
void store_settle(struct store *store, bool kept);
/* The same as ledger_read and ledger_sealed. */
enum ledger_status store_read(const struct store *store, uint64_t after, size_t limit, ledger_each *each,
                              void *context);
enum ledger_status store_sealed(const struct store *store, uint64_t seq, uint8_t *buffer, size_t capacity,
                                size_t *size);

#endif
