/* device_quotas.c: how many submissions and updates each device may send. */
#include "services/intake/device_quotas.h"

#include <string.h>

/* NULL if as many keys as fit have sent new work lately. */
static struct device_quota *device_quota_of(struct device_quotas *quotas, const char *key_name,
                                            int64_t mono_ms)
{
    struct device_quota *idle = NULL;
    for (size_t i = 0; i < quotas->count; i++) {
        struct device_quota *quota = &quotas->keys[i];
        if (strcmp(quota->key_name, key_name) == 0)
            return quota;
        if (!idle && token_bucket_is_full(&quota->new_work, mono_ms))
            idle = quota;
    }
    if (!idle && quotas->count < DEVICE_QUOTAS_MAX)
        idle = &quotas->keys[quotas->count++];
    if (idle) {
        *idle = (struct device_quota){0};
        strncpy(idle->key_name, key_name, KEY_NAME_CHARS_MAX);
    }
    return idle;
}

int64_t device_quotas_take(struct device_quotas *quotas, const char *key_name,
                           Concordat__V1__Request__CommandCase command, int64_t mono_ms)
{
    static const struct token_rate rate = {DEVICE_NEW_WORK_EACH_SECONDS * TOKEN_US_PER_SECOND,
                                           DEVICE_NEW_WORK_BURST};
    if (command != CONCORDAT__V1__REQUEST__COMMAND_SUBMIT &&
        command != CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED &&
        command != CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        return 0;
    struct device_quota *quota = device_quota_of(quotas, key_name, mono_ms);
    if (!quota) /* rather too much of some device than a referral refused */
        return 0;
    return token_bucket_take(&quota->new_work, rate, 1, mono_ms);
}
