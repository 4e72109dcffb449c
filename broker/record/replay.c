/* replay.c: see replay.h. */
#include "broker/record/replay.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/record/record.h"

/* An unpacked event takes more room than its bytes: pointers, and structs for what is short when packed. */
enum { REPLAY_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX, REPLAY_MESSAGE_BYTES = 320 };

struct replay {
    struct state *state; /* borrowed */
    struct arena arena;  /* the event that is being applied */
    char message[REPLAY_MESSAGE_BYTES];
    uint64_t began_after; /* the state had this event already */
    struct begun_snapshot {
        uint64_t seq; /* 0: none yet */
        uint8_t digest[STATE_DIGEST_BYTES];
    } begun; /* the latest */
    struct replay_difference differs;
};

struct replay *replay_open(struct state *state)
{
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay || arena_open(&replay->arena, REPLAY_ARENA_BYTES) != 0) {
        free(replay);
        return NULL;
    }
    replay->state = state;
    replay->began_after = state->counters.seq;
    return replay;
}

void replay_close(struct replay **replay)
{
    if (!*replay)
        return;
    arena_close(&(*replay)->arena);
    free(*replay);
    *replay = NULL;
}

static enum replay_result contradicts(struct replay *replay, const char *why)
{
    snprintf(replay->message, sizeof replay->message, "%s", why);
    return REPLAY_CONTRADICTS;
}

/* Says why the state did not take the event. `seq` and `at_ms` are those of the event before it. A case that
 * has noted the event as its last one did take it: then only its owner was not the one that the event names.
 */
static enum replay_result does_not_follow(struct replay *replay, const struct event *event, uint64_t seq,
                                          int64_t at_ms)
{
    if (event->seq != seq + 1) {
        snprintf(replay->message, sizeof replay->message,
                 "its number is %" PRIu64 ", and %" PRIu64 " was next", event->seq, seq + 1);
        return REPLAY_CONTRADICTS;
    }
    if (event->at_ms < at_ms)
        return contradicts(replay, "it is earlier than the event before it");
    const struct referral *referral =
        event->has_referral ? state_referral(replay->state, event->referral) : NULL;
    if (referral && referral->last_seq == event->seq && referral->received_ms != event->received_ms)
        return contradicts(replay, "the time of receipt that it names is not that of its case");
    if (referral && referral->last_seq == event->seq)
        return contradicts(replay, "the owner that it names does not follow from the rules");
    const ProtobufCFieldDescriptor *kind =
        protobuf_c_message_descriptor_get_field(&concordat__v1__event__descriptor, (unsigned)event->kind);
    snprintf(replay->message, sizeof replay->message,
             "by the rules no event of the kind %s can come after those before it", kind->name);
    return REPLAY_CONTRADICTS;
}

/* --- what the events say of the state ---------------------------------------------------------------- */

static void note_difference(struct replay *replay, const struct event *event, const char *text)
{
    if (!replay->differs.seq)
        replay->differs = (struct replay_difference){event->seq, text};
}

/* A digest is over the bytes of the state, so one of another layout, by a router of another version, cannot
 * be compared. */
static void compare_start(struct replay *replay, const struct event *event)
{
    uint8_t digest[STATE_DIGEST_BYTES];
    if (event->is.started.layout != state_layout)
        return;
    replay_digest(replay->state, digest);
    if (memcmp(digest, event->is.started.state_digest, sizeof digest) != 0)
        note_difference(replay, event, "the router began from a state that its ledger does not give");
}

/* A snapshot that was begun before this replay was compared by whoever made the state. */
static void compare_kept(struct replay *replay, const struct event *event)
{
    const struct kept *kept = &event->is.kept;
    if (kept->of <= replay->began_after)
        return;
    if (kept->of != replay->begun.seq)
        note_difference(replay, event, "a snapshot was kept that had not been begun");
    else if (kept->layout == state_layout &&
             memcmp(kept->state_digest, replay->begun.digest, STATE_DIGEST_BYTES) != 0)
        note_difference(replay, event, "the router kept a snapshot of a state that its ledger does not give");
}

static void note_begun(struct replay *replay, const struct event *event)
{
    replay->begun.seq = event->seq;
    replay_digest(replay->state, replay->begun.digest);
}

const struct replay_difference *replay_differs(const struct replay *replay)
{
    return &replay->differs;
}

/* --- one event -------------------------------------------------------------------------------------- */

enum replay_result replay_event(struct replay *replay, const uint8_t *body, size_t size)
{
    struct state *state = replay->state;
    struct wire_fault fault;
    struct event event;
    const Concordat__V1__Event *message = wire_unpack_event(body, size, &replay->arena, &fault);
    if (!message) {
        snprintf(replay->message, sizeof replay->message, "it cannot be read: %s", fault.text);
        return REPLAY_CONTRADICTS;
    }
    if (!record_read_event(message, state, &replay->arena, &event))
        return contradicts(replay,
                           "it names a team, an area or a coordinator that no policy before it has, or "
                           "it lacks what its kind needs");
    const struct policy_names *policy = event.kind == EVENT_POLICY_LOADED ? &event.is.policy : NULL;
    uint32_t names = policy ? policy->teams.count + policy->areas.count + policy->coordinators.count : 0;
    if (!state_reserve(state, names))
        return REPLAY_NO_MEMORY;
    uint64_t seq = state->counters.seq;
    int64_t at_ms = state->counters.at_ms;
    if (event.kind == EVENT_BROKER_STARTED)
        compare_start(replay, &event);
    if (!state_apply(state, &event))
        return does_not_follow(replay, &event, seq, at_ms);
    assert(state->counters.seq == seq + 1 && state->counters.at_ms >= at_ms);
    if (event.kind == EVENT_SNAPSHOT_BEGUN)
        note_begun(replay, &event);
    else if (event.kind == EVENT_SNAPSHOT_KEPT)
        compare_kept(replay, &event);
    return REPLAY_APPLIED;
}

const char *replay_message(const struct replay *replay)
{
    return replay->message;
}

static void hash_part(void *context, const void *bytes, size_t size)
{
    crypto_generichash_update(context, bytes, size);
}

void replay_digest(const struct state *state, uint8_t digest[STATE_DIGEST_BYTES])
{
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, STATE_DIGEST_BYTES);
    state_visit(state, hash_part, &hash);
    crypto_generichash_final(&hash, digest, STATE_DIGEST_BYTES);
}
