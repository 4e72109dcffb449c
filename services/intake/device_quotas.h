/* device_quotas.h: how many submissions and updates each device may send.
 *
 * An intake keeps what it has saved and the router takes only so much of one source, so one device must not
 * use up what the others may send. What a person answers (withdraw, told) and every question are not counted.
 * Times are monotonic.
 */
#ifndef CONCORDAT_INTAKE_DEVICE_QUOTAS_H
#define CONCORDAT_INTAKE_DEVICE_QUOTAS_H

#include <stddef.h>

#include "proto/keys/keys.h"
#include "proto/server/token_bucket.h"
#include "proto/wire/wire.h"
#include "services/intake/limits.h"

/* All zero at first. */
struct device_quotas {
    struct device_quota {
        char key_name[KEY_NAME_CHARS_MAX + 1];
        struct token_bucket new_work;
    } keys[DEVICE_QUOTAS_MAX];
    size_t count;
};

/* Takes from a key's quota what a command costs. Returns 0 if it was there, or else after how many ms the
 * device is to try again. */
int64_t device_quotas_take(struct device_quotas *quotas, const char *key_name,
                           Concordat__V1__Request__CommandCase command, int64_t mono_ms);

#endif
