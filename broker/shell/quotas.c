/* quotas.c: how much each key may ask for. */
#include "broker/shell/quotas.h"

#include <string.h>

#include "broker/shell/limits.h"

struct quota_key {
    char name[KEY_NAME_CHARS_MAX + 1];
    struct token_bucket classes[QUOTA_CLASS_COUNT];
};

void quotas_open(struct quotas *q, uint64_t seed)
{
    table_open(&q->keys, sizeof(struct quota_key));
    index_open(&q->by_name, 0, KEY_NAME_CHARS_MAX + 1, seed);
    q->swept_ms = INT64_MIN;
}

void quotas_close(struct quotas *q)
{
    table_close(&q->keys);
    index_close(&q->by_name);
}

/* --- the keys --------------------------------------------------------------------------------------- */

/* Whether forgetting the key changes nothing. */
static bool quota_key_is_idle(const struct quota_key *key, int64_t mono_ms)
{
    for (int i = 0; i < QUOTA_CLASS_COUNT; i++)
        if (!token_bucket_is_full(&key->classes[i], mono_ms))
            return false;
    return true;
}

/* Forgets the keys that are idle. */
static void quotas_sweep(struct quotas *q, int64_t mono_ms)
{
    uint32_t kept = 0;
    for (uint32_t row = 0; row < q->keys.count; row++) {
        const struct quota_key *key = table_row(&q->keys, row);
        if (!quota_key_is_idle(key, mono_ms))
            memmove(table_row(&q->keys, kept++), key, sizeof *key);
    }
    q->keys.count = kept;
    index_clear(&q->by_name);
    index_add_all(&q->by_name, &q->keys);
    q->swept_ms = mono_ms;
}

/* NULL if there is no room for one more key. Most of the time *row says where it is: hashing a name costs as
 * much as all the rest. */
static struct quota_key *quota_key_of(struct quotas *q, const char *key_name, uint32_t *row, int64_t mono_ms)
{
    if (*row < q->keys.count && !strcmp(((struct quota_key *)table_row(&q->keys, *row))->name, key_name))
        return table_row(&q->keys, *row);
    struct quota_key wanted;
    memset(&wanted, 0, sizeof wanted);
    strncpy(wanted.name, key_name, KEY_NAME_CHARS_MAX);
    *row = index_find(&q->by_name, &q->keys, wanted.name);
    if (*row != ROW_NONE)
        return table_row(&q->keys, *row);
    if (q->keys.count >= QUOTA_KEYS_MAX && mono_ms - QUOTA_SWEEP_MS >= q->swept_ms)
        quotas_sweep(q, mono_ms);
    if (q->keys.count >= QUOTA_KEYS_MAX || !table_reserve(&q->keys, 1) || !index_reserve(&q->by_name, 1))
        return NULL;
    struct quota_key *key = table_add(&q->keys);
    *key = wanted;
    *row = q->keys.count - 1;
    index_add(&q->by_name, &q->keys, *row);
    return key;
}

/* --- what a command costs --------------------------------------------------------------------------- */

#define COSTS(command) [CONCORDAT__V1__REQUEST__COMMAND_##command]

/* Zero stands for QUOTA_ANSWERS at a cost of 1: a command that is not here is a person's answer. */
static const struct {
    enum quota_class class;
    uint32_t cost;
} costs[] = {
    COSTS(HELLO) = {QUOTA_HELLOS, 1},
    COSTS(SUBMIT) = {QUOTA_NEW_WORK, 1},
    COSTS(UPDATE) = {QUOTA_NEW_WORK, 1},
    COSTS(SET_PRESENCE) = {QUOTA_PRESENCE, 1},
    COSTS(SET_CAPACITY) = {QUOTA_PRESENCE, 1},
    COSTS(GET_RECORD) = {QUOTA_RECORDS, 1},
    COSTS(GET_HANDOVER) = {QUOTA_RECORDS, 1},
    COSTS(FOLLOW) = {QUOTA_QUESTIONS, 1},
    COSTS(PING) = {QUOTA_QUESTIONS, 1},
    COSTS(GET_STATUS) = {QUOTA_QUESTIONS, 1},
    COSTS(GET_STANDING) = {QUOTA_QUESTIONS, QUOTA_BOARD_COST}, /* it walks over all open cases */
    COSTS(GET_BOARD) = {QUOTA_QUESTIONS, QUOTA_BOARD_COST},
};

static enum quota_class class_of(Concordat__V1__Request__CommandCase command)
{
    size_t row = (size_t)command;
    return row < sizeof costs / sizeof *costs && costs[row].cost ? costs[row].class : QUOTA_ANSWERS;
}

static uint32_t cost_of(Concordat__V1__Request__CommandCase command, enum quota_class class, size_t bytes)
{
    if (class == QUOTA_NEW_WORK) /* it is kept for ever, so its size counts */
        return 1 + (uint32_t)(bytes / QUOTA_BYTES_A_TOKEN);
    return class == QUOTA_ANSWERS ? 1 : costs[command].cost;
}

int64_t quotas_take(struct quotas *q, const struct policy *policy, const struct quota_request *request,
                    int64_t mono_ms)
{
    enum quota_class class = class_of(request->command);
    const struct policy_quota *quota = &policy->quotas[class];
    struct quota_key *key = quota_key_of(q, request->key_name, request->row, mono_ms);
    if (!key) { /* rather too much of some key than the answer of a person refused */
        q->within[class]++;
        return 0;
    }
    const struct token_rate rate = {TOKEN_US_PER_SECOND / quota->per_second, quota->burst};
    int64_t wait_ms = token_bucket_take(&key->classes[class], rate,
                                        cost_of(request->command, class, request->bytes), mono_ms);
    *(wait_ms ? &q->beyond[class] : &q->within[class]) += 1;
    return wait_ms;
}

const char *quotas_name(enum quota_class class)
{
    static const char *const names[] = {
        [QUOTA_ANSWERS] = "answers", [QUOTA_NEW_WORK] = "new_work",   [QUOTA_PRESENCE] = "presence",
        [QUOTA_RECORDS] = "records", [QUOTA_QUESTIONS] = "questions", [QUOTA_HELLOS] = "hellos",
    };
    return names[class];
}

const char *quotas_class_of(const char *command_name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(&concordat__v1__request__descriptor, command_name);
    return quotas_name(class_of(field ? (Concordat__V1__Request__CommandCase)field->id : 0));
}
