/* check_messages.c: the broker sends nothing before its commit, and nothing to anybody whom it does not
 * concern. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/reduced.h"
#include "tests/simulation/checks.h"

#define BODY(name) CONCORDAT__V1__MESSAGE__BODY_##name

typedef unsigned long long number;

static bool is_on_disk(struct world *w, uint64_t seq, const char *what)
{
    if (seq <= w->store.count)
        return true;
    world_violated(w, "sent before its commit", "%s speaks of event %llu, on disk are %llu", what,
                   (number)seq, (number)w->store.count);
    return false;
}

/* A status must agree with the event whose number it has. */
static void check_status(struct world *w, const Concordat__V1__CaseStatus *status)
{
    if (!status || !status->referral.len || !is_on_disk(w, status->seq, "a status"))
        return;
    const struct seen_event *event = witness_event(&w->witness, status->seq);
    if (!event || memcmp(event->referral, status->referral.data, 16) != 0)
        world_violated(w, "sent before its commit", "a status names event %llu, which is of another case",
                       (number)status->seq);
    else if (event->state != (int)status->state || event->owner_kind != (int)status->owner_kind ||
             strcmp(event->owner, status->owner) != 0)
        world_violated(w, "sent before its commit",
                       "a status says otherwise than event %llu: state %d, it is %d", (number)status->seq,
                       (int)status->state, event->state);
    if (event)
        check_erased_status(w, event, status);
    if (!status->ring[0] && !status->coordinator_ring[0])
        world_violated(w, "P11 nobody to ring", "a status of event %llu, in state %d with %s",
                       (number)status->seq, (int)status->state, status->owner);
}

/* By the policy in force, or by the one that was in force when the last batch began: what is sent may have
 * been decided before the event of its turn by which a policy was loaded. */
static bool coordinates(const struct world *w, const char *coordinator, const char *area)
{
    const int policies[] = {w->witness.policy, w->witness.policy_before};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        const struct policy *policy = &w->policies[policies[i]]->policy;
        int at = policy_find_area(policy, area);
        if (at >= 0 && strcmp(policy->coordinators[policy->areas[at].coordinator].id, coordinator) == 0)
            return true;
    }
    return false;
}

/* A coordinator may hear of the cases that are theirs, of those of their areas, of those that they were told
 * of because nobody answered, and of those of an area that they cover; and once more of a case that the last
 * batch has taken from them. */
bool check_concerns_coordinator(const struct world *w, const char *coordinator, const struct seen_case *c)
{
    for (size_t i = 0; i < c->also_count; i++)
        if (strcmp(c->also[i], coordinator) == 0)
            return true;
    bool just_lost = c->former_seq >= w->witness.batch_seq && strcmp(c->former_coordinator, coordinator) == 0;
    return just_lost || strcmp(c->coordinator, coordinator) == 0 || coordinates(w, coordinator, c->area) ||
           witness_covers(&w->witness, coordinator, c->area);
}

/* A source may hear of its own referrals, and a team of those that it was ever asked about. */
static bool messages_concerns(const struct world *w, const struct peer *peer, const struct seen_case *c)
{
    int team;
    switch ((int)peer->key.role) {
    case CONCORDAT__V1__ROLE__ROLE_SOURCE:
        return strcmp(c->origin, peer->key.name) == 0;
    case CONCORDAT__V1__ROLE__ROLE_TEAM:
        team = witness_team(&w->witness, peer->key.of);
        return team >= 0 && c->asked & UINT64_C(1) << team;
    case CONCORDAT__V1__ROLE__ROLE_COORDINATOR:
        return check_concerns_coordinator(w, peer->key.of, c);
    default:
        return true;
    }
}

static void check_reader(struct world *w, const struct peer *peer, const uint8_t *referral, size_t size,
                         const char *what)
{
    const struct seen_case *c = size == 16 ? witness_case(&w->witness, referral) : NULL;
    if (c && !messages_concerns(w, peer, c))
        world_violated(w, "P10 wrong reader", "%s is told by %s of a case that does not concern it",
                       peer->key.name, what);
}

/* The coordinator who covers an area and the area's own hear of it, and nobody else. */
static void check_covered(struct world *w, const struct peer *peer, const Concordat__V1__Covered *covered)
{
    bool concerned = strcmp(peer->key.of, covered->by) == 0 || coordinates(w, peer->key.of, covered->area);
    if (peer->key.role != CONCORDAT__V1__ROLE__ROLE_COORDINATOR || !concerned)
        world_violated(w, "P10 wrong reader", "%s is told that %s covers %s", peer->key.name, covered->by,
                       covered->area);
    if (covered->until_ms && !witness_covers(&w->witness, covered->by, covered->area))
        world_violated(w, "sent before its commit", "%s is told of a cover that no event says",
                       peer->key.name);
}

