/* client_queue.h: a client's requests that have no answer yet, and news that its caller has not read.
 *
 * A request stays until its answer comes. Until then it is sent again, each time after twice the wait.
 */
#ifndef CONCORDAT_CLIENT_QUEUE_H
#define CONCORDAT_CLIENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/client/client.h"
#include "proto/wire/frame.h"

enum { RESEND_FIRST_MS = 1000, RESEND_MOST_MS = 30000 };

struct outstanding {
    uint8_t id[WIRE_ID_BYTES];
    uint8_t *bytes; /* owned; NULL: another has taken them */
    size_t size;
    bool changes_case; /* the one of `referral` */
    uint8_t referral[WIRE_ID_BYTES];
    int64_t asked_ms;   /* monotonic */
    int64_t send_at_ms; /* monotonic */
    int wait_ms;        /* from the next sending to the one after it */
};

struct kept_news {
    uint8_t *bytes; /* owned */
    size_t size;
};

struct client_queue {
    struct outstanding requests[CLIENT_OUTSTANDING_MAX]; /* oldest first */
    size_t request_count;
    struct kept_news news[CLIENT_NEWS_MAX]; /* a ring */
    size_t news_first, news_count;
};

/* Takes ownership of bytes. referral: the case that it changes, or NULL. Returns 0, or -1 if
 * CLIENT_OUTSTANDING_MAX requests wait; then it frees the bytes. */
int client_queue_add(struct client_queue *queue, const uint8_t id[WIRE_ID_BYTES], const uint8_t *referral,
                     uint8_t *bytes, size_t size, int64_t now_ms);
/* Returns the request with that id, or NULL. */
struct outstanding *client_queue_find(struct client_queue *queue, const uint8_t id[WIRE_ID_BYTES]);
void client_queue_drop(struct client_queue *queue, struct outstanding *request);
/* Gives the requests that are due, as many as fit into one frame. Returns how many. */
size_t client_queue_due(struct client_queue *queue, int64_t now_ms,
                        struct outstanding *due[FRAME_REQUESTS_MAX]);
/* Puts off the next sending. Call this when a request has been sent. */
void client_queue_back_off(struct outstanding *request, int64_t now_ms);
/* The server said after how long to send a request again. */
void client_queue_put_off(struct outstanding *request, int64_t now_ms, int64_t after_ms);
/* Makes every request due at once: the server is a new one. */
void client_queue_all_due(struct client_queue *queue, int64_t now_ms);
/* Returns when the next request is due, or INT64_MAX if there is none. */
int64_t client_queue_next_ms(const struct client_queue *queue);

/* Keeps a copy of a message. If CLIENT_NEWS_MAX are kept, drops the oldest: later news say what holds now,
 * and the caller can ask for it. */
void client_queue_keep_news(struct client_queue *queue, const uint8_t *bytes, size_t size);
/* Gives the oldest message, which the caller frees. Returns false if there is none. */
bool client_queue_take_news(struct client_queue *queue, struct kept_news *news);

void client_queue_clear(struct client_queue *queue);

#endif
