/* merge.h: an update laid over what is known of a referral, and what it changes.
 *
 * An update says what is new and leaves the rest: what is given replaces, what is not given stays, and what
 * is to be taken away is named. Here alone is decided what counts as given (wire.proto, Update). Pure; no
 * memory but the arena's; safe from any thread.
 */
#ifndef CONCORDAT_REFERRAL_MERGE_H
#define CONCORDAT_REFERRAL_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "concordat/v1/wire.pb-c.h"
#include "proto/wire/arena.h"

/* No update changes more fields: a referral has fewer. */
enum { MERGE_CHANGES_MAX = 128, MERGE_FAULT_BYTES = 200 };

/* A referral as it stands. Owns nothing. */
struct merge_whole {
    Concordat__V1__Referral *referral;
    Concordat__V1__Confidential *confidential; /* NULL: none was told, or it cannot be opened */
};

/* Whether everything that an update takes away is a field that can be. If not, fault says which is not, and
 * what may be given. */
bool merge_may_clear(const Concordat__V1__Update *update, char fault[MERGE_FAULT_BYTES]);

/* Whether an update gives or takes away anything of the confidential part. */
bool merge_touches_confidential(const Concordat__V1__Update *update);

/* Lays an update that may clear what it clears over a whole, in place; the whole borrows from the update
 * then. False when the arena is full. */
bool merge_lay_over(struct merge_whole *whole, const Concordat__V1__Update *update, struct arena *arena);

/* Changes between two wholes, with memory of the arena. */
struct merge_changes {
    Concordat__V1__Change *list[MERGE_CHANGES_MAX];
    size_t count;
};

/* Finds every field that differs. Of the referral's flags nothing is told: they follow from the rest. False
 * when the arena is full. */
bool merge_find_changes(const struct merge_whole *before, const struct merge_whole *after,
                        struct arena *arena, struct merge_changes *changes);

#endif
