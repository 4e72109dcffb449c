/* replay.h: events in, state out: what a history of packed events comes to.
 *
 * Every event is read and applied on top of the events before it, by the functions that also made it: so a
 * history in which one event does not follow from the others is found at that event. No disk, no clock, no
 * randomness. The broker replays its ledger when it starts, concordat-replay what an auditor gives it, and
 * the simulation compares the result with the state that was lived through. One thread uses a replay.
 */
#ifndef CONCORDAT_REPLAY_H
#define CONCORDAT_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "broker/core/state.h"

enum replay_result {
    REPLAY_APPLIED,
    REPLAY_CONTRADICTS, /* the event cannot follow: the state must not be used any more */
    REPLAY_NO_MEMORY    /* the event was not applied, and the state is as it was */
};

struct replay;

/* Starts a replay on top of `state`, which is borrowed until replay_close and may be changed by nobody else
 * meanwhile. NULL if memory is short. */
struct replay *replay_open(struct state *state);
void replay_close(struct replay **replay);

/* Applies one packed concordat.v1.Event, borrowed for the call. Its number must be the next one. */
enum replay_result replay_event(struct replay *replay, const uint8_t *body, size_t size);

/* Why the last event contradicts those before it, for a person. Holds nothing about a person. */
const char *replay_message(const struct replay *replay);

/* The first event by which the router said of its state, at a start or a snapshot, what the replayed state
 * does not bear out. The events follow from one another all the same: the router did not live by them. */
struct replay_difference {
    uint64_t seq;     /* 0: none so far */
    const char *text; /* for a person */
};
const struct replay_difference *replay_differs(const struct replay *replay);

/* BLAKE2b-256 over every byte of the state: the same for the same events, whether they were lived through or
 * replayed, and whatever seed the state was made with. */
void replay_digest(const struct state *state, uint8_t digest[STATE_DIGEST_BYTES]);

#endif
