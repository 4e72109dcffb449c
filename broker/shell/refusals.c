/* refusals.c: what a refusal says to a person, and how many of them are recorded. */
#include "broker/shell/refusals.h"

#include <string.h>

static const char *const texts[] = {
    [REFUSAL_NONE] = "",
    [REFUSAL_MALFORMED] = "This message could not be read.",
    [REFUSAL_TOO_LARGE] = "This message is too long.",
    [REFUSAL_UNKNOWN_COMMAND] = "This router does not know that command.",
    [REFUSAL_UNKNOWN_FIELD] = "This message has a field that this router does not know.",
    [REFUSAL_BAD_VALUE] =
        "A value is missing or is not one that is allowed here: a decline and a reading of a "
        "record need a reason, a closing its outcome.",
    [REFUSAL_HELLO_FIRST] = "Say hello on this connection first, then send this again.",
    [REFUSAL_VERSION] = "This router speaks another version of the protocol.",
    [REFUSAL_NOT_ALLOWED] = "Your key is not allowed to do this.",
    [REFUSAL_NOT_YOURS] = "There is no such case here for you.",
    [REFUSAL_REVOKED] = "This key has been withdrawn. Ask whoever manages the keys for a new one.",
    [REFUSAL_NO_SOURCE] = "It does not say which service refers. Ring the duty coordinator.",
    [REFUSAL_NO_CALLBACK] = "There is no number to call you back on. Add one, or ring the duty coordinator.",
    [REFUSAL_CONFLICT] = "This number has been used before with other content. Send it under a new one.",
    [REFUSAL_OFFER_ENDED] = "This offer has ended. Nothing was changed; see who holds the case now.",
    [REFUSAL_ALREADY_ACCEPTED] =
        "This has been accepted already. Nothing was changed; see who holds the case now.",
    [REFUSAL_CASE_CLOSED] = "This case has ended. Nothing was changed.",
    [REFUSAL_WRONG_STATE] = "This is not possible now. Nothing was changed; see who holds the case now.",
    [REFUSAL_UNKNOWN_TEAM] =
        "No such team is there to be asked now. Nothing was changed; ring the team or the "
        "duty coordinator.",
    [REFUSAL_UNAVAILABLE] = "The router cannot do this at the moment. Nothing was changed; try again.",
    [REFUSAL_TOO_MANY] = "Too much at once. Nothing was changed; try again in a moment.",
};

const char *refusals_text(enum refusal refusal)
{
    return texts[refusal];
}

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
