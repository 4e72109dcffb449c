/* client_queue.c: a client's requests that have no answer yet, and news that its caller has not read. */
#include "proto/client/client_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int client_queue_add(struct client_queue *queue, const uint8_t id[WIRE_ID_BYTES], const uint8_t *referral,
                     uint8_t *bytes, size_t size, int64_t now_ms)
{
    assert(bytes && size > 0 && !client_queue_find(queue, id));
    if (queue->request_count == CLIENT_OUTSTANDING_MAX) {
        free(bytes);
        return -1;
    }
    struct outstanding *request = &queue->requests[queue->request_count++];
    *request = (struct outstanding){
        .bytes = bytes, .size = size, .asked_ms = now_ms, .send_at_ms = now_ms, .wait_ms = RESEND_FIRST_MS};
    memcpy(request->id, id, WIRE_ID_BYTES);
    request->changes_case = referral;
    if (referral)
        memcpy(request->referral, referral, WIRE_ID_BYTES);
    return 0;
}

struct outstanding *client_queue_find(struct client_queue *queue, const uint8_t id[WIRE_ID_BYTES])
{
    for (size_t i = 0; i < queue->request_count; i++)
        if (memcmp(queue->requests[i].id, id, WIRE_ID_BYTES) == 0)
            return &queue->requests[i];
    return NULL;
}

void client_queue_drop(struct client_queue *queue, struct outstanding *request)
{
    size_t index = (size_t)(request - queue->requests);
    assert(index < queue->request_count);
    if (request->bytes)
        explicit_bzero(request->bytes, request->size); /* a referral can be in it */
    free(request->bytes);
    queue->request_count--;
    memmove(request, request + 1, (queue->request_count - index) * sizeof *request);
}

size_t client_queue_due(struct client_queue *queue, int64_t now_ms,
                        struct outstanding *due[FRAME_REQUESTS_MAX])
{
    size_t count = 0, size = 0;
    for (size_t i = 0; i < queue->request_count && count < FRAME_REQUESTS_MAX; i++) {
        struct outstanding *request = &queue->requests[i];
        if (request->send_at_ms > now_ms)
            continue;
        size += request->size;
        if (count > 0 && size > FRAME_BYTES_GOOD)
            break;
        due[count++] = request;
    }
    return count;
}

void client_queue_back_off(struct outstanding *request, int64_t now_ms)
{
    assert(request->wait_ms >= RESEND_FIRST_MS && request->wait_ms <= RESEND_MOST_MS);
    request->send_at_ms = now_ms + request->wait_ms;
    request->wait_ms = request->wait_ms > RESEND_MOST_MS / 2 ? RESEND_MOST_MS : request->wait_ms * 2;
}

void client_queue_put_off(struct outstanding *request, int64_t now_ms, int64_t after_ms)
{
    request->send_at_ms = now_ms + (after_ms < RESEND_MOST_MS ? after_ms : RESEND_MOST_MS);
    request->wait_ms = RESEND_FIRST_MS; /* it answers, so the next sending is as good as the first */
}

void client_queue_all_due(struct client_queue *queue, int64_t now_ms)
{
    for (size_t i = 0; i < queue->request_count; i++) {
        queue->requests[i].send_at_ms = now_ms;
        queue->requests[i].wait_ms = RESEND_FIRST_MS;
    }
}

int64_t client_queue_next_ms(const struct client_queue *queue)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < queue->request_count; i++)
        if (queue->requests[i].send_at_ms < next_ms)
            next_ms = queue->requests[i].send_at_ms;
    return next_ms;
}

void client_queue_keep_news(struct client_queue *queue, const uint8_t *bytes, size_t size)
{
    struct kept_news oldest;
    assert(queue->news_count <= CLIENT_NEWS_MAX);
    if (queue->news_count == CLIENT_NEWS_MAX && client_queue_take_news(queue, &oldest))
        free(oldest.bytes);
    uint8_t *copy = malloc(size);
    if (!copy)
        return;
    memcpy(copy, bytes, size);
    size_t last = (queue->news_first + queue->news_count++) % CLIENT_NEWS_MAX;
    queue->news[last] = (struct kept_news){.bytes = copy, .size = size};
}

bool client_queue_take_news(struct client_queue *queue, struct kept_news *news)
{
    if (queue->news_count == 0)
        return false;
    *news = queue->news[queue->news_first];
    queue->news_first = (queue->news_first + 1) % CLIENT_NEWS_MAX;
    queue->news_count--;
    return true;
}

void client_queue_clear(struct client_queue *queue)
{
    struct kept_news news;
    while (client_queue_take_news(queue, &news))
        free(news.bytes);
    while (queue->request_count > 0)
        client_queue_drop(queue, &queue->requests[queue->request_count - 1]);
}
