/* feed.c: the events of the ledger, for auditors who follow them. */
#include "broker/shell/feed.h"

#include <stdio.h>
#include <string.h>

#include "broker/shell/answers.h"
#include "broker/shell/inside.h"
#include "broker/shell/sight.h"
#include "proto/wire/borrowed.h"

enum { FEED_EVENTS_MAX = 500, FEED_BYTES_MAX = 768 * 1024 };

void feed_follow(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__Follow *follow = asking->request->follow;
    struct session_feed *feed = &asking->session->feed;
    feed->waiting = true;
    feed->after = follow->after;
    feed->credit = follow->credit && follow->credit < FEED_EVENTS_MAX ? follow->credit : FEED_EVENTS_MAX;
    memcpy(feed->command_id, asking->request->command_id.data, ID_BYTES);
    b->waiting.for_events = true;
}

/* A feed in the making. */
struct feed_page {
    struct arena *arena;
    Concordat__V1__FeedEvent events[FEED_EVENTS_MAX];
    Concordat__V1__FeedEvent *list[FEED_EVENTS_MAX];
    uint8_t chains[FEED_EVENTS_MAX][CHAIN_BYTES];
    size_t count, size;
};

/* The ledger lends the body for this call only, so it is copied. */
static bool feed_add_event(void *context, uint64_t seq, const uint8_t *body, size_t size,
                           const uint8_t *chain)
{
    (void)seq;
    struct feed_page *page = context;
    if (page->count && page->size + size > FEED_BYTES_MAX)
        return false;
    uint8_t *copy = arena_take(page->arena, size);
    if (!copy)
        return false;
    memcpy(copy, body, size);
    memcpy(page->chains[page->count], chain, CHAIN_BYTES);
    Concordat__V1__FeedEvent *event = &page->events[page->count];
    concordat__v1__feed_event__init(event);
    event->event = borrowed_bytes(copy, size);
    event->chain = borrowed_bytes(page->chains[page->count], CHAIN_BYTES);
    page->list[page->count++] = event;
    page->size += size;
    return true;
}

/* Somebody altered the event in the ledger. The follower has to know; routing goes on. */
static void feed_refuse(struct broker *b, struct session *session)
{
    const struct answer_to to = {&session->route, session->feed.command_id};
    char text[160];
    snprintf(text, sizeof text,
             "Event %llu of the ledger is not what was written, and nothing from there on is handed out. "
             "Ask whoever runs the router.",
             (unsigned long long)session->feed.after + 1);
    answers_refuse_saying(b, &to, REFUSAL_WRONG_STATE, text);
    session->feed.waiting = false;
}

static void feed_pack_page(struct broker *b, struct outgoing *outgoing, struct session *session,
                           const struct feed_page *page)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Feed feed = CONCORDAT__V1__FEED__INIT;
    message.command_id = borrowed_bytes(session->feed.command_id, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_FEED;
    message.feed = &feed;
    feed.n_events = page->count;
    feed.events = (Concordat__V1__FeedEvent **)(uintptr_t)page->list;
    feed.head = b->durable_seq;
    outgoing_add(outgoing, &session->route, &message);
    session->feed.waiting = false;
}

static void feed_session(struct broker *b, struct outgoing *outgoing, struct session *session)
{
    static struct feed_page page;
    page.arena = &b->stored_arena;
    page.count = page.size = 0;
    arena_reset(page.arena);
    bool ahead = session->feed.after > b->durable_seq;
    enum ledger_status status = LEDGER_OK;
    if (!ahead)
        status =
            b->ports.read(b->ports.context, session->feed.after, session->feed.credit, feed_add_event, &page);
    if (status == LEDGER_CORRUPT && page.count == 0)
        feed_refuse(b, session);
    else if (status != LEDGER_UNKNOWN && (ahead || page.count > 0))
        feed_pack_page(b, outgoing, session, &page);
}

void feed_pack(struct broker *b, struct outgoing *outgoing)
{
    if (!b->waiting.for_events)
        return;
    b->waiting.for_events = false;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (!session->live || !session->feed.waiting || !sight_admits(b, session))
            continue;
        /* A follower that is ahead of us is answered at once with our head: one of us has lost something, and
         * the follower is to say so. */
        if (session->feed.after != b->durable_seq)
            feed_session(b, outgoing, session);
        b->waiting.for_events |= session->feed.waiting;
    }
}
