/* server.h: the server's end of the protocol: a ROUTER that only known keys can reach.
 *
 * A server owns the socket, the ZAP handler that admits keys, and the keyring. It fails closed: it sets
 * option 93 (enforce ZAP domain) and reads it back, binds the handler before the socket, and drops a message
 * without an authenticated key. If a key is taken out of the folder, its next message is refused. The server
 * reads the User-Id from the payload frame: with Debian's libzmq the identity frame has none after a poll.
 * The handler runs in a thread of its own; one other thread does everything else.
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

/* The destination of an answer: the name that ZeroMQ gave the connection, for as long as the connection
 * lasts. The bytes after `size` are zero, so that two routes can be compared as bytes. */
struct server_route {
    uint8_t size;
    uint8_t bytes[SERVER_ROUTE_BYTES_MAX];
};

/* One part of a frame. Bytes that are not a part come as they are, for the reader to refuse. */
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
    const char *keys_folder;  /* the public key files of everyone admitted */
    size_t message_bytes_max; /* libzmq cuts a peer that sends a longer frame */
};

/* Returns a server that listens, or NULL with a message. */
struct server *server_open(const struct server_config *config, char *message, size_t message_size);
void server_close(struct server **server);

/* For zmq_poll: the ROUTER, and a file descriptor that is readable once the keys folder has changed. */
void *server_socket(struct server *server);
int server_keys_fd(const struct server *server);

/* Returns whether to call server_reload_keys although the descriptor is not readable: the folder was
 * replaced, or could not be read last time. Ask at least once a second. */
bool server_keys_are_due(struct server *server);

/* Reads the keys folder again, as keyring_open does. Returns whether that was done. If not, keeps the keys
 * but for those whose files are gone, and says so the first time. */
bool server_reload_keys(struct server *server);
/* Returns why the keys could not be read last time, for the operator, or NULL if they could. Borrowed until
 * server_reload_keys. */
const char *server_keys_problem(const struct server *server);

/* Takes the next part that waits, without blocking. Returns false if none waits. Drops frames for the reasons
 * below, and the rest of a frame after FRAME_REQUESTS_MAX parts. */
bool server_receive(struct server *server, struct server_message *message);
/* Returns whether the current frame has more parts; the socket does not report them. */
bool server_has_more(const struct server *server);

/* Says that the last part should not have been sent: it cannot be read, or its key is withdrawn. After too
 * many complaints (misuse.h) the server drops everything from that key and cuts its connection. It treats a
 * peer that keeps sending without reading its answers in the same way. */
void server_complain(struct server *server);

/* Returns the key with that name, or NULL if it has been withdrawn. Valid until server_reload_keys. */
const struct key *server_key(const struct server *server, const char *key_name);

/* Sends the parts as one frame. */
enum server_sent server_send(struct server *server, const struct server_route *route,
                             const struct frame_part *parts, size_t count);

/* The reasons for which the server turns something away without a word. */
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
