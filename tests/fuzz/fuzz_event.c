/* fuzz_event.c: replays events that nobody decided on a small state. The replay takes an event or finds a
 * contradiction, whatever the event holds. Numbers and times are put in order if a byte says so. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/core/state_check.h"
#include "broker/record/record.h"
#include "proto/wire/reduced.h"
#include "tests/fuzz/fuzz.h"

static struct state *new_state(void)
{
    static const char *const teams[] = {"northmoor-crisis", "southfell-crisis", "crisis-line"};
    static const char *const areas[] = {"northmoor", "southfell"};
    static const char *const coordinators[] = {"northmoor-duty", "southfell-duty"};
    static const uint8_t digest[POLICY_DIGEST_BYTES];
    struct event event = {.kind = EVENT_POLICY_LOADED, .seq = 1, .at_ms = 1, .actor = ""};
    event.is.policy.digest = digest;
    event.is.policy.teams = (struct name_list){3, teams};
    event.is.policy.areas = (struct name_list){2, areas};
    event.is.policy.coordinators = (struct name_list){2, coordinators};
    struct state *state = state_new(1);
    bool good = state && state_reserve(state, 7) && state_apply(state, &event);
    assert(good);
    return state;
}

/* Into memory that is exactly as long as promised. What is reduced can be read if the full form can. */
static void fuzz_reduce(struct input piece)
{
    struct arena *arena = fuzz_arena(4 * WIRE_EVENT_BYTES_MAX);
    struct wire_fault fault;
    uint8_t *reduced = malloc(piece.left + !piece.left);
    assert(reduced);
    size_t size = reduced_event(piece.at, piece.left, reduced);
    if (wire_unpack_event(piece.at, piece.left, arena, &fault))
        assert(size > 0 && wire_unpack_event(reduced, size, arena, &fault));
    free(reduced);
}

static bool replay(struct state *state, struct input piece, bool in_order)
{
    struct arena *arena = fuzz_arena(4 * WIRE_EVENT_BYTES_MAX);
    struct wire_fault fault;
    struct event event;
    uint32_t names = 0;
    fuzz_reduce(piece);
    const Concordat__V1__Event *message = wire_unpack_event(piece.at, piece.left, arena, &fault);
    if (!message || !record_read_event(message, state, arena, &event))
        return false;
    if (in_order) {
        event.seq = state->counters.seq + 1;
        event.at_ms = event.at_ms < state->counters.at_ms ? state->counters.at_ms : event.at_ms;
    }
    if (event.kind == EVENT_POLICY_LOADED)
        names =
            event.is.policy.teams.count + event.is.policy.areas.count + event.is.policy.coordinators.count;
    bool reserved = state_reserve(state, names);
    assert(reserved);
    return state_apply(state, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    struct state *state = new_state();
    bool in_order = input_byte(&input) % 2 == 0;
    bool follows = true;
    while (input.left && follows)
        follows = replay(state, input_piece(&input), in_order);
    assert(!follows || !state_check(state)); /* what is accepted adds up */
    state_destroy(&state);
    return 0;
}
