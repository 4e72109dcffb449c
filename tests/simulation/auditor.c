/* auditor.c: follows the feed, as an auditor or an inspector, and checks that it is one unbroken chain. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/reduced.h"

#include "tests/simulation/world.h"

static void follow(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Follow body = CONCORDAT__V1__FOLLOW__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_FOLLOW;
    request.follow = &body;
    body.after = p->seen_seq;
    body.credit = (uint32_t)random_between(&p->random, 1, 500);
    peer_new_id(w, p, p->follow_id);
    request.command_id = peer_bytes(p->follow_id, 16);
    p->follow_ms = w->now_ms + SECONDS(60);
    peer_send(w, p, &request);
}

static void auditor_wake(struct world *w, struct peer *p)
{
    if (p->welcome && p->follow_ms <= w->now_ms)
        follow(w, p);
    peer_plan(w, p, p->welcome ? p->follow_ms : INT64_MAX);
}

/* The digests of both forms of an event, of which the peer got one and the digest of the other. False if the
 * other is not that of this event, as far as the peer can tell. */
static bool both_digests(const struct peer *p, const Concordat__V1__FeedEvent *event,
                         uint8_t reduced[CHAIN_BYTES], uint8_t full[CHAIN_BYTES])
{
    bool is_full = p->key.role == CONCORDAT__V1__ROLE__ROLE_INSPECTOR;
    uint8_t again[CHAIN_BYTES], *scratch = malloc(event->event.len);
    assert(scratch);
    chain_digest(event->event.data, event->event.len, is_full ? full : reduced);
    memcpy(is_full ? reduced : full, event->other.data, CHAIN_BYTES);
    bool good = !is_full || (reduced_digest(event->event.data, event->event.len, scratch, again) &&
                             memcmp(again, reduced, CHAIN_BYTES) == 0);
    free(scratch);
    return good;
}

static void take_feed(struct world *w, struct peer *p, const Concordat__V1__Feed *feed)
{
    for (size_t i = 0; i < feed->n_events; i++) {
        const Concordat__V1__FeedEvent *event = feed->events[i];
        uint8_t chain[CHAIN_BYTES], reduced[CHAIN_BYTES], full[CHAIN_BYTES];
        bool are_of_one_event = both_digests(p, event, reduced, full);
        chain_next(p->seen_chain, reduced, full, chain);
        if (!are_of_one_event || memcmp(chain, event->chain.data, sizeof chain) != 0) {
            world_violated(w, "P8 chain broken", "%s finds that event %llu does not follow", p->key.name,
                           (unsigned long long)p->seen_seq + 1);
            return;
        }
        memcpy(p->seen_chain, chain, sizeof chain);
        p->seen_seq++;
    }
    p->feed_head = feed->head;
    if (feed->head < p->seen_seq)
        world_violated(w, "P1 lost", "%s has event %llu, the ledger only %llu", p->key.name,
                       (unsigned long long)p->seen_seq, (unsigned long long)feed->head);
}

static void auditor_told(struct world *w, struct peer *p, const Concordat__V1__Message *message)
{
    bool welcome = message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME;
    bool feed = message->body_case == CONCORDAT__V1__MESSAGE__BODY_FEED &&
                memcmp(message->command_id.data, p->follow_id, 16) == 0;
    if (feed)
        take_feed(w, p, message->feed);
    if (feed || welcome) {
        memset(p->follow_id, 0, sizeof p->follow_id); /* we have had this answer before */
        p->follow_ms = w->now_ms;
        peer_plan(w, p, p->follow_ms);
    }
}

const struct peer_role auditor_role = {.wake = auditor_wake, .told = auditor_told};
