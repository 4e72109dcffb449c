/* R2 The hours of a detention start at the first arrival at any place of safety, and nothing but its end
 * stops or restarts them; places and times are history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/detention.h"
#include "tests/worlds/core_world.h"

/* Somebody who was brought to a place of safety an hour before noon; already offered to the only team. */
static const struct referral *brought(struct core_world *w, enum place_of_safety place, uint8_t age)
{
    struct command command = world_submission(w);
    command.is.submit.facts.legal_status = LEGAL_SECTION_136;
    command.is.submit.facts.power_used_ms = WORLD_NOON - HOURS(2);
    command.is.submit.facts.place = (uint8_t)place;
    command.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(1);
    command.is.submit.facts.place_of_safety_basis = BASIS_STATED;
    command.is.submit.facts.age = age;
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return state_referral(w->state, command.referral);
}

/* What the referral says now, to be said again with another fact. */
static struct command told_anew(struct core_world *w, const struct referral *r)
{
    struct command command = world_command(w, COMMAND_UPDATE, r->id);
    command.is.submit.facts = r->facts;
    command.is.submit.at = (struct referral_place){"", "", ""};
    return command;
}

static enum refusal record(struct core_world *w, const struct referral *r, enum detention_step step,
                           int64_t at_ms, enum place_of_safety place)
{
    struct command command = world_detention(w, r->id, step);
    command.is.detention.entry.occurred_ms = at_ms;
    command.is.detention.entry.place = place;
    return world_do(w, &command);
}

static void assert_hours(const struct core_world *w, const struct referral *r, int64_t started_ms)
{
    const struct clock *clock = &r->clocks[CLOCK_SECTION_136];
    (void)w;
    assert_int_equal(r->detention.started_ms, started_ms);
    assert_int_equal(r->detention.until_ms, started_ms + HOURS(24));
    assert_int_equal(clock->started_ms, started_ms);
    assert_int_equal(clock->due_ms, started_ms + HOURS(24));
    assert_int_equal(clock->stopped_ms, 0);
}

static void R2_the_hours_start_at_the_first_arrival_told_or_recorded(void **unused)
{
    (void)unused;
    static const struct {
        enum detention_step step;
        enum place_of_safety place;
        enum legal_status power;
    } firsts[] = {
        {DETENTION_STEP_ARRIVED, PLACE_HEALTH_BASED, LEGAL_SECTION_136},
        {DETENTION_STEP_ARRIVED, PLACE_EMERGENCY_DEPARTMENT, LEGAL_SECTION_136},
        {DETENTION_STEP_KEPT, PLACE_EMERGENCY_DEPARTMENT, LEGAL_SECTION_136},
        {DETENTION_STEP_ENTERED, PLACE_PRIVATE_HOME, LEGAL_SECTION_135_1},
    };
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = world_submitted(w); /* nothing is known of a detention */
        assert_false(detention_is_open(r));
        assert_int_equal(record(w, r, firsts[i].step, WORLD_NOON - MINUTES(10), firsts[i].place),
                         REFUSAL_NONE);
        assert_true(detention_is_open(r));
        assert_int_equal(r->detention.power, firsts[i].power);
        assert_hours(w, r, WORLD_NOON - MINUTES(10));
        core_world_close(&w);
    }
    struct core_world *w = core_world_open(1, NULL);
    assert_hours(w, brought(w, PLACE_HEALTH_BASED, 34), WORLD_NOON - HOURS(1));
    core_world_close(&w);
}

static void R2_nothing_restarts_or_stops_the_hours(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = brought(w, PLACE_EMERGENCY_DEPARTMENT, 34);
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(30));
    int64_t now_ms = w->now_ms;
    static const enum detention_step steps[] = {DETENTION_STEP_TRANSFER_ASKED,
                                                DETENTION_STEP_TRANSFER_AGREED,
                                                DETENTION_STEP_ARRIVED,
                                                DETENTION_STEP_EXAMINED,
                                                DETENTION_STEP_INTERVIEWED,
                                                DETENTION_STEP_ESCAPED,
                                                DETENTION_STEP_ARRIVED,
                                                DETENTION_STEP_USED,
                                                DETENTION_STEP_KEPT};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(record(w, r, steps[i], now_ms, PLACE_HEALTH_BASED), REFUSAL_NONE);
        assert_hours(w, r, WORLD_NOON - HOURS(1));
    }
    assert_true(r->detention.found & flag_bit(FLAG_POWER_USED_AGAIN));
    struct command update = told_anew(w, r);
    update.is.submit.facts.place_of_safety_ms = now_ms; /* as if the person had arrived now */
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_hours(w, r, WORLD_NOON - HOURS(1));
    update = told_anew(w, r);
    update.is.submit.facts.legal_status = LEGAL_NONE;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_hours(w, r, WORLD_NOON - HOURS(1));
    assert_true(r->detention.found & flag_bit(FLAG_LEGAL_STATUS_CONTRADICTS));
    core_world_close(&w);
}

