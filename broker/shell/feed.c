/* feed.c: the events of the ledger, for those who follow them: in the full form for inspectors, reduced for
 * auditors. */
#include "broker/shell/feed.h"

#include <stdio.h>
#include <string.h>

#include "broker/shell/alterations.h"
#include "broker/shell/answers.h"
#include "broker/shell/inside.h"
#include "broker/shell/limits.h"
#include "broker/shell/sight.h"
#include "proto/wire/borrowed.h"
#include "proto/wire/reduced.h"

/* --- who follows -------------------------------------------------------------------------------------- */

static struct session *follower_at(const struct broker *b, uint32_t place)
{
    const uint32_t *row = table_row(&b->followers.rows, place);
    return sessions_row(&b->sessions, *row);
}

/* Takes a place out of the list; the last one moves there. */
static void follower_remove(struct followers *followers, uint32_t place)
{
    struct table *rows = &followers->rows;
    memcpy(table_row(rows, place), table_row(rows, rows->count - 1), rows->row_bytes);
    rows->count--;
}

/* Ends the waiting of a connection whose key follows on another one now. It may be one that a lost network
 * left hanging; a program that is still there asks again later. */
static void follower_replace(struct broker *b, struct session *session, struct now now)
{
    const struct answer_to to = {&session->route, session->feed.command_id};
    answers_refuse_saying(b, &to, REFUSAL_TOO_MANY,
                          "Another connection of this key follows the ledger now. Give each program that "
                          "follows a key of its own.",
                          NULL);
    session->feed.waiting = false;
    unsigned count = seldom_count(&b->followers.replaced, now.mono_ms);
    char line[KEY_NAME_CHARS_MAX + 160];
    snprintf(line, sizeof line,
             "%s follows on more than one connection; only the newest waits (%u such since the last of these "
             "lines)",
             session->peer.key.name, count);
    if (count)
        b->ports.log(b->ports.context, line);
}

/* Enters the session among those that wait, in the place of another of its key. Returns false if memory is
 * short. */
static bool follower_enter(struct broker *b, struct session *session, struct now now)
{
    struct followers *followers = &b->followers;
    bool entered = false;
    for (uint32_t place = followers->rows.count; place-- > 0;) {
        struct session *other = follower_at(b, place);
        if (other == session)
            entered = true;
        else if (!other->live || !other->feed.waiting)
            follower_remove(followers, place);
        else if (strcmp(other->peer.key.name, session->peer.key.name) == 0)
            follower_replace(b, other, now);
    }
    if (entered || !table_reserve(&followers->rows, 1))
        return entered;
    *(uint32_t *)table_add(&followers->rows) = sessions_row_of(&b->sessions, session);
    return true;
}

void feed_follow(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__Follow *follow = asking->request->follow;
    struct session_feed *feed = &asking->session->feed;
    if (!follower_enter(b, asking->session, asking->now)) {
        answers_refuse(b, &asking->to, REFUSAL_UNAVAILABLE, NULL);
        return;
    }
    feed->waiting = true;
    feed->after = follow->after;
    feed->credit = follow->credit && follow->credit < FEED_EVENTS_MAX ? follow->credit : FEED_EVENTS_MAX;
    memcpy(feed->command_id, asking->request->command_id.data, ID_BYTES);
}

/* --- what they are sent ------------------------------------------------------------------------------- */

/* A feed in the making. */
struct feed_page {
    struct broker *broker;
    Concordat__V1__FeedEvent events[FEED_EVENTS_MAX];
    Concordat__V1__FeedEvent *list[FEED_EVENTS_MAX];
    uint8_t chains[FEED_EVENTS_MAX][CHAIN_BYTES], others[FEED_EVENTS_MAX][CHAIN_BYTES];
    size_t count, size;
    bool is_reduced;
    bool is_altered; /* the event after these */
};

/* Puts the form that the follower gets into `copy`, and the digest of the other into `other`. Returns the
 * size; 0 if the event is not what was written. */
