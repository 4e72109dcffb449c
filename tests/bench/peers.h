/* peers.h: many peers of the broker in one socket, each connection with a key of its own.
 *
 * A DEALER that connects n times with n keys is n peers to the broker, and costs no more to poll here than
 * one. It sends on its connections in turn.
 */
#ifndef CONCORDAT_BENCH_PEERS_H
#define CONCORDAT_BENCH_PEERS_H

#include <zmq.h>

#include "proto/wire/frame.h"
#include "tests/bench/frames.h"

struct peers {
    void *socket;
    int count;
    /* The frame that is being made, and the latest that came. */
    uint8_t bytes[FRAME_BYTES_GOOD + FRAME_BYTES_MAX];
    size_t size;
    int parts;
    zmq_msg_t came;
    struct scan rest;
};

/* Connects `count` peers with the keys PREFIX-first and so on of the folder. Says hello on each connection
 * and waits for each welcome; teams also say that they are present. */
void peers_open(struct peers *peers, void *context, const char *endpoint, const char *server_key_path,
                const char *folder, const char *prefix, int first, int count, bool present);
void peers_close(struct peers *peers);

/* Adds a request to the frame that is being made. */
void peers_send(struct peers *peers, const struct frame *frame);
/* Sends that frame on the next connection in turn. */
void peers_flush(struct peers *peers);
/* Takes one message if one waits. */
bool peers_receive(struct peers *peers, struct heard *heard);
/* Sends what keeps every connection alive. */
void peers_tend(struct peers *peers, enum frame_kind kind);

#endif
