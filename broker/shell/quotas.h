/* quotas.h: how much each key may ask for.
 *
 * A key has one token bucket for each class of command, so that work of one class never uses up what another
 * may take: above all, that a person's answer is taken whatever else their key has sent. The policy says how
 * many tokens; a row of a table says which class a command belongs to and what it costs. All this is memory
 * of the process alone: a restart fills every bucket. Times are monotonic.
 */
#ifndef CONCORDAT_QUOTAS_H
#define CONCORDAT_QUOTAS_H

#include "broker/core/index.h"
#include "broker/core/policy.h"
#include "proto/keys/keys.h"
#include "proto/server/token_bucket.h"
#include "proto/wire/wire.h"

struct quotas {
    struct table keys;
    struct index by_name;
    int64_t swept_ms; /* when the keys that had not been heard of lately were last taken out */
    uint64_t within[QUOTA_CLASS_COUNT], beyond[QUOTA_CLASS_COUNT]; /* requests since the start, of all keys */
};

/* The seed spreads the index. */
void quotas_open(struct quotas *quotas, uint64_t seed);
void quotas_close(struct quotas *quotas);

/* A request of a key. */
struct quota_request {
    const char *key_name;
    uint32_t *row; /* kept by the caller for this key, 0 at first: where the quotas found it */
    Concordat__V1__Request__CommandCase command;
    size_t bytes;
};

/* Takes from the key's bucket what a request costs. Returns 0 if it was there, or else after how many ms the
 * sender is to try again. */
int64_t quotas_take(struct quotas *quotas, const struct policy *policy, const struct quota_request *request,
                    int64_t mono_ms);
/* As the policy file calls a class, and the class of a command, which has this name in Request. */
const char *quotas_name(enum quota_class class);
const char *quotas_class_of(const char *command_name);

#endif
