/* refusals.c: how many refusals of each key are recorded. */
#include "broker/shell/refusals.h"

#include <string.h>

struct refused_key {
    char name[KEY_NAME_CHARS_MAX + 1];
    int64_t minute_began_ms;
    uint32_t in_minute; /* recorded */
    uint32_t left_out;
    char device[KEY_NAME_CHARS_MAX + 1]; /* of the latest that was left out, as the next four */
    char person[PERSON_CHARS_MAX + 1];
    int person_role;
    const char *command;
    enum refusal refusal;
};

enum { REFUSALS_MINUTE_MS = 60 * 1000 };

void refusals_open(struct refusals *r, uint32_t per_minute, uint64_t seed)
{
    r->per_minute = per_minute;
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

static void leave_out(struct refused_key *key, const struct refused_request *refused)
{
    key->left_out++;
    key->command = refused->command;
    key->refusal = refused->refusal;
    memset(key->device, 0, sizeof key->device);
    strncpy(key->device, refused->device, KEY_NAME_CHARS_MAX);
    memset(key->person, 0, sizeof key->person);
    strncpy(key->person, refused->person.id, PERSON_CHARS_MAX);
    key->person_role = refused->person.role;
}

struct refusals_note refusals_note(struct refusals *r, const struct refused_request *refused, int64_t mono_ms)
{
    struct refusals_note note = {0};
    struct refused_key *key = refused_key_of(r, refused->key_name);
    if (!key)
        return note;
    if (mono_ms - key->minute_began_ms >= REFUSALS_MINUTE_MS) {
        key->minute_began_ms = mono_ms;
        key->in_minute = 0;
    }
    if (key->in_minute >= r->per_minute) {
        leave_out(key, refused);
        return note;
    }
    note = (struct refusals_note){true, key->in_minute == 0, key->left_out};
    key->in_minute++;
    key->left_out = 0;
    return note;
}

bool refusals_next_over(struct refusals *r, int64_t mono_ms, uint32_t *row, struct refused_request *latest,
                        uint32_t *left_out)
{
    for (; *row < r->keys.count; ++*row) {
        struct refused_key *key = table_row(&r->keys, *row);
        if (!key->left_out || mono_ms - key->minute_began_ms < REFUSALS_MINUTE_MS)
            continue;
        *latest = (struct refused_request){
            key->name, key->device, {key->person, key->person_role}, key->command, key->refusal};
        *left_out = key->left_out - 1;
        key->minute_began_ms = mono_ms;
        key->in_minute = 1;
        key->left_out = 0;
        ++*row;
        return true;
    }
    return false;
}
