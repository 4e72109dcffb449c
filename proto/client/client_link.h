/* client_link.h: a client's socket to its server: encrypted, reconnecting, never blocking.
 *
 * No ZMTP heartbeats: libzmq's can abort the process. Whether the server is alive is asked by the
 * protocol's own pings. The socket's monitor tells when a connection is new; that is a hint to say hello at
 * once, and nothing relies on it.
 */
#ifndef CONCORDAT_CLIENT_LINK_H
#define CONCORDAT_CLIENT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "proto/keys/keys.h"
#include "proto/wire/frame.h"

struct client_link {
    char *endpoint; /* owned */
    struct key server, own;
    void *context, *socket, *monitor;
    unsigned opened; /* how often */
};

enum link_event { LINK_SAME, LINK_UP, LINK_DOWN };

/* Reads the keys and connects in the background. 0, or -1 with a message. */
int client_link_open(struct client_link *link, const char *endpoint, const char *server_key_path,
                     const char *key_path, char *message, size_t message_size);
void client_link_close(struct client_link *link);
/* Gives the connection up and starts a new one. 0, or -1 where no socket is to be had; try again later. */
int client_link_renew(struct client_link *link);

/* Sends the parts as one frame. False where it cannot be sent now; nothing was sent then. */
bool client_link_send(struct client_link *link, const struct frame_part *parts, size_t count);
/* Takes a waiting message of one frame; the caller closes it. False where none waits. */
bool client_link_receive(struct client_link *link, zmq_msg_t *message);
/* What has become of the connection since the last call. */
enum link_event client_link_event(struct client_link *link);
/* Waits for a message or an event. False where a signal came. */
bool client_link_wait(struct client_link *link, int timeout_ms);

#endif
