/* refusals.h: how many refusals of each key are recorded.
 *
 * A refused request of an authenticated key becomes an event, at most so many a minute for each key, so that
 * nobody can fill the ledger. The rest is counted: the next recorded one says how many were left out,
 * and if none comes within the minute, its end does. So each guess is written or counted. In the log stand at
 * most two lines a minute for each key: the first refusal, and the count.
 */
#ifndef CONCORDAT_REFUSALS_H
#define CONCORDAT_REFUSALS_H

#include "broker/core/event.h"
#include "broker/core/index.h"
#include "proto/keys/keys.h"

/* One refusal for too much is enough: it says that there is a flood, and the count how great it is. */
enum { REFUSALS_PER_MINUTE = 6, REFUSALS_FOR_TOO_MUCH_PER_MINUTE = 1, REFUSED_KEYS_MAX = 4096 };

struct refusals {
    uint32_t per_minute;
    struct table keys;
    struct index by_name;
};

/* The seed spreads the index. */
void refusals_open(struct refusals *refusals, uint32_t per_minute, uint64_t seed);
void refusals_close(struct refusals *refusals);
/* A refused request. Borrows; `command` must live for ever. */
struct refused_request {
    const char *key_name;
    const char *device; /* that the key speaks for; "" if none */
    struct person person;
    const char *command; /* its name in Request */
    enum refusal refusal;
};

/* Whether a refusal is written down, and where. */
struct refusals_note {
    bool is_recorded, is_logged;
    uint32_t left_out; /* how many of this key were not recorded, since the last that was */
};
struct refusals_note refusals_note(struct refusals *refusals, const struct refused_request *refused,
                                   int64_t mono_ms);

/* Goes through the keys whose minute is over with refusals left out: finds the next one from row *row, and
 * moves *row on. *latest is the last of them, to be recorded, and *left_out how many more there were.
 * `latest` borrows from the refusals until the next call. False at the end. */
bool refusals_next_over(struct refusals *refusals, int64_t mono_ms, uint32_t *row,
                        struct refused_request *latest, uint32_t *left_out);

#endif
