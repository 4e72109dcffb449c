/* addresses.c: see addresses.h. */
#include "proto/client/addresses.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the list ---------------------------------------------------------------------------------------- */

static const char how_to_write[] = "write it as tcp://HOST:PORT, and several with a comma between them";

static bool address_begins(const char *address, const char *scheme)
{
    return strncmp(address, scheme, strlen(scheme)) == 0 && address[strlen(scheme)] != '\0';
}

/* NULL, or what is wrong with the latest address of the list. */
static const char *address_fault(const struct addresses *addresses, const char *address)
{
    if (address[0] == '\0')
        return "an address is empty";
    if (address[strcspn(address, " \t\r\n")] != '\0')
        return "an address has a space in it";
    if (!address_begins(address, "tcp://") && !address_begins(address, "ipc://"))
        return "an address begins neither with tcp:// nor with ipc://";
    for (size_t i = 0; i < addresses->count; i++)
        if (strcmp(addresses->at[i], address) == 0)
            return "an address is there twice";
    return addresses->count == ADDRESSES_MAX ? "there are more than 8 addresses" : NULL;
}

int addresses_read(struct addresses *addresses, const char *text, char *message, size_t message_size)
{
    *addresses = (struct addresses){.text = strdup(text)};
    char *rest = addresses->text;
    const char *fault = rest ? NULL : "out of memory";
    while (rest && !fault) {
        const char *address = strsep(&rest, ",");
        fault = address_fault(addresses, address);
        if (!fault)
            addresses->at[addresses->count++] = address;
    }
    if (!fault)
        return 0;
    snprintf(message, message_size, "\"%s\": %s; %s", text, fault, how_to_write);
    addresses_close(addresses);
    return -1;
}

void addresses_close(struct addresses *addresses)
{
    free(addresses->text);
    *addresses = (struct addresses){0};
}

bool addresses_are_good(const char *text, char *message, size_t message_size)
{
    struct addresses addresses;
    bool good = addresses_read(&addresses, text, message, message_size) == 0;
    if (good)
        addresses_close(&addresses);
    return good;
}

/* --- the walk ---------------------------------------------------------------------------------------- */

enum walk_action {
    ACT_NONE,
    ACT_CONNECT,   /* the rest is over */
    ACT_REACHED,   /* go on with this address */
    ACT_OPENED,    /* the same, and its key is right */
    ACT_WELCOMED,  /* this is the one */
    ACT_NEXT,      /* another address */
    ACT_KEY,       /* the same address with another key, or another address */
    ACT_WAIT_NEXT, /* another address; if there is none, go on waiting */
    ACT_AGAIN,     /* a round that begins here */
    ACT_BEYOND     /* a round that begins with the next address */
};

/* An address that refuses has no server now, whatever its key. One that takes the connection and ends it, or
 * says nothing, may have a server with another key. One that ended a connection that it had welcomed is
 * likely to be there again soon; one that fell silent is not. */
static const enum walk_action actions[WALK_STATES][WALK_EVENTS] = {
    [WALK_RESTING] = {[WALK_TIME] = ACT_CONNECT, [WALK_WAS_WELCOMED] = ACT_WELCOMED},
    [WALK_CALLING] = {[WALK_TIME] = ACT_NEXT,
                      [WALK_WAS_TAKEN] = ACT_REACHED,
                      [WALK_WAS_OPENED] = ACT_OPENED,
                      [WALK_WAS_WELCOMED] = ACT_WELCOMED,
                      [WALK_ENDED] = ACT_NEXT,
                      [WALK_NO_OTHER_KEY] = ACT_NEXT},
    [WALK_REACHED] = {[WALK_TIME] = ACT_KEY,
                      [WALK_WAS_OPENED] = ACT_OPENED,
                      [WALK_WAS_WELCOMED] = ACT_WELCOMED,
                      [WALK_ENDED] = ACT_KEY},
    [WALK_OPEN] = {[WALK_TIME] = ACT_WAIT_NEXT,
                   [WALK_WAS_WELCOMED] = ACT_WELCOMED,
                   [WALK_ENDED] = ACT_NEXT,
                   [WALK_FELL_SILENT] = ACT_NEXT},
    [WALK_WELCOMED] = {[WALK_WAS_WELCOMED] = ACT_WELCOMED,
                       [WALK_WAS_FORGOTTEN] = ACT_OPENED,
                       [WALK_ENDED] = ACT_AGAIN,
                       [WALK_FELL_SILENT] = ACT_BEYOND},
};

