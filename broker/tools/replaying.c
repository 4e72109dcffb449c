/* replaying.c: see replaying.h. */
#include "broker/tools/replaying.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/ledger_reader.h"
#include "broker/record/record.h"
#include "proto/wire/reduced.h"

enum { REPLAYING_PAGE_EVENTS = 1000 };

bool replay_run_open(struct replay_run *run, uint64_t until)
{
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    *run = (struct replay_run){.until = until, .state = state_new(seed)};
    run->replay = run->state ? replay_open(run->state) : NULL;
    return run->replay;
}

void replay_run_close(struct replay_run *run)
{
    free(run->scratch);
    run->scratch = NULL;
    replay_close(&run->replay);
    state_destroy(&run->state);
}

void replay_run_contradict(struct replay_run *run, const char *why)
{
    run->contradicted = true;
    snprintf(run->why, sizeof run->why, "%s", why);
}

/* The chain value of an event that has been replayed. `beside`: the digest of the reduced form that stands
 * beside it, or NULL. False if that is another one, or if memory is short. */
static bool chain_one(struct replay_run *run, const uint8_t *body, size_t size, const uint8_t *beside)
{
    uint8_t full[CHAIN_BYTES], reduced[CHAIN_BYTES];
    if (size > run->scratch_size) {
        free(run->scratch);
        run->scratch = malloc(size);
        run->scratch_size = run->scratch ? size : 0;
        run->no_memory = !run->scratch;
    }
    if (run->no_memory)
        return false;
    bool is_event = reduced_digest(body, size, run->scratch, reduced);
    assert(is_event); /* it was replayed */
    if (beside && memcmp(beside, reduced, sizeof reduced) != 0) {
        replay_run_contradict(
            run, "the digest beside it, by which the chain binds what auditors get, is not of this event");
        return false;
    }
    chain_digest(body, size, full);
    chain_next(run->chain, reduced, full, run->chain);
    if (run->state->counters.seq == 1)
        memcpy(run->first_chain, run->chain, sizeof run->first_chain);
    return is_event;
}

bool replay_run_event(struct replay_run *run, const uint8_t *body, size_t size, const uint8_t *beside)
{
    switch (replay_event(run->replay, body, size)) {
    case REPLAY_APPLIED:
        if (!chain_one(run, body, size, beside))
            return false;
        run->last = run->state->counters.seq;
        run->last_ms = run->state->counters.at_ms;
        return run->last < run->until;
    case REPLAY_CONTRADICTS:
        replay_run_contradict(run, replay_message(run->replay));
        break;
    case REPLAY_NO_MEMORY:
        run->no_memory = true;
        break;
    }
    return false;
}

static bool replay_stored(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain; /* the reader has checked it */
    struct replay_run *run = context;
    if (!run->copy &&
        !record_copies_match(event->body, event->body_size, event->at_ms, event->kind, event->referral))
        run->copy = event->seq;
    return replay_run_event(run, event->body, event->body_size, event->reduced);
}

bool replay_run_goes_on(const struct replay_run *run)
{
    return !run->contradicted && !run->no_memory && run->last < run->until;
}

enum exit_code replay_run_ledger(struct replay_run *run, const char *path)
{
    enum ledger_status status;
    struct ledger_reader *reader = ledger_reader_open(path, &status, run->why, sizeof run->why);
    if (!reader)
        return CODE_ENVIRONMENT;
    while (status == LEDGER_OK && replay_run_goes_on(run))
        status = ledger_reader_next(reader, REPLAYING_PAGE_EVENTS, replay_stored, run);
    if (status == LEDGER_CORRUPT)
        replay_run_contradict(run, ledger_reader_message(reader));
    else if (status == LEDGER_UNKNOWN)
        snprintf(run->why, sizeof run->why, "%s", ledger_reader_message(reader));
    ledger_reader_close(&reader);
    return status == LEDGER_UNKNOWN ? CODE_ENVIRONMENT : CODE_DONE;
}

struct replay_difference replay_run_differs(const struct replay_run *run, bool *of_copy)
{
    const struct replay_difference *differs = replay_differs(run->replay);
    *of_copy = run->copy && (!differs->seq || run->copy < differs->seq);
    if (*of_copy)
        return (struct replay_difference){run->copy,
                                          "the time, kind or referral beside it is not what stands in it"};
    return *differs;
}
