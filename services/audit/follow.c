/* follow.c: follows the broker's feed into a trail: asks, appends, asks again.
 *
 * The trail itself is the memory of how far it got, so a crash at any instant leaves neither gap nor double.
 * The first question of a run asks for the newest event that the trail has once more: a ledger that was
 * rewritten shows at once, even where it has nothing new.
 */
#include "services/audit/follow.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "proto/words/exit_code.h"

enum {
    FOLLOW_CREDIT = 500,   /* events asked for at a time */
    FOLLOW_PAUSE_MS = 250, /* after an answer with nothing new, before asking again */
    FOLLOW_WAIT_MS = 500   /* how long a signal may wait to be noticed */
};

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum trail_status follow_take(struct trail *trail, const Concordat__V1__Feed *feed, char *message,
                              size_t message_size)
{
    uint64_t have = trail_head(trail, NULL);
    if (feed->head < have) {
        snprintf(message, message_size,
                 "the ledger ends at event %" PRIu64 " and this trail has %" PRIu64
                 ": history has been cut short",
                 feed->head, have);
        return TRAIL_BROKEN;
    }
    struct trail_event events[FOLLOW_CREDIT];
    if (feed->n_events > FOLLOW_CREDIT) {
        snprintf(message, message_size, "the broker sent more events than were asked for");
        return TRAIL_BROKEN;
    }
    for (size_t i = 0; i < feed->n_events; i++) {
        const Concordat__V1__FeedEvent *event = feed->events[i];
        if (event->chain.len != CHAIN_BYTES) {
            snprintf(message, message_size, "an event came without its chain value");
            return TRAIL_BROKEN;
        }
        events[i] = (struct trail_event){event->event.data, event->event.len, event->chain.data};
    }
    return feed->n_events == 0 ? TRAIL_OK
                               : trail_append(trail, events, feed->n_events, message, message_size);
}

static int ask(struct concordat_client *client, uint64_t after)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Follow follow = CONCORDAT__V1__FOLLOW__INIT;
    follow.after = after;
    follow.credit = FOLLOW_CREDIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_FOLLOW;
    request.follow = &follow;
    return concordat_client_send(client, &request, NULL);
}

enum reply { REPLY_NONE, REPLY_FEED, REPLY_LATER, REPLY_REFUSED };

/* What came within the time; *feed where it is the feed's answer. */
static enum reply next_reply(struct concordat_client *client, int timeout_ms,
                             const Concordat__V1__Feed **feed)
{
    const Concordat__V1__Message *message = concordat_client_next(client, timeout_ms);
    if (!message)
        return REPLY_NONE;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_FEED) {
        *feed = message->feed;
        return REPLY_FEED;
    }
    if (message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER || message->answer->done)
        return REPLY_NONE;
    if (message->answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNAVAILABLE ||
        message->answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY)
        return REPLY_LATER;
    fprintf(stderr, "concordat-audit: the broker refuses the feed: %s\n", message->answer->text);
    return REPLY_REFUSED;
}

static int stop_for(struct trail *trail, enum trail_status status, const char *message)
{
    fprintf(stderr, "concordat-audit: %s%s\n", status == TRAIL_BROKEN ? "ALARM: " : "", message);
    if (status == TRAIL_BROKEN && trail_alarm(trail, wall_ms(), message) != TRAIL_OK)
        fputs("concordat-audit: the alarm could not be written into the trail\n", stderr);
    return CODE_ENVIRONMENT;
}

int follow_run(struct concordat_client *client, struct trail *trail, const volatile sig_atomic_t *stop)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    uint64_t head = trail_head(trail, NULL);
    uint64_t after = head > 0 ? head - 1 : 0;
    bool asked = false;
    int64_t ask_at_ms = 0;
    while (!*stop) {
        if (!asked && wall_ms() >= ask_at_ms)
            asked = ask(client, after) == 0;
        const Concordat__V1__Feed *feed = NULL;
        switch (next_reply(client, asked ? FOLLOW_WAIT_MS : FOLLOW_PAUSE_MS, &feed)) {
        case REPLY_NONE:
            continue;
        case REPLY_REFUSED:
            return CODE_ENVIRONMENT;
        case REPLY_LATER:
            break;
        case REPLY_FEED: {
            enum trail_status status = follow_take(trail, feed, message, sizeof message);
            if (status != TRAIL_OK)
                return stop_for(trail, status, message);
            after = trail_head(trail, NULL);
        }
        }
        asked = false;
        ask_at_ms = feed == NULL || feed->n_events == 0 ? wall_ms() + FOLLOW_PAUSE_MS : 0;
    }
    return 0;
}