void walk_begin(struct address_walk *walk, size_t count, int64_t now_ms)
{
    assert(count > 0 && count <= ADDRESSES_MAX);
    *walk = (struct address_walk){.state = WALK_CALLING,
                                  .count = count,
                                  .due_ms = now_ms + ADDRESS_PATIENCE_MS,
                                  .rest_ms = ADDRESS_REST_MS};
}

static enum walk_step walk_stay(struct address_walk *walk, enum walk_state state, int64_t due_ms)
{
    walk->state = state;
    walk->due_ms = due_ms;
    return WALK_STAY;
}

static enum walk_step walk_connect(struct address_walk *walk, enum walk_step how, int64_t now_ms)
{
    walk->state = WALK_CALLING;
    walk->due_ms = now_ms + ADDRESS_PATIENCE_MS;
    return how;
}

/* The next address at once; or a rest, when all have been tried. Half of the rest is chance, so that many
 * clients do not come back together. */
static enum walk_step walk_to_next(struct address_walk *walk, int64_t now_ms, uint32_t drawn)
{
    walk->at = (walk->at + 1) % walk->count;
    walk->key_turned = false;
    if (++walk->tried < walk->count)
        return walk_connect(walk, WALK_CONNECT, now_ms);
    int half_ms = walk->rest_ms / 2;
    int64_t rest_ms = half_ms + (int64_t)(drawn % (uint32_t)(half_ms + 1));
    walk->tried = 0;
    walk->rest_ms = walk->rest_ms > ADDRESS_REST_MAX_MS / 2 ? ADDRESS_REST_MAX_MS : walk->rest_ms * 2;
    return walk_stay(walk, WALK_RESTING, now_ms + rest_ms);
}

/* A round after a welcome. It waits for as long as the server has asked for. */
static enum walk_step walk_anew(struct address_walk *walk, int64_t now_ms, const struct walk_spread *spread)
{
    walk->tried = 0;
    walk->key_turned = false;
    walk->rest_ms = ADDRESS_REST_MS;
    if (spread->spread_ms == 0)
        return walk_connect(walk, WALK_CONNECT, now_ms);
    return walk_stay(walk, WALK_RESTING, now_ms + spread->drawn % (spread->spread_ms + INT64_C(1)));
}

static enum walk_step walk_turn_key(struct address_walk *walk, int64_t now_ms, uint32_t drawn)
{
    if (walk->key_turned)
        return walk_to_next(walk, now_ms, drawn);
    walk->key_turned = true;
    return walk_connect(walk, WALK_TURN_KEY, now_ms);
}

enum walk_step walk_on(struct address_walk *walk, enum walk_event event, int64_t now_ms,
                       const struct walk_spread *spread)
{
    if (event == WALK_TIME && now_ms < walk->due_ms)
        return WALK_STAY;
    switch (actions[walk->state][event]) {
    case ACT_NONE:
        return WALK_STAY;
    case ACT_CONNECT:
        return walk_connect(walk, WALK_CONNECT, now_ms);
    case ACT_REACHED:
        return walk_stay(walk, WALK_REACHED, walk->due_ms);
    case ACT_OPENED:
        return walk_stay(walk, WALK_OPEN, now_ms + ADDRESS_PATIENCE_MS);
    case ACT_WELCOMED:
        return walk_stay(walk, WALK_WELCOMED, INT64_MAX);
    case ACT_NEXT:
        return walk_to_next(walk, now_ms, spread->drawn);
    case ACT_KEY:
        return walk_turn_key(walk, now_ms, spread->drawn);
    case ACT_WAIT_NEXT:
        return walk->count == 1 ? walk_stay(walk, WALK_OPEN, INT64_MAX)
                                : walk_to_next(walk, now_ms, spread->drawn);
    case ACT_BEYOND:
        walk->at = (walk->at + 1) % walk->count;
        return walk_anew(walk, now_ms, spread);
    case ACT_AGAIN:
        return walk_anew(walk, now_ms, spread);
    }
    return WALK_STAY;
}
