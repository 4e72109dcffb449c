/* refusals.h: how many refusals of each key are recorded.
 *
 * A refused command of an authenticated key becomes an event, at most REFUSALS_PER_MINUTE for each key, so
 * that nobody can fill the ledger. The next recorded one counts those that were left out.
 */
#ifndef CONCORDAT_REFUSALS_H
#define CONCORDAT_REFUSALS_H

#include "broker/core/index.h"
#include "proto/keys/keys.h"

enum { REFUSALS_PER_MINUTE = 6, REFUSED_KEYS_MAX = 4096 };

struct refusals {
    struct table keys;
    struct index by_name;
};

/* The seed spreads the index. */
void refusals_open(struct refusals *refusals, uint64_t seed);
void refusals_close(struct refusals *refusals);
/* Whether a refusal is to be recorded. *left_out: how many of this key were not, since the last that was. */
bool refusals_note(struct refusals *refusals, const char *key_name, int64_t mono_ms, uint32_t *left_out);

#endif
