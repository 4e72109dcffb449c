/* R12 Missing is a state: the coordinator owns the case and is reminded, the clocks run, the team that had it
 * is told on; whoever is found goes back to the ladder, or to the coordinator's choice if a team had them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/detention.h"
#include "tests/worlds/core_world.h"

static enum refusal go(struct core_world *w, const struct referral *r, enum command_kind kind)
{
    enum { RAILWAY = 8 };
    struct command command = world_command(w, kind, r->id);
    command.is.sighting = (struct sighting){.at_ms = WORLD_NOON - MINUTES(5), .place = RAILWAY};
    if (kind == COMMAND_REPORT_FOUND)
        command.is.sighting = (struct sighting){.found_by = FOUND_BY_POLICE};
    return world_do(w, &command);
}

static void assert_missing(const struct core_world *w, const struct referral *r, uint16_t had_team)
{
    assert_int_equal(r->state, CASE_MISSING);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    assert_int_equal(r->owner.act_by_ms, w->now_ms + w->policy.remind_ms);
    assert_int_equal(r->had_team, had_team);
    assert_int_equal(r->last_seen_ms, WORLD_NOON - MINUTES(5));
    assert_false(r->offer.attempt);
}

static void R12_from_every_open_state_the_coordinator_owns_it_and_is_reminded(void **unused)
{
    (void)unused;
    enum { IS_OFFERED, IS_HELD, IS_TAKEN, IS_ACCEPTED, IS_IN_CONTACT, IS_HANDED_OVER, WAYS };
    for (int way = 0; way < WAYS; way++) {
        struct core_world *w = core_world_open(way == IS_HELD || way == IS_TAKEN ? 0 : 2, NULL);
        const struct referral *r = world_submitted(w);
        if (way == IS_TAKEN)
            assert_int_equal(world_take(w, r), REFUSAL_NONE);
        if (way >= IS_ACCEPTED)
            assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
        if (way == IS_IN_CONTACT)
            assert_int_equal(world_contact(w, r), REFUSAL_NONE);
        if (way == IS_HANDED_OVER) {
            struct command handover = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
            handover.is.move.team = "";
            assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
        }
        uint16_t had = r->team;
        assert_int_equal(go(w, r, COMMAND_REPORT_MISSING), REFUSAL_NONE);
        assert_missing(w, r, had);
        int before = world_count(w, EVENT_REMINDED);
        world_wait(w, 3 * w->policy.remind_ms);
        assert_in_range(world_count(w, EVENT_REMINDED), before + 3, UINT32_MAX);
        assert_int_equal(r->state, CASE_MISSING);
        core_world_close(&w);
    }
}

static void R12_found_goes_back_to_the_ladder_if_no_team_had_them(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(go(w, r, COMMAND_REPORT_MISSING), REFUSAL_NONE);
    assert_int_equal(go(w, r, COMMAND_REPORT_FOUND), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(go(w, r, COMMAND_REPORT_FOUND), REFUSAL_WRONG_STATE);
    core_world_close(&w);
}

static void R12_found_asks_also_a_team_that_said_no_before(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_decline(w, r), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(go(w, r, COMMAND_REPORT_MISSING), REFUSAL_NONE);
    assert_int_equal(go(w, r, COMMAND_REPORT_FOUND), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_OFFERED);
    core_world_close(&w);
}

static void R12_found_is_the_coordinators_choice_if_a_team_had_them(void **unused)
{
    (void)unused;
    for (int chooses = 0; chooses < 2; chooses++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct referral *r = world_submitted(w);
        world_accept(w, r, MINUTES(20));
        assert_int_equal(go(w, r, COMMAND_REPORT_MISSING), REFUSAL_NONE);
        assert_int_equal(go(w, r, COMMAND_REPORT_FOUND), REFUSAL_NONE);
        assert_int_equal(r->state, CASE_HELD);
        assert_int_equal(r->hold_reason, HOLD_FOUND);
        world_look_again(w);
        assert_int_equal(r->state, CASE_HELD); /* nobody is asked behind the coordinator's back */
        if (chooses)
            assert_int_equal(world_assign(w, r, 1), REFUSAL_NONE);
        else
            world_wait(w,
                       w->policy.remind_ms); /* and if the coordinator chooses nobody, the ladder goes on */
        assert_int_equal(r->state, CASE_OFFERED);
        assert_int_equal(r->had_team, world_slot(w, 1));
        world_accept(w, r, MINUTES(20));
        assert_int_equal(r->had_team, SLOT_NONE);
        core_world_close(&w);
    }
}

static void R12_only_those_concerned_report_it_and_nobody_drops_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    struct command stranger = world_from_team(w, COMMAND_REPORT_MISSING, 3, r->id);
    assert_int_equal(world_do(w, &stranger), REFUSAL_NOT_YOURS);
    struct command future = world_from_team(w, COMMAND_REPORT_MISSING, 1, r->id);
    future.is.sighting.at_ms = w->now_ms + HOURS(1);
    assert_int_equal(world_do(w, &future), REFUSAL_TIME_TO_COME);
    struct command holder = world_from_team(w, COMMAND_REPORT_MISSING, 1, r->id);
    assert_int_equal(world_do(w, &holder), REFUSAL_NONE);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_WRONG_STATE);
    assert_int_equal(world_assign(w, r, 2), REFUSAL_WRONG_STATE);
    assert_int_equal(world_take(w, r), REFUSAL_WRONG_STATE);
    struct command nobody = world_from_team(w, COMMAND_REPORT_FOUND, 1, r->id);
    assert_int_equal(world_do(w, &nobody), REFUSAL_BAD_VALUE); /* it does not say by whom */
    nobody = world_from_team(w, COMMAND_REPORT_FOUND, 1, r->id);
    nobody.is.sighting.found_by = FOUND_BY_FAMILY;
    assert_int_equal(world_do(w, &nobody), REFUSAL_NONE); /* the team that had them can find them */
    core_world_close(&w);
}

