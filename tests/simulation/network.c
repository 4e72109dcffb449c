/* network.c: messages in flight. */
#include "tests/simulation/network.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { UNDER_WAY_MAX = 250 };

struct server_route network_route(const struct letter *letter, uint32_t run)
{
    struct server_route route = {.size = 12};
    uint32_t parts[] = {(uint32_t)letter->peer, letter->connection, run};
    memcpy(route.bytes, parts, sizeof parts);
    return route;
}

struct peer *network_peer(struct world *w, const struct server_route *route)
{
    uint32_t parts[3];
    memcpy(parts, route->bytes, sizeof parts);
    struct peer *peer = &w->peers[parts[0]];
    return parts[1] == peer->connection && parts[2] == w->host.run && peer->online ? peer : NULL;
}

static int64_t delay(struct world *w)
{
    return 1 +
           (world_has(w, FAULT_LATENCY) ? random_between(&w->network, 0, w->options.rate[FAULT_LATENCY]) : 0);
}

/* Sends one copy. Without reordering, the messages of a connection arrive in order. */
static void dispatch(struct world *w, struct peer *peer, bool to_broker, int64_t from_ms,
                     const uint8_t *bytes, size_t size)
{
    int64_t *last_ms = to_broker ? &peer->last_in_ms : &peer->last_out_ms;
    int64_t at_ms = from_ms + delay(w);
    if (at_ms < peer->clogged_until_ms && !w->healing)
        at_ms = peer->clogged_until_ms;
    if (at_ms < *last_ms && !world_has(w, FAULT_REORDER))
        at_ms = *last_ms;
    *last_ms = at_ms;
    struct letter *letter = malloc(sizeof *letter + size);
    assert(letter);
    *letter = (struct letter){peer->index, peer->connection, w->host.run, size};
    memcpy(letter->bytes, bytes, size);
    if (!to_broker)
        peer->under_way++;
    timeline_add(&w->timeline, (struct happening){.at_ms = at_ms,
                                                  .what = to_broker ? AT_BROKER : AT_PEER,
                                                  .who = peer->index,
                                                  .letter = letter});
}

static void pass(struct world *w, struct peer *peer, bool to_broker, int64_t from_ms, const uint8_t *bytes,
                 size_t size)
{
    w->messages++;
    if (to_broker ? peer->cut_in : peer->cut_out)
        return;
    if (world_strikes(w, FAULT_DROP))
        return;
    dispatch(w, peer, to_broker, from_ms, bytes, size);
    if (world_strikes(w, FAULT_DUPLICATE))
        dispatch(w, peer, to_broker, from_ms, bytes, size);
}

void network_to_broker(struct world *w, struct peer *peer, const uint8_t *bytes, size_t size)
{
    pass(w, peer, true, w->now_ms, bytes, size);
}

enum server_sent network_to_peer(struct world *w, const struct server_route *route, const uint8_t *bytes,
                                 size_t size)
{
    struct peer *peer = network_peer(w, route);
    if (!peer)
        return SERVER_PEER_GONE;
    if (peer->under_way >= UNDER_WAY_MAX)
        return SERVER_PEER_SLOW;
    int64_t from_ms = w->host.busy_until_ms > w->now_ms ? w->host.busy_until_ms : w->now_ms;
    pass(w, peer, false, from_ms, bytes, size);
    return SERVER_SENT;
}

/* A Pong is a command id of 16 bytes, then field 11 of Message. */
bool network_is_pong(const uint8_t *bytes, size_t size)
{
    return size > 18 && bytes[1] == 16 && bytes[18] == (11 << 3 | 2);
}

void network_arrives_at_peer(struct world *w, struct letter *letter)
{
    struct peer *peer = &w->peers[letter->peer];
    if (peer->under_way)
        peer->under_way--;
    if (peer->online && letter->connection == peer->connection)
        peer_receives(w, peer, letter->bytes, letter->size);
    free(letter);
}
