/* refusals.h: what a refusal says to a person, and how many of them are written down.
 *
 * A refused command of an authenticated key becomes an event, at most REFUSALS_PER_MINUTE for each key, so
 * that nobody can fill the ledger; what is left out is counted in the next one.
 */
#ifndef CONCORDAT_REFUSALS_H
#define CONCORDAT_REFUSALS_H

#include "broker/core/codes.h"
#include "broker/core/index.h"
#include "proto/keys/keys.h"

enum { REFUSALS_PER_MINUTE = 6, REFUSED_KEYS_MAX = 4096 };

const char *refusals_text(enum refusal refusal);

struct refusals {
    struct table keys;
    struct index by_name;
};

void refusals_open(struct refusals *refusals, uint64_t seed);
void refusals_close(struct refusals *refusals);
/* Whether this one is to be written down; *left_out: how many of this key were not, since the last. */
bool refusals_note(struct refusals *refusals, const char *key_name, int64_t mono_ms, uint32_t *left_out);

#endif
