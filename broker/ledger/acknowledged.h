/* acknowledged.h: the newest event that this router has answered for, kept in its state folder: a router does
 * not lead on a history that lacks that event, or has another one in its place.
 *
 * Servers can bring an older history back: a server that was away, a backup, a person's command. Whoever was
 * told that an event is kept can see that such a history is not the one that was acknowledged. A ledger in a
 * file needs none of this: there is one history, and who restores a backup knows it.
 *
 * The file is overwritten with each batch and not synced: a power cut can leave it some events behind, and
 * what it says then was acknowledged too. One thread uses it.
 */
#ifndef CONCORDAT_ACKNOWLEDGED_H
#define CONCORDAT_ACKNOWLEDGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/ledger/ledger.h"

/* The file's name in the state folder. */
#define ACKNOWLEDGED_FILE "acknowledged"

struct acknowledged {
    int fd;                     /* -1: it is not open */
    uint64_t seq;               /* 0: nothing has been acknowledged, as far as is known here */
    uint8_t chain[CHAIN_BYTES]; /* its chain value */
};

/* Opens the file, or makes it. False with a message for a person if it cannot be read or made, or if it was
 * altered: then nobody knows what was acknowledged, and a person has to look. */
bool acknowledged_open(struct acknowledged *acknowledged, const char *folder, char *message,
                       size_t message_size);
void acknowledged_close(struct acknowledged *acknowledged);

/* Event `seq`, which has that chain value, is on disk, and whoever waits for it is answered next. Returns
 * whether that could be written. */
bool acknowledged_note(struct acknowledged *acknowledged, uint64_t seq, const uint8_t chain[CHAIN_BYTES]);

/* Whether the ledger has what was acknowledged. LEDGER_NOT_FOUND: it has not, and a message for a person says
 * what to do; any other status is the ledger's. */
enum ledger_status acknowledged_is_in(const struct acknowledged *acknowledged, struct ledger *ledger,
                                      const char *folder, char *message, size_t message_size);

#endif
