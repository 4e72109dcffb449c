/* P6 Replayable: through the ledger's own packing events give the same bytes of state, and each kind of event
 * comes back the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/event_kinds.h"
#include "broker/record/record.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/packed_world.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"
#include "tests/worlds/whole_life.h"

enum { NAMES_OF_A_WORLD = 32 };

static void apply_event(struct state *state, const struct event *event)
{
    assert_true(state_reserve(state, event->kind == EVENT_POLICY_LOADED ? NAMES_OF_A_WORLD : 0));
    assert_true(state_apply(state, event));
}

/* A state that is made from packed events alone, beside the world's. */
struct ledgered {
    struct state *state;
    struct arena arena;
    enum source claimed; /* the source that an update names, though the person was met elsewhere */
    uint8_t packed[PACKED_BYTES_MAX];
    int seen[EVENT_KINDS];
};

static void pack_and_read_back(struct core_world *w, const struct event *event)
{
    struct ledgered *l = w->watcher;
    size_t size = packed_event(w, event, l->claimed, l->packed, sizeof l->packed);
    assert_int_not_equal(size, 0);
    assert_true(state_same(l->state, w->state)); /* as both were before this event */
    struct wire_fault fault = {0};
    const Concordat__V1__Event *message = wire_unpack_event(l->packed, size, &l->arena, &fault);
    if (!message)
        print_error("kind %d: %s\n", (int)event->kind, fault.text);
    assert_non_null(message);
    struct event read;
    assert_true(record_read_event(message, l->state, &l->arena, &read));
    assert_int_equal(read.kind, event->kind);
    assert_string_equal(read.actor, event->actor);
    assert_string_equal(read.device, event->device);
    assert_string_equal(read.person.id, event->person.id);
    assert_int_equal(read.person.role, event->person.role);
    l->seen[event->kind]++;
    apply_event(l->state, &read);
}

static struct ledgered *follow_from_the_start(struct core_world *w)
{
    struct ledgered *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->state = state_new(4);
    assert_int_equal(arena_open(&l->arena, 1024 * 1024), 0);
    struct state *now = w->state;
    w->state = state_new(6); /* as it was when each event came about */
    w->watcher = l;
    for (uint32_t i = 0; i < w->event_count; i++) {
        pack_and_read_back(w, &w->events[i]);
        apply_event(w->state, &w->events[i]);
    }
    state_destroy(&w->state);
    w->state = now;
    w->watch = pack_and_read_back;
    return l;
}

static void unfollow(struct ledgered *l)
{
    state_destroy(&l->state);
    arena_close(&l->arena);
    free(l);
}

static void on_any_path_the_packed_events_give_the_same_bytes(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 10; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        struct ledgered *l = follow_from_the_start(w);
        walk_world(w, seed, 200);
        assert_true(state_same(l->state, w->state));
        unfollow(l);
        core_world_close(&w);
    }
}

static void every_kind_of_event_comes_back_from_its_packing_the_same(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct ledgered *l = follow_from_the_start(w);
    for (int part = 0; whole_life[part]; part++) {
        whole_life[part](w);
        assert_true(state_same(l->state, w->state));
    }
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        if (event_traits[kind].is_kind && !l->seen[kind])
            print_error("no event of kind %d came up\n", kind);
        assert_true(!event_traits[kind].is_kind || l->seen[kind]);
    }
    unfollow(l);
    core_world_close(&w);
}

static void an_update_cannot_change_where_the_person_was_met(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    struct ledgered *l = follow_from_the_start(w);
    const struct referral *r = world_submitted(w);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, r->id, ID_BYTES);
    update.is.submit.facts.source = l->claimed = SOURCE_EMERGENCY_DEPARTMENT;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(r->facts.source, SOURCE_STREET_TRIAGE);
    assert_true(state_same(l->state, w->state));
    unfollow(l);
    core_world_close(&w);
}

/* A sender may state any instant that a message can hold; a deadline counted from there must fit into an
 * event, or the next start could not read the ledger. */
static void what_is_stated_at_the_ends_of_time_can_be_read_back(void **unused)
{
    (void)unused;
    static const int64_t stated_ms[] = {1, INSTANT_MS_MAX};
    struct core_world *w = core_world_open(2, walk_adjust);
    struct ledgered *l = follow_from_the_start(w);
    struct command correct = {.kind = COMMAND_CORRECT_CLOCK, .actor = ""};
    for (int i = 0; i < 6; i++) {
        struct command submit = world_submission(w);
        correct.is.correction.ahead_ms = HOURS(i / 2 * 15 - 15);
        assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
        submit.is.submit.facts.legal_status = LEGAL_SECTION_136;
        submit.is.submit.facts.place_of_safety_ms = stated_ms[i % 2];
        submit.is.submit.facts.place_of_safety_basis = BASIS_STATED;
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        struct command update = submit;
        update.kind = COMMAND_UPDATE;
        update.id[9] = 1;
        update.is.submit.facts.handover_done_ms = stated_ms[(i + 1) % 2];
        assert_int_equal(world_do(w, &update), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, submit.referral);
        assert_int_equal(world_accept(w, r, 0), REFUSAL_NONE);
        struct command check_in = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
        check_in.slot = r->team;
        check_in.is.check_in.step = STEP_CONTACT;
        check_in.is.check_in.occurred_ms = stated_ms[i % 2];
        assert_int_equal(world_do(w, &check_in), i % 2 ? REFUSAL_TIME_TO_COME : REFUSAL_NONE);
    }
    assert_true(state_same(l->state, w->state));
    unfollow(l);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_any_path_the_packed_events_give_the_same_bytes),
        cmocka_unit_test(an_update_cannot_change_where_the_person_was_met),
        cmocka_unit_test(what_is_stated_at_the_ends_of_time_can_be_read_back),
        cmocka_unit_test(every_kind_of_event_comes_back_from_its_packing_the_same),
    };
    return cmocka_run_group_tests_name("P6_replayable", tests, NULL, NULL);
}
