/* snapshot.h: parts of memory in a file, so that a start need not replay the whole ledger.
 *
 * A snapshot is never the truth: if it is torn, of another layout or of another history it is not used, and
 * the ledger is replayed from further back. Anybody who can write to the folder can make one that is whole,
 * so a reader compares its digest with what the ledger says of it. A folder holds the newest snapshot that
 * was kept and the one before it.
 */
#ifndef CONCORDAT_SNAPSHOT_H
#define CONCORDAT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/ledger/ledger.h"

enum { SNAPSHOT_PARTS_MAX = 16, SNAPSHOT_ALIGNMENT = 16, SNAPSHOT_DIGEST_BYTES = 32 };

struct snapshot_part {
    const void *bytes;
    size_t size;
};

/* Writes and syncs a snapshot of the state after event `seq`, whose chain value is `chain`; it is not used
 * before snapshot_keep. layout is any number that changes with the meaning of the parts. If `gently`, it
 * leaves the disk alone for nineteen twentieths of the time. *digest becomes the BLAKE2b-256 over the bytes
 * of the parts, in their order. Returns 0, or an errno. Makes only calls that are safe in a forked child.
 * Such a child should first closefrom(3): if it outlived its parent it would keep the ledger locked and the
 * port taken. */
int snapshot_write(const char *folder, uint64_t seq, const uint8_t chain[CHAIN_BYTES], uint32_t layout,
                   const struct snapshot_part *parts, size_t count, bool gently,
                   uint8_t digest[SNAPSHOT_DIGEST_BYTES]);
/* Makes the snapshot that was written last the newest one. Returns 0, or an errno. */
int snapshot_keep(const char *folder);

struct snapshot;

/* Tells whether event `seq` of the ledger has that chain value, and the state after it this digest. */
typedef bool snapshot_accept(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES],
                             const uint8_t digest[SNAPSHOT_DIGEST_BYTES]);

/* The newest snapshot that is whole, of this layout and accepted; NULL if there is none. */
struct snapshot *snapshot_open_newest(const char *folder, uint32_t layout, snapshot_accept *accept,
                                      void *context);
void snapshot_close(struct snapshot **snapshot);

uint64_t snapshot_seq(const struct snapshot *snapshot);
/* One part: read-only, aligned to SNAPSHOT_ALIGNMENT and borrowed until the snapshot is closed. NULL beyond
 * the last part. */
const void *snapshot_part_at(const struct snapshot *snapshot, size_t index, size_t *size);

#endif
