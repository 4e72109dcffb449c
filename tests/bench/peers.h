/* peers.h: many peers of the broker in one socket: each connection under a key of its own.
 *
 * A DEALER that connects n times under n keys is, to the broker, n peers; here it costs no more to poll than
 * one. What it sends goes to its connections in turn.
 */
#ifndef CONCORDAT_BENCH_PEERS_H
#define CONCORDAT_BENCH_PEERS_H

#include <zmq.h>

#include "proto/wire/frame.h"
#include "tests/bench/frames.h"

struct peers {
    void *socket;
    int count;
    /* The frame in the making, and the one that came last. */
    uint8_t bytes[FRAME_BYTES_GOOD + FRAME_BYTES_MAX];
    size_t size;
    int parts;
    zmq_msg_t came;
    struct scan rest;
};

/* Connects `count` peers under the keys PREFIX-first and so on, of the folder; says hello on each connection
 * and waits for each welcome; teams also say that they are there. */
void peers_open(struct peers *peers, void *context, const char *endpoint, const char *server_key_path,
                const char *folder, const char *prefix, int first, int count, bool present);
void peers_close(struct peers *peers);

/* Adds a request to the frame in the making. */
void peers_send(struct peers *peers, const struct frame *frame);
/* Sends what was added; to one connection, the next in turn. */
void peers_flush(struct peers *peers);
/* One message, if there is one now. */
bool peers_receive(struct peers *peers, struct heard *heard);
/* Keeps every connection alive. */
void peers_tend(struct peers *peers, enum frame_kind kind);

#endif