/* A coordinator who enters a referral for somebody who rang is answered whose case it is, in any area. */
static bool answers_call(const struct seen_command *command, const struct peer *peer,
                         const Concordat__V1__Answer *answer, const struct witness *w)
{
    const struct seen_case *c =
        command && command->kind == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT && answer->status->referral.len
            ? witness_case(w, answer->status->referral.data)
            : NULL;
    return c && strcmp(c->entered_by, peer->key.name) == 0;
}

static void check_answer(struct world *w, const struct peer *peer, const Concordat__V1__Message *message)
{
    const Concordat__V1__Answer *answer = message->answer;
    struct seen_command *command = witness_command(&w->witness, message->command_id.data);
    if (!is_on_disk(w, answer->seq, "an answer"))
        return;
    check_status(w, answer->status);
    if (answer->covered)
        check_covered(w, peer, answer->covered);
    if (answer->status && !answers_call(command, peer, answer, &w->witness))
        check_reader(w, peer, answer->status->referral.data, answer->status->referral.len, "an answer");
    if (command && answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_SEALED)
        check_told_refusal(w, peer, command);
    if (answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_ALTERED)
        world_violated(w, "P9 not as told", "%s is refused, and nobody has altered anything", peer->key.name);
    if (!command || !answer->done || !peer->honest)
        return; /* a stranger uses one id for several commands */
    if (command->kind != CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS && command->answered_seq &&
        command->answered_seq != answer->seq)
        world_violated(w, "P5 other answer", "one command was answered with event %llu and now with %llu",
                       (number)command->answered_seq, (number)answer->seq);
    if (answer->status && answer->status->seq < answer->seq)
        world_violated(w, "P2 old status", "the answer of event %llu says what held at event %llu",
                       (number)answer->seq, (number)answer->status->seq);
    if (answer->seq && command->kind == CONCORDAT__V1__REQUEST__COMMAND_ACCEPT && !command->first_seq)
        world_violated(w, "P3 two acceptances", "%s is told that it has accepted, but no event says so",
                       peer->key.name);
    command->done = true;
    command->answered_seq = answer->seq;
}

static void check_offer(struct world *w, const struct peer *peer, const Concordat__V1__Offer *offer)
{
    const struct seen_case *c = witness_case(&w->witness, offer->referral.data);
    if (!c || c->attempt < offer->attempt) {
        world_violated(w, "sent before its commit", "%s is sent an offer that is not on disk",
                       peer->key.name);
        return;
    }
    if (peer->key.role != CONCORDAT__V1__ROLE__ROLE_TEAM || strcmp(peer->key.of, c->offer_team) != 0)
        world_violated(w, "P10 wrong reader", "%s is sent an offer to %s", peer->key.name, c->offer_team);
    else if (!c->offer_live || c->attempt != offer->attempt ||
             c->expires_ms - w->witness.ahead_ms != offer->expires_ms)
        world_violated(w, "P3 zombie offer", "%s is sent an offer that is over", peer->key.name);
    else
        check_told_offer(w, peer, c, offer);
}

static void check_record(struct world *w, const struct peer *peer, const Concordat__V1__Message *message)
{
    const struct seen_command *command = witness_command(&w->witness, message->command_id.data);
    const Concordat__V1__Record *record = message->record;
    check_erased_record(w, peer, record);
    if (record->n_history == 0)
        check_told_record(w, peer, record);
    if (!command || !command->first_seq ||
        witness_event(&w->witness, command->first_seq)->kind != CONCORDAT__V1__EVENT__WHAT_RECORD_READ)
        world_violated(w, "sent before its commit", "%s reads a record, and no event says so",
                       peer->key.name);
    if (w->violation.found || witness_event(&w->witness, command->first_seq)->broke_glass)
        return;
    if (record->n_history > 0) {
        check_reader(w, peer, record->status->referral.data, record->status->referral.len, "a history");
        check_history(w, peer, command, record);
        return;
    }
    if (record->referral)
        check_reader(w, peer, record->referral->id.data, record->referral->id.len, "a record");
    if (peer->key.role != CONCORDAT__V1__ROLE__ROLE_TEAM &&
        peer->key.role != CONCORDAT__V1__ROLE__ROLE_COORDINATOR &&
        peer->key.role != CONCORDAT__V1__ROLE__ROLE_SOURCE)
        world_violated(w, "P10 wrong reader", "%s reads a record", peer->key.name);
}

