/* client_queue.h: what a client still has to do: requests without an answer, and news not yet looked at.
 *
 * A request stays until its answer comes and is sent again in between, each time after twice the wait.
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
    uint8_t *bytes; /* owned */
    size_t size;
    int64_t send_at_ms; /* monotonic */
    int wait_ms;        /* after the next sending */
};

struct kept_news {
    uint8_t *bytes; /* owned */
    size_t size;
};

struct client_queue {
    struct outstanding requests[CLIENT_OUTSTANDING_MAX]; /* in the order in which they were made */
    size_t request_count;
    struct kept_news news[CLIENT_NEWS_MAX]; /* a ring */
    size_t news_first, news_count;
};

/* Takes over bytes, also where it returns -1 because too many are outstanding. */
int client_queue_add(struct client_queue *queue, const uint8_t id[WIRE_ID_BYTES], uint8_t *bytes, size_t size,
                     int64_t now_ms);
/* NULL where there is none of that id. */
struct outstanding *client_queue_find(struct client_queue *queue, const uint8_t id[WIRE_ID_BYTES]);
void client_queue_drop(struct client_queue *queue, struct outstanding *request);
/* The requests whose time to be sent has come, as many as fit into one frame. Returns how many. */
size_t client_queue_due(struct client_queue *queue, int64_t now_ms,
                        struct outstanding *due[FRAME_REQUESTS_MAX]);
/* To be called when a request has been sent, or has been turned down for now. */
void client_queue_back_off(struct outstanding *request, int64_t now_ms);
/* The other side is new: everything is due at once. */
void client_queue_all_due(struct client_queue *queue, int64_t now_ms);
/* When the next request is due; INT64_MAX where none waits. */
int64_t client_queue_next_ms(const struct client_queue *queue);

/* Keeps a copy of a message. Where too many are kept the oldest gives way: what holds
 * now can be asked for, and later news say it too. */
void client_queue_keep_news(struct client_queue *queue, const uint8_t *bytes, size_t size);
/* The oldest message, now the caller's to free; false where there is none. */
bool client_queue_take_news(struct client_queue *queue, struct kept_news *news);

void client_queue_clear(struct client_queue *queue);

#endif
