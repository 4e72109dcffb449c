/* P2 Owned: from receipt to close, every instant of every referral has exactly one owner.
 *
 * Cases are walked through their lives, on paths that are written down and on random ones. After each event
 * the owner that the event names is the owner that follows, until the next event, without a gap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/random_walk.h"

/* Every event of every case names an owner, until the case has ended; and when the time by which the owner
 * had to act comes, there is an event. */
static void check_tiling(const struct core_world *w)
{
    for (uint32_t i = 0; i < w->event_count; i++) {
        const struct event *event = &w->events[i];
        if (!event->has_referral)
            continue;
        bool ended = event->state == CASE_CLOSED || event->state == CASE_WITHDRAWN;
        assert_int_equal(event->owner.kind == OWNER_NONE, ended);
        for (uint32_t next = i + 1; next < w->event_count && !ended; next++) {
            if (memcmp(w->events[next].referral, event->referral, ID_BYTES) != 0)
                continue;
            assert_true(w->events[next].at_ms <= event->owner.act_by_ms ||
                        w->events[next].at_ms <= event->at_ms);
            break;
        }
    }
}

static void a_case_has_an_owner_through_its_whole_life(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    uint8_t id[ID_BYTES];
    memcpy(id, r->id, ID_BYTES);
    assert_int_equal(r->owner.kind, OWNER_TEAM);
    assert_int_equal(r->owner.slot, world_slot(w, 1));
    assert_int_equal(world_decline(w, r), REFUSAL_NONE);
    assert_int_equal(r->owner.slot, world_slot(w, 2));
    world_wait(w, MINUTES(5)); /* the second team lets it run out */
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    struct command take = world_command(w, COMMAND_TAKE, id);
    take.party = PARTY_COORDINATOR;
    take.slot = 0;
    assert_int_equal(world_do(w, &take), REFUSAL_NONE);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    struct command assign = world_command(w, COMMAND_ASSIGN, id);
    assign.party = PARTY_COORDINATOR;
    assign.slot = 0;
    assign.is.move.team = "team-2";
    assert_int_equal(world_do(w, &assign), REFUSAL_NONE);
    assert_int_equal(r->owner.slot, world_slot(w, 2));
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_ACCEPTED);
    assert_int_equal(r->owner.slot, world_slot(w, 2));
    assert_int_equal(world_contact(w, r), REFUSAL_NONE);
    struct command close = world_from_team(w, COMMAND_CLOSE, 2, id);
    close.is.close.outcome = 1;
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    assert_null(state_referral(w->state, id));
    assert_int_equal(state_ended(w->state, id)->state, CASE_CLOSED);
    check_tiling(w);
    core_world_close(&w);
}

static void the_team_keeps_the_case_until_another_has_said_yes(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    struct command handover = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
    handover.is.move.team = "team-2";
    assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
    assert_int_equal(r->owner.slot, world_slot(w, 1));
    world_decline(w, r);
    assert_int_equal(r->owner.slot, world_slot(w, 1));
    handover = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
    handover.is.move.team = "";
    assert_int_equal(world_do(w, &handover),
                     REFUSAL_UNKNOWN_TEAM); /* the ladder has asked all of this round */
    handover.is.move.team = "team-2";
    assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
    assert_int_equal(world_accept(w, r, MINUTES(10)), REFUSAL_NONE);
    assert_int_equal(r->owner.slot, world_slot(w, 2));
    check_tiling(w);
    core_world_close(&w);
}

static void on_any_path_no_instant_is_without_an_owner(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 40; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        walk_world(w, seed, 300);
        check_tiling(w);
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_has_an_owner_through_its_whole_life),
        cmocka_unit_test(the_team_keeps_the_case_until_another_has_said_yes),
        cmocka_unit_test(on_any_path_no_instant_is_without_an_owner),
    };
    return cmocka_run_group_tests_name("P2_owned", tests, NULL, NULL);
}