static void R2_an_earlier_arrival_moves_the_start_and_the_breach_stands(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = brought(w, PLACE_HEALTH_BASED, 34);
    struct command update = told_anew(w, r);
    update.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(24) - MINUTES(1);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_hours(w, r, WORLD_NOON - HOURS(24) - MINUTES(1));
    world_wait(w, 0);
    assert_true(r->clocks[CLOCK_SECTION_136].breached);
    update = told_anew(w, r);
    update.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(1);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_true(r->clocks[CLOCK_SECTION_136].breached);
    core_world_close(&w);
}

static void R2_a_later_arrival_needs_two_people_and_a_reason_and_moves_nothing(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = brought(w, PLACE_HEALTH_BASED, 34);
    struct command correct = world_detention(w, r->id, DETENTION_STEP_CORRECTED);
    correct.is.detention.entry.occurred_ms = WORLD_NOON - MINUTES(20);
    assert_int_equal(world_do(w, &correct), REFUSAL_BAD_VALUE);
    correct.is.detention.has_note = true;
    correct.is.detention.entry.by = correct.is.detention.entry.second = "p117";
    assert_int_equal(world_do(w, &correct), REFUSAL_BAD_VALUE);
    correct.is.detention.entry.second = "p204";
    assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
    assert_hours(w, r, WORLD_NOON - HOURS(1));
    assert_int_equal(r->detention.corrected_ms, WORLD_NOON - MINUTES(20));
    core_world_close(&w);
}

static void R2_a_corrected_place_leaves_that_a_child_was_at_a_police_station(void **unused)
{
    (void)unused;
    for (int by_update = 0; by_update < 2; by_update++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = brought(w, PLACE_POLICE_STATION, 15);
        assert_true(r->detention.found & flag_bit(FLAG_UNDER_18_AT_POLICE_STATION));
        struct command update = told_anew(w, r);
        update.is.submit.facts.place = PLACE_HEALTH_BASED;
        if (by_update)
            assert_int_equal(world_do(w, &update), REFUSAL_NONE);
        else
            record(w, r, DETENTION_STEP_ARRIVED, WORLD_NOON, PLACE_HEALTH_BASED);
        assert_int_equal(r->detention.place, PLACE_HEALTH_BASED);
        assert_true(r->detention.found & flag_bit(FLAG_UNDER_18_AT_POLICE_STATION));
        core_world_close(&w);
    }
}

static void R2_that_a_child_is_at_a_police_station_is_seen_when_the_age_becomes_known(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = brought(w, PLACE_POLICE_STATION, 40);
    assert_false(r->detention.found & flag_bit(FLAG_UNDER_18_AT_POLICE_STATION));
    struct command update = told_anew(w, r);
    update.is.submit.facts.age = 15;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_true(world_event(w, EVENT_DETENTION_NOTED)->is.noted.found &
                flag_bit(FLAG_UNDER_18_AT_POLICE_STATION));
    int entries = world_count(w, EVENT_DETENTION_NOTED);
    update = told_anew(w, r); /* the same again is nothing new */
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_DETENTION_NOTED), entries);
    core_world_close(&w);
}

static void R2_no_case_ends_while_somebody_is_detained(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = brought(w, PLACE_HEALTH_BASED, 34);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_DETENTION_OPEN);
    world_accept(w, r, MINUTES(20));
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, r->id);
    close.is.close.outcome = 7; /* to an emergency department */
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_DETENTION_OPEN);
    assert_hours(w, r, WORLD_NOON - HOURS(1));
    struct command end = world_detention(w, r->id, DETENTION_STEP_ENDED);
    assert_int_equal(world_do(w, &end), REFUSAL_NONE);
    assert_int_equal(r->clocks[CLOCK_SECTION_136].stopped_ms, w->now_ms);
    assert_int_equal(world_contact(w, r), REFUSAL_NONE);
    close.id[8] = 1;
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R2_the_hours_start_at_the_first_arrival_told_or_recorded),
        cmocka_unit_test(R2_nothing_restarts_or_stops_the_hours),
        cmocka_unit_test(R2_an_earlier_arrival_moves_the_start_and_the_breach_stands),
        cmocka_unit_test(R2_a_later_arrival_needs_two_people_and_a_reason_and_moves_nothing),
        cmocka_unit_test(R2_a_corrected_place_leaves_that_a_child_was_at_a_police_station),
        cmocka_unit_test(R2_that_a_child_is_at_a_police_station_is_seen_when_the_age_becomes_known),
        cmocka_unit_test(R2_no_case_ends_while_somebody_is_detained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
