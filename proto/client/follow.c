/* follow.c: see follow.h. */
#include "proto/client/follow.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/words/now.h"

enum {
    FOLLOW_CREDIT = 500,   /* events asked for at a time */
    FOLLOW_PAUSE_MS = 250, /* from an answer without events until the next question */
    FOLLOW_MESSAGE_BYTES = 256
};

struct concordat_follow {
    struct concordat_client *client; /* owned */
    uint64_t have;                   /* the newest event that the follower has ever had */
    uint64_t head;                   /* of the ledger, as the broker told it last */
    uint64_t after;                  /* the event whose successors are asked for next */
    bool asked;
    int64_t ask_at_ms; /* monotonic */
    char message[FOLLOW_MESSAGE_BYTES];
    struct chained_event events[FOLLOW_CREDIT]; /* of the latest feed */
};

struct concordat_follow *concordat_follow_open(const struct concordat_client_config *config, uint64_t have,
                                               char *message, size_t message_size)
{
    struct concordat_follow *follow = calloc(1, sizeof *follow);
    if (!follow) {
        snprintf(message, message_size, "out of memory");
        return NULL;
    }
    follow->have = have;
    follow->after = have > 0 ? have - 1 : 0;
    follow->client = concordat_client_open(config, message, message_size);
    if (!follow->client)
        concordat_follow_close(&follow);
    return follow;
}

void concordat_follow_close(struct concordat_follow **follow)
{
    if (!*follow)
        return;
    concordat_client_close(&(*follow)->client);
    free(*follow);
    *follow = NULL;
}

/* Asks if it is time to. If too much is outstanding, the next call asks. */
static void ask_for_events(struct concordat_follow *follow, int64_t now_ms)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Follow body = CONCORDAT__V1__FOLLOW__INIT;
    if (follow->asked || now_ms < follow->ask_at_ms)
        return;
    body.after = follow->after;
    body.credit = FOLLOW_CREDIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_FOLLOW;
    request.follow = &body;
    follow->asked = concordat_client_send(follow->client, &request, NULL) == 0;
}

static enum concordat_follow_status take_feed_events(struct concordat_follow *follow,
                                                     const Concordat__V1__Feed *feed,
                                                     concordat_follow_take *take, void *context)
{
    if (feed->n_events > FOLLOW_CREDIT) {
        snprintf(follow->message, sizeof follow->message, "the broker sent more events than were asked for");
        return FOLLOW_BROKEN;
    }
    if (feed->head < follow->have || feed->head < follow->after + feed->n_events) {
        snprintf(follow->message, sizeof follow->message,
                 "the ledger ends at event %" PRIu64 ", and event %" PRIu64
                 " has been followed already: history has been cut short",
                 feed->head, follow->have);
        return FOLLOW_BROKEN;
    }
    follow->head = feed->head;
    for (size_t i = 0; i < feed->n_events; i++) {
        const Concordat__V1__FeedEvent *event = feed->events[i];
        assert(event->chain.len == CHAIN_BYTES); /* the client has checked the message */
        assert(event->other.len == CHAIN_BYTES);
        follow->events[i] =
            (struct chained_event){event->event.data, event->event.len, event->chain.data, event->other.data};
    }
    if (feed->n_events > 0 && !take(context, follow->events, feed->n_events))
        return FOLLOW_STOPPED;
    follow->after += feed->n_events;
    follow->have = follow->after > follow->have ? follow->after : follow->have;
    follow->asked = false;
    follow->ask_at_ms = feed->n_events > 0 ? 0 : now_monotonic_ms() + FOLLOW_PAUSE_MS;
    return FOLLOW_GOES_ON;
}

enum concordat_follow_status concordat_follow_next(struct concordat_follow *follow, int timeout_ms,
                                                   concordat_follow_take *take, void *context)
{
    int64_t now_ms = now_monotonic_ms(), until_ms = now_ms + (timeout_ms > 0 ? timeout_ms : 0);
    ask_for_events(follow, now_ms);
    if (!follow->asked && follow->ask_at_ms > now_ms && follow->ask_at_ms < until_ms)
        until_ms = follow->ask_at_ms;
    const Concordat__V1__Message *message = concordat_client_next(follow->client, (int)(until_ms - now_ms));
    if (message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_FEED)
        return take_feed_events(follow, message->feed, take, context);
    /* The client repeats by itself what could not be answered just now. */
    if (message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && !message->answer->done) {
        snprintf(follow->message, sizeof follow->message, "the broker refuses the feed: %s",
                 message->answer->text);
        return FOLLOW_REFUSED;
    }
    return FOLLOW_GOES_ON;
}

struct concordat_follow_standing concordat_follow_stands(const struct concordat_follow *follow)
{
    return (struct concordat_follow_standing){concordat_client_connected(follow->client), follow->head};
}

const char *concordat_follow_message(const struct concordat_follow *follow)
{
    return follow->message;
}
