/* pair.h: a ledger's file and the file of keys that belongs to it, copied together and checked together.
 *
 * The order is what makes them belong together. The ledger is copied first and the keys after it: a key is on
 * disk before the event that needs it, so each event of the copy has its key, and what was erased meanwhile
 * is erased in the copy. Of the keys only those of the copy's own referrals are taken.
 */
#ifndef CONCORDAT_PAIR_H
#define CONCORDAT_PAIR_H

#include "broker/seals/seals.h"
#include "broker/tools/replaying.h"

enum { PAIR_MESSAGE_BYTES = 1024, PAIR_PATH_BYTES = 2048 };

struct pair {
    char ledger[PAIR_PATH_BYTES], keys[PAIR_PATH_BYTES]; /* paths; keys "": only the ledger is looked at */
};

/* What a pair was found to be. */
struct pair_check {
    struct replay_run run; /* every event of the ledger; owned */
    bool has_digest;       /* of the sealed texts, which only a copy has */
    bool has_keys;
    struct seals_count keys;
    char message[PAIR_MESSAGE_BYTES]; /* why it was refused, with file and remedy */
};

/* Begins with zeros; close it in any case. */
void pair_check_close(struct pair_check *check);

/* Checks the chain from the first event to the last, the state that they come to, by the rules by which a
 * router starts; the sealed texts, if the ledger is a copy; and whether each referral has its key. No key is
 * needed. CODE_DONE; CODE_REFUSED or CODE_ENVIRONMENT with a message. */
enum exit_code pair_check(const struct pair *pair, struct pair_check *check);

/* Copies a pair, syncs the copy, reads it back and checks it. In a copy of keys what the ledger says is
 * erased is erased. `strictly`: also refuses keys that are not this ledger's alone, before they are copied; a
 * router that goes on meanwhile makes more. Nothing has the names of `to` before. As pair_check; if it is not
 * CODE_DONE, what has these names is to be removed. */
enum exit_code pair_copy(const struct pair *from, const struct pair *to, bool strictly,
                         struct pair_check *check);

/* Prints the point to which a pair goes, and what somebody should look after. CODE_REFUSED if there is such a
 * thing, or else CODE_DONE. */
enum exit_code pair_print(const struct pair *pair, const struct pair_check *check);

#endif
