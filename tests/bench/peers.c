/* peers.c: many peers of the broker in one socket, each connection with a key of its own. */
#include "tests/bench/peers.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

#include "proto/keys/keys.h"
#include "proto/words/now.h"
#include "tests/bench/measure.h"

enum { WELCOME_WAIT_MS = 600000 }; /* a broker that starts may have to read ten years */

static void set(void *socket, int option, int value)
{
    if (zmq_setsockopt(socket, option, &value, sizeof value) != 0)
        measure_fail("a socket option is not taken: %s", zmq_strerror(errno));
}

/* Sets the keys of the next connections. */
static void use_key(void *socket, const struct key *server, const char *path)
{
    struct key own;
    char message[512];
    if (keys_read(path, &own, message, sizeof message) != 0)
        measure_fail("%s", message);
    if (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server->public_text, KEY_TEXT_CHARS + 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own.public_text, KEY_TEXT_CHARS + 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own.secret_text, KEY_TEXT_CHARS + 1) != 0)
        measure_fail("a key is not taken: %s", zmq_strerror(errno));
    keys_wipe(&own);
}

/* Sends the same request on each connection and waits for all answers. */
static void ask_all(struct peers *peers, enum frame_kind kind)
{
    peers_tend(peers, kind);
    int64_t until_ns = now_monotonic_ns() + INT64_C(1000000) * WELCOME_WAIT_MS;
    for (int answered = 0; answered < peers->count;) {
        struct heard heard;
        zmq_pollitem_t item = {peers->socket, 0, ZMQ_POLLIN, 0};
        zmq_poll(&item, 1, 100);
        while (peers_receive(peers, &heard)) {
            if (!heard.is_answer)
                continue;
            if (heard.kind != kind || heard.refusal)
                measure_fail("a peer was refused: refusal %u", heard.refusal);
            answered++;
        }
        if (now_monotonic_ns() > until_ns)
            measure_fail("%d of %d peers were not answered", peers->count - answered, peers->count);
    }
}

void peers_open(struct peers *peers, void *context, const char *endpoint, const char *server_key_path,
                const char *folder, const char *prefix, int first, int count, bool present)
{
    char path[4096], message[512];
    struct key server;
    if (keys_read(server_key_path, &server, message, sizeof message) != 0)
        measure_fail("%s", message);
    *peers = (struct peers){.socket = zmq_socket(context, ZMQ_DEALER), .count = count};
    zmq_msg_init(&peers->came);
    set(peers->socket, ZMQ_LINGER, 0);
    set(peers->socket, ZMQ_SNDHWM, 0);
    set(peers->socket, ZMQ_RCVHWM, 0);
    set(peers->socket, ZMQ_RECONNECT_IVL, 1); /* others measure how long a start takes */
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s-%d.key_secret", folder, prefix, first + i);
        use_key(peers->socket, &server, path);
        if (zmq_connect(peers->socket, endpoint) != 0)
            measure_fail("%s: %s", endpoint, zmq_strerror(errno));
    }
    if (count)
        ask_all(peers, FRAME_HELLO);
    if (count && present)
        ask_all(peers, FRAME_PRESENCE);
}

void peers_close(struct peers *peers)
{
    zmq_msg_close(&peers->came);
    zmq_close(peers->socket);
    *peers = (struct peers){0};
}

void peers_send(struct peers *peers, const struct frame *frame)
{
    const struct frame_part part = {frame->bytes, frame->size};
    frame_join(&part, 1, peers->bytes + peers->size);
    peers->size += frame_size(&part, 1);
    if (++peers->parts == FRAME_REQUESTS_MAX || peers->size > FRAME_BYTES_GOOD)
        peers_flush(peers);
}

void peers_flush(struct peers *peers)
{
    if (peers->parts && zmq_send(peers->socket, peers->bytes, peers->size, ZMQ_DONTWAIT) < 0)
        measure_fail("cannot send: %s", zmq_strerror(errno));
    peers->size = 0;
    peers->parts = 0;
}

bool peers_receive(struct peers *peers, struct heard *heard)
{
    struct frame_part part;
    for (;;) {
        while (frame_next(&peers->rest, &part) == SCAN_FIELD)
            if (frames_read(part.bytes, part.size, heard))
                return true;
        if (zmq_msg_recv(&peers->came, peers->socket, ZMQ_DONTWAIT) < 0)
            return false;
        const uint8_t *bytes = zmq_msg_data(&peers->came);
        peers->rest = (struct scan){bytes, bytes + zmq_msg_size(&peers->came)};
    }
}

void peers_tend(struct peers *peers, enum frame_kind kind)
{
    for (int i = 0; i < peers->count; i++) {
        peers_send(peers, frames_make(kind, (uint32_t)i, 0));
        peers_flush(peers);
    }
}