/* Each event of a feed must be on the disk, with the same bytes and chain value. */
/* An inspector is sent the bytes that are stored, an auditor their reduced form. */
static bool is_in_form(const struct stored *stored, const Concordat__V1__FeedEvent *sent, bool is_reduced)
{
    uint8_t *reduced = malloc(stored->size);
    assert(reduced);
    size_t size = is_reduced ? reduced_event(stored->body, stored->size, reduced) : stored->size;
    bool same = size > 0 && size == sent->event.len &&
                memcmp(is_reduced ? reduced : stored->body, sent->event.data, size) == 0;
    free(reduced);
    return same;
}

static void check_feed_event(struct world *w, const Concordat__V1__FeedEvent *sent, bool is_reduced)
{
    struct arena *arena = &w->witness.arena;
    arena_reset(arena);
    const Concordat__V1__Event *event =
        concordat__v1__event__unpack(&arena->allocator, sent->event.len, sent->event.data);
    if (!event || !is_on_disk(w, event->seq, "a feed"))
        return;
    const struct stored *stored = &w->store.events[event->seq - 1];
    if (!is_in_form(stored, sent, is_reduced) || memcmp(stored->chain, sent->chain.data, CHAIN_BYTES) != 0)
        world_violated(w, "P8 feed differs", "event %llu is sent otherwise than it is on disk",
                       (number)event->seq);
}

static void check_feed(struct world *w, const struct peer *peer, const Concordat__V1__Feed *feed)
{
    bool is_reduced = peer->key.role == CONCORDAT__V1__ROLE__ROLE_AUDITOR;
    if (!is_reduced && peer->key.role != CONCORDAT__V1__ROLE__ROLE_INSPECTOR)
        world_violated(w, "P10 wrong reader", "%s is sent the feed", peer->key.name);
    is_on_disk(w, feed->head, "a feed");
    for (size_t i = 0; i < feed->n_events && !w->violation.found; i++)
        check_feed_event(w, feed->events[i], is_reduced);
}

/* A withdrawn key must hear only that it is withdrawn. */
static void check_revoked(struct world *w, const struct peer *peer, const Concordat__V1__Message *message)
{
    const Concordat__V1__Answer *answer = message->body_case == BODY(ANSWER) ? message->answer : NULL;
    if (!answer || answer->done || answer->status ||
        answer->refusal != CONCORDAT__V1__REFUSAL__REFUSAL_REVOKED)
        world_violated(w, "P10 revoked key", "%s is still told things (body %d)", peer->key.name,
                       (int)message->body_case);
}

void check_sent(struct world *w, const struct peer *peer, const Concordat__V1__Message *message)
{
    if (peer->revoked) {
        check_revoked(w, peer, message);
        return;
    }
    switch ((int)message->body_case) {
    case BODY(ANSWER):
        check_answer(w, peer, message);
        check_told_by(w, peer, message->answer->status);
        break;
    case BODY(STATUS):
        check_told_by(w, peer, message->status);
        check_status(w, message->status);
        check_reader(w, peer, message->status->referral.data, message->status->referral.len, "a status");
        break;
    case BODY(OFFER):
        check_told_by(w, peer, message->offer->status);
        check_status(w, message->offer->status);
        check_offer(w, peer, message->offer);
        break;
    case BODY(OFFER_OVER):
        check_told_by(w, peer, message->offer_over->status);
        check_status(w, message->offer_over->status);
        check_reader(w, peer, message->offer_over->referral.data, 16, "an offer's end");
        break;
    case BODY(BOARD):
        for (size_t i = 0; i < message->board->n_cases; i++) {
            check_status(w, message->board->cases[i]);
            check_told_by(w, peer, message->board->cases[i]);
            check_reader(w, peer, message->board->cases[i]->referral.data, 16, "a board");
        }
        for (size_t i = 0; i < message->board->n_covers; i++)
            check_covered(w, peer, message->board->covers[i]);
        check_board_readings(w, peer, message->board);
        break;
    case BODY(READ_BEYOND):
        check_read_beyond(w, peer, message->read_beyond);
        break;
    case BODY(COVERED):
        check_covered(w, peer, message->covered);
        break;
    case BODY(RECORD):
        check_record(w, peer, message);
        break;
    case BODY(FEED):
        check_feed(w, peer, message->feed);
        break;
    default:
        break;
    }
}
