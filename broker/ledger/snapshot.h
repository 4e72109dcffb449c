/* snapshot.h: regions of memory in a file, to start quickly: what a replay up to one event came to.
 *
 * A snapshot is never the truth: one that is torn, of another layout or of another history is not used, and
 * the ledger is replayed from further back. A folder has the newest and the one before it.
 */
#ifndef CONCORDAT_SNAPSHOT_H
#define CONCORDAT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/ledger/ledger.h"

enum { SNAPSHOT_PARTS_MAX = 16, SNAPSHOT_ALIGNMENT = 16 };

struct snapshot_part {
    const void *bytes;
    size_t size;
};

/* Writes and syncs a snapshot of the state after event `seq`. layout is any number that changes with the
 * meaning of the parts. Gently: it leaves the disk alone for nineteen twentieths of the time. 0, or an errno.
 * Makes only calls that are safe in a forked child (which should first closefrom(3): outliving its parent, it
 * would keep the parent's ledger locked and its port taken). */
int snapshot_write(const char *folder, uint64_t seq, const uint8_t chain[CHAIN_BYTES], uint32_t layout,
                   const struct snapshot_part *parts, size_t count, bool gently);

struct snapshot;

/* Whether the ledger's event `seq` has that chain value. */
typedef bool snapshot_accept(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES]);

/* The newest snapshot that is whole, of this layout and accepted; NULL where there is none. */
struct snapshot *snapshot_open_newest(const char *folder, uint32_t layout, snapshot_accept *accept,
                                      void *context);
void snapshot_close(struct snapshot **snapshot);

uint64_t snapshot_seq(const struct snapshot *snapshot);
/* Read-only and aligned to SNAPSHOT_ALIGNMENT, until the snapshot is closed. NULL beyond the last part. */
const void *snapshot_part_at(const struct snapshot *snapshot, size_t index, size_t *size);

#endif
