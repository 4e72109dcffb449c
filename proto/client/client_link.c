/* client_link.c: a client's socket to its server. */
#include "proto/client/client_link.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire/wire.h"

enum {
    CLOSE_LINGER_MS = 500, /* a program that ends waits so long for its last frames to leave */
    /* A connection that is refused has been closed, without having been made. */
    ENDING_EVENTS = ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
    LINK_EVENTS = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ENDING_EVENTS
};

static const struct {
    int option, value;
} settings[] = {
    {ZMQ_LINGER, CLOSE_LINGER_MS},
    {ZMQ_IMMEDIATE, 1}, /* queue nothing for a connection that may never be made */
    {ZMQ_HANDSHAKE_IVL, ADDRESS_PATIENCE_MS},
    {ZMQ_RECONNECT_IVL, -1}, /* never: see client_link.h */
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, 30},
    {ZMQ_TCP_KEEPALIVE_INTVL, 10},
    {ZMQ_TCP_KEEPALIVE_CNT, 3},
    {ZMQ_IPV6, 1},
};

static bool link_set_options(struct client_link *link)
{
    void *socket = link->socket;
    /* libzmq measures the encrypted frame. */
    int64_t bytes_max = WIRE_MESSAGE_BYTES_MAX + FRAME_AROUND_BYTES;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (zmq_setsockopt(socket, settings[i].option, &settings[i].value, sizeof settings[i].value) != 0)
            return false;
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, link->server.public_text, KEY_TEXT_CHARS + 1) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, link->own.public_text, KEY_TEXT_CHARS + 1) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, link->own.secret_text, KEY_TEXT_CHARS + 1) == 0;
}

static void link_disconnect(struct client_link *link)
{
    if (link->socket) {
        zmq_socket_monitor(link->socket, NULL, 0);
        zmq_close(link->socket);
    }
    if (link->monitor)
        zmq_close(link->monitor);
    link->socket = link->monitor = NULL;
}

static bool link_connect(struct client_link *link, size_t address)
{
    static atomic_uint monitors; /* a new name each time: a socket before, or another link's, may have it */
    char name[40];
    snprintf(name, sizeof name, "inproc://monitor-%u", atomic_fetch_add(&monitors, 1));
    link->socket = zmq_socket(link->context, ZMQ_DEALER);
    link->monitor = zmq_socket(link->context, ZMQ_PAIR);
    return link->socket && link->monitor && link_set_options(link) &&
           zmq_socket_monitor(link->socket, name, LINK_EVENTS) == 0 &&
           zmq_connect(link->monitor, name) == 0 &&
           zmq_connect(link->socket, link->addresses.at[address]) == 0;
}

int client_link_renew(struct client_link *link, size_t address)
{
    link_disconnect(link);
    if (link_connect(link, address))
        return 0;
    link_disconnect(link);
    return -1;
}

static bool link_uses(const struct client_link *link, const struct key *key)
{
    return strcmp(link->server.public_text, key->public_text) == 0;
}

bool client_link_turn_key(struct client_link *link)
{
    char message[256];
    struct key in_file, before = link->server;
    if (keys_read(link->server_key_path, &in_file, message, sizeof message) != KEYS_GOOD)
        return false;
    if (link_uses(link, &in_file) && !link->has_other)
        return false;
    link->server = link_uses(link, &in_file) ? link->other : in_file;
    link->other = before;
    link->has_other = true;
    return true;
}

void client_link_keep_key(struct client_link *link)
{
    link->has_other = false;
}

static int link_read(struct client_link *link, const struct concordat_client_config *config, char *message,
                     size_t message_size)
{
    if (addresses_read(&link->addresses, config->endpoint, message, message_size) != 0 ||
        keys_read(config->server_key_path, &link->server, message, message_size) != 0 ||
        keys_read(config->key_path, &link->own, message, message_size) != 0)
        return -1;
    if (!link->own.has_secret) {
        snprintf(message, message_size, "%s: holds no secret key; name the file that ends in .key_secret",
                 config->key_path);
        return -1;
    }
    return 0;
}

int client_link_open(struct client_link *link, const struct concordat_client_config *config, char *message,
                     size_t message_size)
{
    *link = (struct client_link){.context = config->context, .shares_context = config->context};
    if (link_read(link, config, message, message_size) != 0) {
        client_link_close(link);
        return -1;
    }
    link->server_key_path = strdup(config->server_key_path);
    if (!link->shares_context)
        link->context = zmq_ctx_new();
    if (!link->server_key_path || !link->context || !link_connect(link, 0)) {
        snprintf(message, message_size, "%s: cannot connect: %s", config->endpoint, zmq_strerror(errno));
        client_link_close(link);
        return -1;
    }
    return 0;
}

void client_link_close(struct client_link *link)
{
    link_disconnect(link);
    if (link->context && !link->shares_context)
        while (zmq_ctx_term(link->context) != 0 && errno == EINTR)
            continue;
    addresses_close(&link->addresses);
    free(link->server_key_path);
    keys_wipe(&link->server);
    keys_wipe(&link->own);
    *link = (struct client_link){0};
}

bool client_link_send(struct client_link *link, const struct frame_part *parts, size_t count)
{
    zmq_msg_t frame;
    assert(count > 0 && count <= FRAME_REQUESTS_MAX);
    if (!link->socket || zmq_msg_init_size(&frame, frame_size(parts, count)) != 0)
        return false;
    frame_join(parts, count, zmq_msg_data(&frame));
    bool sent = zmq_msg_send(&frame, link->socket, ZMQ_DONTWAIT) >= 0;
    zmq_msg_close(&frame);
    return sent;
}

bool client_link_receive(struct client_link *link, zmq_msg_t *message)
{
    if (!link->socket)
        return false;
    for (;;) {
        zmq_msg_init(message);
        if (zmq_msg_recv(message, link->socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(message);
            return false;
        }
        if (!zmq_msg_more(message))
            return true;
        /* A message of several frames is not this protocol: drop all of it. */
        while (zmq_msg_more(message) && zmq_msg_recv(message, link->socket, ZMQ_DONTWAIT) >= 0)
            continue;
        zmq_msg_close(message);
    }
}

enum link_event client_link_event(struct client_link *link)
{
    uint8_t frame[6]; /* 16 bits of event, 32 of value; the next frame is the address */
    uint16_t event;
    if (!link->monitor || zmq_recv(link->monitor, frame, sizeof frame, ZMQ_DONTWAIT) < 0)
        return LINK_SAME;
    memcpy(&event, frame, sizeof event);
    zmq_recv(link->monitor, frame, sizeof frame, ZMQ_DONTWAIT);
    if (event == ZMQ_EVENT_CONNECTED)
        return LINK_TAKEN;
    return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? LINK_UP : LINK_DOWN;
}

bool client_link_wait(struct client_link *link, int timeout_ms)
{
    assert(timeout_ms >= 0);
    zmq_pollitem_t items[] = {{.socket = link->socket, .events = ZMQ_POLLIN},
                              {.socket = link->monitor, .events = ZMQ_POLLIN}};
    if (!link->socket)
        return usleep((useconds_t)timeout_ms * 1000) == 0;
    return zmq_poll(items, 2, timeout_ms) >= 0;
}