static size_t feed_form(const struct ledger_event *stored, bool is_reduced, uint8_t *copy,
                        uint8_t other[CHAIN_BYTES])
{
    uint8_t digest[CHAIN_BYTES];
    size_t size = reduced_event(stored->body, stored->body_size, copy);
    chain_digest(copy, size, digest);
    if (size == 0 || memcmp(digest, stored->reduced, CHAIN_BYTES) != 0)
        return 0;
    if (is_reduced) {
        chain_digest(stored->body, stored->body_size, other);
        return size;
    }
    memcpy(copy, stored->body, stored->body_size);
    memcpy(other, digest, CHAIN_BYTES);
    return stored->body_size;
}

/* The ledger lends the body for this call only, so it is copied. */
static bool feed_add_event(void *context, const struct ledger_event *stored, const uint8_t *chain)
{
    struct feed_page *page = context;
    if (page->count && page->size + stored->body_size > WIRE_FEED_BYTES_GOOD)
        return false;
    uint8_t *copy = arena_take(&page->broker->stored_arena, stored->body_size);
    if (!copy)
        return false;
    alterations_compare_copies(page->broker, stored);
    size_t size = feed_form(stored, page->is_reduced, copy, page->others[page->count]);
    if (size == 0) {
        alterations_note(page->broker, &(struct altered){ALTERATION_HISTORY, stored->seq}, NULL);
        page->is_altered = true;
        return false;
    }
    memcpy(page->chains[page->count], chain, CHAIN_BYTES);
    Concordat__V1__FeedEvent *event = &page->events[page->count];
    concordat__v1__feed_event__init(event);
    event->event = borrowed_bytes(copy, size);
    event->chain = borrowed_bytes(page->chains[page->count], CHAIN_BYTES);
    event->other = borrowed_bytes(page->others[page->count], CHAIN_BYTES);
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
    answers_refuse_saying(b, &to, REFUSAL_WRONG_STATE, text, NULL);
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

/* Returns how many bytes of events it has packed. */
static size_t feed_session(struct broker *b, struct outgoing *outgoing, struct session *session)
{
    static struct feed_page page;
    page.broker = b;
    page.count = page.size = 0;
    page.is_altered = false;
    page.is_reduced = session->peer.key.role != CONCORDAT__V1__ROLE__ROLE_INSPECTOR;
    arena_reset(&b->stored_arena);
    bool ahead = session->feed.after > b->durable_seq;
    enum ledger_status status = LEDGER_OK;
    if (!ahead)
        status =
            b->ports.read(b->ports.context, session->feed.after, session->feed.credit, feed_add_event, &page);
    if ((status == LEDGER_CORRUPT || page.is_altered) && page.count == 0)
        feed_refuse(b, session);
    else if (status != LEDGER_UNKNOWN && (ahead || page.count > 0))
        feed_pack_page(b, outgoing, session, &page);
    return page.size;
}

/* Packs for the follower whose turn it is. Returns how many bytes of events. */
static size_t feed_next(struct broker *b, struct outgoing *outgoing)
{
    struct followers *followers = &b->followers;
    struct session *session = follower_at(b, followers->next);
    size_t size = 0;
    bool waits = session->live && session->feed.waiting && sight_admits(b, session);
    /* A follower that is ahead of us is answered at once with our head: one of us has lost something, and the
     * follower is to say so. */
    if (waits && session->feed.after != b->durable_seq)
        size = feed_session(b, outgoing, session);
    if (waits && session->feed.waiting)
        followers->next++;
    else
        follower_remove(followers, followers->next);
    return size;
}

void feed_pack(struct broker *b, struct outgoing *outgoing)
{
    struct followers *followers = &b->followers;
    uint32_t left = followers->rows.count;
    size_t size = 0;
    for (; left > 0 && size < FEED_TURN_BYTES_MAX; left--) {
        followers->next = followers->next < followers->rows.count ? followers->next : 0;
        size += feed_next(b, outgoing);
    }
    followers->hurried = left > 0;
}
