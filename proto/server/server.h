/* server.h: the server's end of the protocol: a ROUTER that only known keys can reach.
 *
 * Owns the socket, the ZAP handler that admits keys, and the keyring. It fails closed: option 93
 * (enforce ZAP domain) is set and read back, the handler is bound before the socket, and a message
 * without an authenticated key is dropped. A key that is taken out of the folder is refused on its next
 * message. The User-Id is read from the payload frame: on Debian's libzmq the identity frame has none
 * after a poll. The handler runs in a thread of its own; everything else belongs to one thread.
 */
#ifndef CONCORDAT_SERVER_H
#define CONCORDAT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "proto/keys/keys.h"
#include "proto/wire/frame.h"

enum { SERVER_ROUTE_BYTES_MAX = 32 };

/* Where to send an answer: the connection, as ZeroMQ names it. Dies with the connection. What lies behind its
 * size is zero, so that two are the same where their bytes are. */
struct server_route {
    uint8_t size;
    uint8_t bytes[SERVER_ROUTE_BYTES_MAX];
};

/* One part of a frame. What is no part of a frame is given as it stands, for the reader to refuse. */
struct server_message {
    struct server_route route;
    char key_name[KEY_NAME_CHARS_MAX + 1]; /* authenticated */
    const uint8_t *bytes;                  /* borrowed until the next server_receive */
    size_t size;
};

enum server_sent { SERVER_SENT, SERVER_PEER_GONE, SERVER_PEER_SLOW };

struct server;

struct server_config {
    const char *endpoint;     /* to bind */
    const char *key_path;     /* the server's secret key file */
    const char *keys_folder;  /* public key files of everyone admitted */
    size_t message_bytes_max; /* of what a peer sends; longer, and its connection is cut */
};

struct server *server_open(const struct server_config *config, char *message, size_t message_size);
void server_close(struct server **server);

/* For zmq_poll: the ROUTER, and a file descriptor that is readable when the keys folder changed. */
void *server_socket(struct server *server);
int server_keys_fd(const struct server *server);

/* Reads the keys folder again. Unreadable files are reported and admit nobody. */
void server_reload_keys(struct server *server);

/* Takes one waiting message, without blocking. False where none waits. Frames that are not authenticated,
 * whose key's name is another key's by now, that do not come alone, or whose connection chose a routing
 * id of its own are dropped and counted; and so is what stands in a frame behind FRAME_REQUESTS_MAX parts. */
bool server_receive(struct server *server, struct server_message *message);
/* Whether a frame is not finished: the socket does not tell of it again. */
bool server_has_more(const struct server *server);

/* What was received last should not have been sent: it cannot be read, or its key is withdrawn. Too much of
 * that (misuse.h), and what else that key sends is dropped and its connection cut. The same becomes of who
 * goes on sending and does not read what it is sent. */
void server_complain(struct server *server);

/* The key that a message came with, or NULL where it has been revoked since. Borrowed until reload. */
const struct key *server_key(const struct server *server, const char *key_name);

/* Sends the parts as one frame. */
enum server_sent server_send(struct server *server, const struct server_route *route,
                             const struct frame_part *parts, size_t count);

/* What the server turns away without a word, and why. */
enum server_drop {
    SERVER_DROP_HANDSHAKE, /* a connection: its key is unknown or barred, or it does not speak CURVE */
    SERVER_DROP_SHAPE,     /* a message: it is not one frame, or its connection chose a routing id */
    SERVER_DROP_NAME,      /* a frame: it has no authenticated name, or the name is another key's now */
    SERVER_DROP_BARRED,    /* a frame: its key is barred */
    SERVER_DROPS
};
/* How many since the server was opened. */
uint64_t server_drops(const struct server *server, enum server_drop why);

#endif
