/* client_link.h: a client's socket to its server: encrypted, one connection at a time, never blocking.
 *
 * We use no ZMTP heartbeats, because libzmq's can abort the process; the protocol's own pings tell whether
 * the server is alive. libzmq makes each connection once and never by itself again: when to connect, and to
 * which of the server's addresses, is decided in one place (addresses.h). The socket's monitor tells what
 * becomes of a connection, so that nobody waits who need not; nothing relies on it.
 *
 * The server has the same key at each of its addresses. The file of that public key may be replaced while the
 * link is open, before or after the server has its new key. The link goes on with the key that it has, and
 * looks into the file when an address has taken a connection and not gone on with it: then it tries the other
 * key there, before it goes to another address, until one of them is welcomed.
 */
#ifndef CONCORDAT_CLIENT_LINK_H
#define CONCORDAT_CLIENT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "proto/client/addresses.h"
#include "proto/client/client.h"
#include "proto/keys/keys.h"
#include "proto/wire/frame.h"

struct client_link {
    struct addresses addresses;
    char *server_key_path; /* owned */
    struct key server, own;
    struct key other; /* of the server too, tried in turn with `server` */
    bool has_other;
    void *context, *socket, *monitor;
    bool shares_context; /* it is the caller's */
};

enum link_event {
    LINK_SAME,
    LINK_TAKEN, /* somebody has taken the connection */
    LINK_UP,    /* its handshake is done */
    LINK_DOWN   /* it has ended, or was not made */
};

/* Reads the addresses and the keys, and connects to the first one in the background. Returns 0, or -1 with a
 * message. */
int client_link_open(struct client_link *link, const struct concordat_client_config *config, char *message,
                     size_t message_size);
void client_link_close(struct client_link *link);
/* Drops the connection and starts a new one, to the address with that index. Returns 0, or -1 if a socket
 * could not be opened; try again later. */
int client_link_renew(struct client_link *link, size_t address);

/* Takes the other of the server's two keys, if there are two. Returns whether it did; then renew the link. */
bool client_link_turn_key(struct client_link *link);
/* The server has welcomed us: its key is the one in use. */
void client_link_keep_key(struct client_link *link);

/* Sends the parts as one frame. Returns false, and sends nothing, if the socket takes no frame now. */
bool client_link_send(struct client_link *link, const struct frame_part *parts, size_t count);
/* Takes a waiting message of one frame, which the caller closes. Returns false if none waits. */
bool client_link_receive(struct client_link *link, zmq_msg_t *message);
/* Returns the next thing that happened to the connection; LINK_SAME: nothing more has. */
enum link_event client_link_event(struct client_link *link);
/* Waits for a message or an event. Returns false if a signal ended the wait. */
bool client_link_wait(struct client_link *link, int timeout_ms);

#endif
