/* seals_match.h: one file of referral keys made the same as another, whichever of the two is on a disk or on
 * servers: each slot as it stands, so that what was erased is erased, and no key that wraps is needed.
 *
 * A copy of a pair (seals_copy.h) takes the keys of referrals alone. This takes the keys that were drawn
 * ahead too, because whoever used the one file goes on with the other.
 */
#ifndef CONCORDAT_SEALS_MATCH_H
#define CONCORDAT_SEALS_MATCH_H

#include "broker/seals/seals.h"

/* The ledger to which the keys in a file belong. */
enum seals_owner {
    SEALS_OF_NOBODY, /* there is nothing yet */
    SEALS_OF_THIS,
    SEALS_OF_ANOTHER,   /* another ledger's, or no keys, or their header is damaged */
    SEALS_UNKNOWN_OWNER /* the disk or the servers failed */
};
enum seals_owner seals_owner_of(const struct seals_file *file, const uint8_t ledger[SLOT_LEDGER_BYTES]);

/* How far a match has come. All zeros is its beginning. */
struct seals_match {
    uint64_t at;        /* the byte up to which the two are the same */
    uint64_t written;   /* slots that were not */
    uint64_t empty_for; /* bytes before `at` that are zeros, of the slots alone */
    bool done;
    bool reads_from; /* so an error is of `from` */
};

/* Goes on by one page: reads it of both, writes what differs. To be synced when it is done. The result is
 * that of a moment only if nobody writes to `from` meanwhile. Returns 0, or the errno of either file. */
int seals_match_page(const struct seals_file *from, const struct seals_file *to, struct seals_match *match);

#endif
