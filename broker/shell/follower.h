/* follower.h: the state that a router which does not lead follows: it reads a ledger that another router
 * writes, so that it knows everything when it may lead.
 *
 * It begins with the newest snapshot in its own folder, and keeps its own there: when the leader's events say
 * that a snapshot begins, the follower's state is the same one, and a child process of its own writes it;
 * when they say the snapshot's digest, and the follower's has the same, it is kept. A follower can read what
 * is not acknowledged yet, and may vanish: whoever leads compares (recovery_go_on). One thread uses it.
 */
#ifndef CONCORDAT_FOLLOWER_H
#define CONCORDAT_FOLLOWER_H

#include "broker/core/state.h"
#include "broker/ledger/ledger_reader.h"
#include "broker/shell/keeper.h"

/* As ledger_reader_open. */
typedef struct ledger_reader *follower_open_reader(const char *address, enum ledger_status *status,
                                                   char *message, size_t message_size);

/* Start with zeros, and with what is borrowed. */
struct follower {
    follower_open_reader *open_reader;
    const char *address, *folder; /* of the ledger, and of this router's snapshots; borrowed */
    struct ledger_reader *reader; /* owned; NULL: it follows from the next turn on */
    struct state *state;          /* owned: as of the event that the reader has come to */
    struct keeper keeper;
    bool begins;     /* the event that was read last begins a snapshot */
    bool has_digest; /* the leader has said the digest of the snapshot that is on its way */
    uint8_t digest[STATE_DIGEST_BYTES];
    uint8_t begun_chain[CHAIN_BYTES]; /* of the event with which this router began to follow */
};

/* Reads on for some tens of milliseconds at most, as far as the ledger goes. Returns whether there is more to
 * read. If it cannot go on, because its server is gone or has another history now, it begins again with
 * another turn. */
bool follower_turn(struct follower *follower);

/* The event that it has come to and its chain value; 0: none. */
uint64_t follower_reached(const struct follower *follower, uint8_t chain[CHAIN_BYTES]);

/* Whether that history has event `seq` with this chain value: as ledger_reader_has; LEDGER_UNKNOWN if nothing
 * is followed now. */
enum ledger_status follower_has(struct follower *follower, uint64_t seq, const uint8_t chain[CHAIN_BYTES]);

/* Hands the state over to the caller, and follows no more; NULL if there is none. A snapshot that is not kept
 * yet is given up. */
struct state *follower_give(struct follower *follower);
void follower_close(struct follower *follower);

#endif