static void R12_a_later_sighting_is_kept_and_puts_no_reminder_off(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(go(w, r, COMMAND_REPORT_MISSING), REFUSAL_NONE);
    int64_t remind_ms = r->remind_ms, since_ms = r->missing_ms;
    world_wait(w, MINUTES(1));
    struct command again = world_command(w, COMMAND_REPORT_MISSING, r->id);
    again.is.sighting.at_ms = w->now_ms;
    assert_int_equal(world_do(w, &again), REFUSAL_NONE);
    assert_int_equal(r->last_seen_ms, w->now_ms);
    assert_int_equal(r->remind_ms, remind_ms);
    assert_int_equal(r->missing_ms, since_ms);
    core_world_close(&w);
}

static const struct referral *detained_child(struct core_world *w)
{
    struct command command = world_submission(w);
    command.is.submit.facts.age = 15;
    command.is.submit.facts.legal_status = LEGAL_SECTION_136;
    command.is.submit.facts.place = PLACE_HEALTH_BASED;
    command.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(1);
    command.is.submit.facts.place_of_safety_basis = BASIS_STATED;
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return state_referral(w->state, command.referral);
}

static void R12_a_detained_person_who_is_missing_has_escaped_and_the_clocks_run(void **unused)
{
    (void)unused;
    for (int by_detention = 0; by_detention < 2; by_detention++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = detained_child(w);
        struct clock hours = r->clocks[CLOCK_SECTION_136], response = r->clocks[CLOCK_RESPONSE];
        struct command escape = world_detention(w, r->id, DETENTION_STEP_ESCAPED);
        assert_int_equal(by_detention ? world_do(w, &escape) : go(w, r, COMMAND_REPORT_MISSING),
                         REFUSAL_NONE);
        assert_int_equal(r->state, CASE_MISSING);
        assert_int_equal(r->detention.state, DETENTION_AWAY);
        assert_memory_equal(&r->clocks[CLOCK_SECTION_136], &hours, sizeof hours);
        assert_memory_equal(&r->clocks[CLOCK_RESPONSE], &response, sizeof response);
        struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
        assert_int_equal(world_do(w, &withdraw), REFUSAL_DETENTION_OPEN);
        struct command back = world_detention(w, r->id, DETENTION_STEP_ARRIVED);
        back.is.detention.entry.place = PLACE_HEALTH_BASED;
        assert_int_equal(world_do(w, &back), REFUSAL_NONE);
        assert_int_equal(world_count(w, EVENT_FOUND), 1);
        assert_int_equal(r->detention.state, DETENTION_HELD);
        assert_int_equal(r->state, CASE_OFFERED);
        core_world_close(&w);
    }
}

/* The place that they come back to knows it first, and is most often the one that they left. */
static void R12_the_team_that_had_them_says_that_they_came_back(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = detained_child(w);
    uint16_t team = r->offer.team, other = team == 0 ? 1 : 0;
    world_accept(w, r, 0);
    assert_int_equal(go(w, r, COMMAND_REPORT_MISSING), REFUSAL_NONE);
    struct command back = world_from_team(w, COMMAND_RECORD_DETENTION, other, r->id);
    back.is.detention.entry = (struct detention_entry){
        .step = DETENTION_STEP_ARRIVED, .place = PLACE_HEALTH_BASED, .by = "", .second = ""};
    back.slot = other;
    assert_int_equal(world_do(w, &back), REFUSAL_NOT_YOURS);
    back.slot = team;
    assert_int_equal(world_do(w, &back), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_FOUND);
    assert_int_equal(r->detention.state, DETENTION_HELD);
    struct command ended = back;
    ended.is.detention.entry =
        (struct detention_entry){.step = DETENTION_STEP_EXAMINED, .by = "p301", .second = ""};
    assert_int_equal(world_do(w, &ended), REFUSAL_NONE);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R12_from_every_open_state_the_coordinator_owns_it_and_is_reminded),
        cmocka_unit_test(R12_found_goes_back_to_the_ladder_if_no_team_had_them),
        cmocka_unit_test(R12_found_asks_also_a_team_that_said_no_before),
        cmocka_unit_test(R12_found_is_the_coordinators_choice_if_a_team_had_them),
        cmocka_unit_test(R12_only_those_concerned_report_it_and_nobody_drops_the_case),
        cmocka_unit_test(R12_a_later_sighting_is_kept_and_puts_no_reminder_off),
        cmocka_unit_test(R12_a_detained_person_who_is_missing_has_escaped_and_the_clocks_run),
        cmocka_unit_test(R12_the_team_that_had_them_says_that_they_came_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
