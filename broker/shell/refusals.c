/* refusals.c: how many refusals of each key are recorded. */
#include "broker/shell/refusals.h"

#include <string.h>

struct refused_key {
    char name[KEY_NAME_CHARS_MAX + 1];
    int64_t minute_began_ms;
    uint32_t in_minute, left_out;
};

void refusals_open(struct refusals *r, uint64_t seed)
{
    table_open(&r->keys, sizeof(struct refused_key));
    index_open(&r->by_name, 0, KEY_NAME_CHARS_MAX + 1, seed);
}

void refusals_close(struct refusals *r)
{
    table_close(&r->keys);
    index_close(&r->by_name);
}

static struct refused_key *refused_key_of(struct refusals *r, const char *key_name)
{
    struct refused_key wanted;
    memset(&wanted, 0, sizeof wanted);
    strncpy(wanted.name, key_name, KEY_NAME_CHARS_MAX);
    uint32_t row = index_find(&r->by_name, &r->keys, wanted.name);
    if (row != ROW_NONE)
        return table_row(&r->keys, row);
    if (r->keys.count >= REFUSED_KEYS_MAX || !table_reserve(&r->keys, 1) || !index_reserve(&r->by_name, 1))
        return NULL;
    struct refused_key *key = table_add(&r->keys);
    *key = wanted;
    index_add(&r->by_name, &r->keys, r->keys.count - 1);
    return key;
}

bool refusals_note(struct refusals *r, const char *key_name, int64_t mono_ms, uint32_t *left_out)
{
    struct refused_key *key = refused_key_of(r, key_name);
    *left_out = 0;
    if (!key)
        return false;
    if (mono_ms - key->minute_began_ms >= 60 * 1000) {
        key->minute_began_ms = mono_ms;
        key->in_minute = 0;
    }
    if (key->in_minute >= REFUSALS_PER_MINUTE) {
        key->left_out++;
        return false;
    }
    key->in_minute++;
    *left_out = key->left_out;
    key->left_out = 0;
    return true;
}
