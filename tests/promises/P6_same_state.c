/* P6 Replayable: the same events give the same bytes of state, whatever the seed, from any snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"

enum { NAMES_OF_A_WORLD = 32 };

static void apply_event(struct state *state, const struct event *event)
{
    assert_true(state_reserve(state, event->kind == EVENT_POLICY_LOADED ? NAMES_OF_A_WORLD : 0));
    assert_true(state_apply(state, event));
}

static void the_same_events_give_the_same_bytes_whatever_the_seed(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 20; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        walk_world(w, seed, 300);
        struct state *replayed = state_new(seed);
        for (uint32_t i = 0; i < w->event_count; i++)
            apply_event(replayed, &w->events[i]);
        assert_true(state_same(replayed, w->state));
        assert_int_equal(state_due(replayed), state_due(w->state));
        state_destroy(&replayed);
        core_world_close(&w);
    }
}

/* Follows the world's events with a state that is saved and loaded again every few events. */
struct restarting {
    struct state *state;
    uint32_t events;
    uint32_t every;
};

static void restart_now_and_then(struct core_world *w, const struct event *event)
{
    struct restarting *r = w->watcher;
    if (++r->events % r->every == 0) {
        struct state_copy copy = state_copy_take(r->state);
        struct state *loaded = state_copy_load(&copy, r->events);
        assert_non_null(loaded);
        assert_true(state_copy_equals(&copy, w->state) && state_copy_equals(&copy, loaded));
        assert_int_equal(state_due(loaded), state_due(r->state));
        state_copy_drop(&copy);
        state_destroy(&r->state);
        r->state = loaded;
    }
    apply_event(r->state, event);
}

static void a_state_loaded_at_any_event_goes_on_like_one_that_never_stopped(void **unused)
{
    (void)unused;
    static const uint32_t every[] = {1, 7, 50};
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 9; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        struct restarting restarting = {.state = state_new(5), .every = every[seed % 3]};
        for (uint32_t i = 0; i < w->event_count; i++)
            apply_event(restarting.state, &w->events[i]);
        w->watch = restart_now_and_then;
        w->watcher = &restarting;
        walk_world(w, seed, 200);
        assert_true(state_same(restarting.state, w->state));
        state_destroy(&restarting.state);
        core_world_close(&w);
    }
}

/* A loaded state also decides alike: until tomorrow time brings the same. */
static void time_does_the_same_to_a_loaded_state(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(5, walk_adjust);
    walk_world(w, walk_first_seed(), 200);
    struct state_copy copy = state_copy_take(w->state);
    int64_t now_ms = w->now_ms;
    world_wait(w, HOURS(24));
    struct state *waited = w->state;
    w->state = state_copy_load(&copy, 77);
    assert_non_null(w->state);
    w->now_ms = now_ms;
    world_wait(w, HOURS(24));
    assert_true(state_same(waited, w->state));
    state_destroy(&waited);
    state_copy_drop(&copy);
    core_world_close(&w);
}

static void withdraw_case(struct core_world *w, const struct referral *r)
{
    struct command command = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
}

/* Nothing stays in memory or in a snapshot but the row among the ended cases. */
static void a_case_that_has_ended_leaves_nothing_in_its_row(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    withdraw_case(w, world_submitted(w));
    static const struct referral nothing;
    assert_int_equal(state_referral_rows(w->state), 1);
    assert_memory_equal(state_referral_row(w->state, 0), &nothing, sizeof nothing);
    core_world_close(&w);
}

static void rows_of_ended_cases_are_used_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    for (int round = 0; round < 3; round++) {
        const struct referral *cases[3];
        for (int i = 0; i < 3; i++)
            cases[i] = world_submitted(w);
        for (int i = 0; i < 3; i++)
            withdraw_case(w, cases[i]);
    }
    assert_int_equal(state_referral_rows(w->state), 3);
    core_world_close(&w);
}

static void parts_that_do_not_fit_make_no_state(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_submitted(w);
    for (int part = 0; part < STATE_PARTS; part++) {
        struct state_copy copy = state_copy_take(w->state);
        copy.sizes[part] += 1;
        assert_null(state_copy_load(&copy, 1));
        state_copy_drop(&copy);
    }
    core_world_close(&w);
}

static void an_event_that_cannot_follow_is_refused(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(1));
    world_accept(w, r, 0);
    const struct event *accepted = world_event(w, EVENT_ACCEPTED);
    for (int fault = 0; fault < 9; fault++) {
        struct state *state = state_new(1);
        for (const struct event *event = w->events; event < accepted; event++)
            apply_event(state, event);
        struct event event = *accepted;
        event.seq += fault == 0;
        event.seq -= fault == 1;
        event.at_ms -= fault == 2 ? MINUTES(2) : 0;
        event.owner.act_by_ms += fault == 3;
        event.owner.kind = fault == 4 ? OWNER_COORDINATOR : event.owner.kind;
        event.is.accepted.attempt += fault == 5;
        event.is.accepted.team = fault == 6 ? 500 : event.is.accepted.team;
        event.state = fault == 7 ? CASE_ARRIVED : event.state;
        event.clocks[0] = (struct clock_change){.clock = CLOCK_HANDOVER, .what = CLOCK_STOPPED, .at_ms = 1};
        event.clock_count = fault == 8; /* which does not run */
        assert_true(state_reserve(state, 0));
        assert_false(state_apply(state, &event));
        state_destroy(&state);
    }
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_events_give_the_same_bytes_whatever_the_seed),
        cmocka_unit_test(a_state_loaded_at_any_event_goes_on_like_one_that_never_stopped),
        cmocka_unit_test(time_does_the_same_to_a_loaded_state),
        cmocka_unit_test(a_case_that_has_ended_leaves_nothing_in_its_row),
        cmocka_unit_test(rows_of_ended_cases_are_used_again),
        cmocka_unit_test(parts_that_do_not_fit_make_no_state),
        cmocka_unit_test(an_event_that_cannot_follow_is_refused),
    };
    return cmocka_run_group_tests_name("P6_same_state", tests, NULL, NULL);
}
