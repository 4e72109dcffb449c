/* network.h: messages in flight between the broker and its peers, and what may become of them.
 *
 * A route is a connection to one run of the broker, as ZeroMQ makes it: after a restart of either side the
 * same peer has another route.
 */
#ifndef CONCORDAT_SIMULATION_NETWORK_H
#define CONCORDAT_SIMULATION_NETWORK_H

#include "tests/simulation/world.h"

struct letter {
    int peer;
    uint32_t connection, run;
    size_t size;
    uint8_t bytes[];
};

void network_to_broker(struct world *world, struct peer *peer, const uint8_t *bytes, size_t size);
enum server_sent network_to_peer(struct world *world, const struct server_route *route, const uint8_t *bytes,
                                 size_t size);
struct server_route network_route(const struct letter *letter, uint32_t run);
/* Returns the peer behind a route, or NULL if the connection is gone. */
struct peer *network_peer(struct world *world, const struct server_route *route);
/* Returns whether these bytes are a Pong. Half of all messages are, and nobody need read them. */
bool network_is_pong(const uint8_t *bytes, size_t size);
/* Takes a letter that has arrived, and owns it. */
void network_arrives_at_peer(struct world *world, struct letter *letter);

#endif
