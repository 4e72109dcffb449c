/* R5 A detention has a life of its own: extension, police station, escape, end, warnings and targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/detention.h"
#include "tests/worlds/core_world.h"

static void add_target(struct core_world *w, const char *id, enum clock_kind clock)
{
    struct policy_standard *standard = &w->policy.standards[w->policy.standard_count++];
    *standard =
        (struct policy_standard){.clock = clock, .sources = 0xff, .urgencies = 0xff, .allowed_ms = HOURS(3)};
    strcpy(standard->id, id);
}

static void with_targets(struct core_world *w)
{
    add_target(w, "examined-in-3-hours", CLOCK_EXAMINED);
    add_target(w, "interviewed-in-3-hours", CLOCK_INTERVIEWED);
}

static struct command entry_of(struct core_world *w, const struct referral *r, enum detention_step step,
                               enum place_of_safety place)
{
    struct command command = world_detention(w, r->id, step);
    command.is.detention.entry.place = place;
    return command;
}

static const struct referral *arrived(struct core_world *w, enum place_of_safety place)
{
    const struct referral *r = world_submitted(w);
    struct command command = entry_of(w, r, DETENTION_STEP_ARRIVED, place);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return r;
}

static uint64_t done(struct core_world *w, const struct command *command)
{
    assert_int_equal(world_do(w, command), REFUSAL_NONE);
    return w->last.events[0].is.noted.found;
}

static bool runs(const struct referral *r, enum clock_kind clock)
{
    return r->clocks[clock].started_ms && !r->clocks[clock].stopped_ms;
}

/* --- extension ------------------------------------------------------------------------------------------ */

static struct command extension(struct core_world *w, const struct referral *r)
{
    struct command command = world_detention(w, r->id, DETENTION_STEP_EXTENDED);
    command.is.detention.entry.extension_ms = HOURS(6);
    command.is.detention.entry.extension_reason = EXTENSION_CONDITION;
    command.is.detention.entry.by_doctor = true;
    return command;
}

static void R5_an_extension_for_the_condition_by_the_doctor_adds_to_the_hours(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
    struct command extend = extension(w, r);
    assert_int_equal(done(w, &extend), 0);
    assert_int_equal(r->detention.until_ms, WORLD_NOON + HOURS(30));
    assert_int_equal(r->clocks[CLOCK_SECTION_136].due_ms, WORLD_NOON + HOURS(30));
    assert_int_equal(r->clocks[CLOCK_SECTION_136].started_ms, WORLD_NOON);
    extend = extension(w, r);
    extend.is.detention.entry.extension_ms = HOURS(7); /* 13 hours in all */
    assert_int_equal(done(w, &extend), flag_bit(FLAG_EXTENSION_TOO_LONG));
    assert_int_equal(r->detention.until_ms, WORLD_NOON + HOURS(36));
    core_world_close(&w);
}

static void R5_an_extension_outside_the_law_is_taken_and_flagged_and_adds_nothing(void **unused)
{
    (void)unused;
    enum { LATE, FOR_A_BED, NO_DOCTOR, NO_SUPERINTENDENT, FAULTS };
    static const enum flag flags[FAULTS] = {FLAG_EXTENSION_TOO_LATE, FLAG_EXTENSION_NOT_FOR_CONDITION,
                                            FLAG_EXTENSION_NOT_BY_DOCTOR, FLAG_EXTENSION_NOT_APPROVED};
    for (int fault = 0; fault < FAULTS; fault++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = arrived(w, PLACE_POLICE_STATION);
        world_wait(w, fault == LATE ? HOURS(24) + 1 : HOURS(20));
        struct command extend = extension(w, r);
        struct detention_entry *entry = &extend.is.detention.entry;
        entry->extension_reason = fault == FOR_A_BED ? 2 : EXTENSION_CONDITION;
        entry->by_doctor = fault != NO_DOCTOR;
        entry->assessed_at_station = fault == NO_SUPERINTENDENT;
        assert_int_equal(done(w, &extend), flag_bit(flags[fault]));
        assert_int_equal(r->detention.until_ms, WORLD_NOON + HOURS(24));
        assert_int_equal(r->clocks[CLOCK_SECTION_136].due_ms, WORLD_NOON + HOURS(24));
        core_world_close(&w);
    }
}

static void R5_an_extension_told_late_but_decided_in_time_counts(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
    world_wait(w, HOURS(24) + 1);
    assert_true(r->clocks[CLOCK_SECTION_136].breached);
    struct command extend = extension(w, r);
    extend.is.detention.entry.occurred_ms = WORLD_NOON + HOURS(23);
    assert_int_equal(done(w, &extend), 0);
    assert_int_equal(r->clocks[CLOCK_SECTION_136].due_ms, WORLD_NOON + HOURS(30));
    assert_false(r->clocks[CLOCK_SECTION_136].breached);
    core_world_close(&w);
}

/* --- police station ------------------------------------------------------------------------------------- */

static void R5_a_police_station_asks_for_grounds_checks_and_reviews(void **unused)
{
    (void)unused;
    enum clock_kind by;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_POLICE_STATION);
    assert_int_equal(detention_next(r, &by), DETENTION_STEP_STATION_AUTHORISED);
    assert_int_equal(r->clocks[CLOCK_HEALTH_CHECK].due_ms, WORLD_NOON + MINUTES(30));
    assert_int_equal(r->clocks[CLOCK_CUSTODY_REVIEW].due_ms, WORLD_NOON + HOURS(1));
    struct command authorise = world_detention(w, r->id, DETENTION_STEP_STATION_AUTHORISED);
    authorise.is.detention.entry.grounds = 1 << STATION_IMMINENT_RISK | 1 << STATION_NO_OTHER_PLACE;
    authorise.is.detention.entry.second = "p204";
    assert_int_equal(done(w, &authorise), flag_bit(FLAG_POLICE_STATION_GROUNDS_MISSING));
    authorise.id[8] = 1;
    authorise.is.detention.entry.grounds |= 1 << STATION_HEALTH;
    assert_int_equal(done(w, &authorise), 0);
    world_wait(w, MINUTES(31));
    assert_true(r->clocks[CLOCK_HEALTH_CHECK].breached);
    assert_int_equal(detention_next(r, &by), DETENTION_STEP_HEALTH_CHECKED);
    struct command check = world_detention(w, r->id, DETENTION_STEP_HEALTH_CHECKED);
    assert_int_equal(done(w, &check), 0);
    assert_int_equal(r->clocks[CLOCK_HEALTH_CHECK].due_ms, w->now_ms + MINUTES(30));
    assert_false(r->clocks[CLOCK_HEALTH_CHECK].breached);
    struct command leave = entry_of(w, r, DETENTION_STEP_ARRIVED, PLACE_HEALTH_BASED);
    assert_int_equal(done(w, &leave), flag_bit(FLAG_TRANSFER_NOT_AGREED));
    assert_false(runs(r, CLOCK_HEALTH_CHECK));
    assert_false(runs(r, CLOCK_CUSTODY_REVIEW));
    assert_true(runs(r, CLOCK_SECTION_136));
    core_world_close(&w);
}

/* Nobody knows the age: whoever looks under 18, or of whom nobody can tell, is protected as a child. */
static void R7_somebody_who_may_be_under_18_at_a_police_station_is_flagged(void **unused)
{
    (void)unused;
    static const struct {
        enum looks_under_18 looks;
        bool flagged;
    } people[] = {{LOOKS_UNDER_18, true}, {LOOKS_CANNOT_TELL, true}, {LOOKS_ADULT, false}};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        struct core_world *w = core_world_open(1, NULL);
        struct command submit = world_submission(w);
        submit.is.submit.facts.age = AGE_UNKNOWN;
        submit.is.submit.facts.looks_under_18 = (uint8_t)people[i].looks;
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, submit.referral);
        struct command use = world_detention(w, r->id, DETENTION_STEP_USED);
        assert_int_equal(done(w, &use), 0);
        struct command come = entry_of(w, r, DETENTION_STEP_GOING, PLACE_POLICE_STATION);
        assert_int_equal(done(w, &come), people[i].flagged ? flag_bit(FLAG_UNDER_18_AT_POLICE_STATION) : 0);
        core_world_close(&w);
    }
}

static void R5_somebody_under_18_at_a_police_station_is_taken_and_flagged_for_ever(void **unused)
{
    (void)unused;
    for (int age = 10; age <= 18; age += 4) {
        struct core_world *w = core_world_open(1, NULL);
        struct command submit = world_submission(w);
        submit.is.submit.facts.age = (uint8_t)age;
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, submit.referral);
        struct command come = entry_of(w, r, DETENTION_STEP_GOING, PLACE_POLICE_STATION);
        struct command use = world_detention(w, r->id, DETENTION_STEP_USED);
        assert_int_equal(done(w, &use), 0);
        uint64_t found = done(w, &come); /* before anybody arrives there */
        assert_int_equal(found, age < 18 ? flag_bit(FLAG_UNDER_18_AT_POLICE_STATION) : 0);
        assert_int_equal(r->detention.found, found);
        core_world_close(&w);
    }
}

/* --- transfer, escape, end ------------------------------------------------------------------------------ */

static void R5_a_transfer_after_the_new_place_said_yes_is_in_order(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_EMERGENCY_DEPARTMENT);
    struct command ask = entry_of(w, r, DETENTION_STEP_TRANSFER_ASKED, PLACE_HEALTH_BASED);
    assert_int_equal(done(w, &ask), 0);
    assert_int_equal(r->detention.state, DETENTION_ASKED);
    struct command refuse = world_detention(w, r->id, DETENTION_STEP_TRANSFER_REFUSED);
    assert_int_equal(done(w, &refuse), 0);
    assert_int_equal(r->detention.state, DETENTION_HELD);
    struct command agree = world_detention(w, r->id, DETENTION_STEP_TRANSFER_AGREED);
    assert_int_equal(done(w, &agree), 0);
    world_wait(w, MINUTES(30));
    struct command go = entry_of(w, r, DETENTION_STEP_GOING, PLACE_HEALTH_BASED);
    assert_int_equal(done(w, &go), 0);
    assert_int_equal(r->detention.place, PLACE_EMERGENCY_DEPARTMENT); /* not there yet */
    struct command come = entry_of(w, r, DETENTION_STEP_ARRIVED, PLACE_HEALTH_BASED);
    assert_int_equal(done(w, &come), 0);
    assert_int_equal(r->detention.place, PLACE_HEALTH_BASED);
    assert_int_equal(r->detention.until_ms, WORLD_NOON + HOURS(24));
    core_world_close(&w);
}

static void R5_an_escape_has_a_time_of_its_own_only_before_the_first_arrival(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    struct command use = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_int_equal(done(w, &use), 0);
    assert_int_equal(r->detention.until_ms, 0);
    world_wait(w, MINUTES(5));
    struct command escape = world_detention(w, r->id, DETENTION_STEP_ESCAPED);
    assert_int_equal(done(w, &escape), 0);
    assert_int_equal(r->detention.until_ms, WORLD_NOON + MINUTES(5) + HOURS(24));
    assert_true(runs(r, CLOCK_ESCAPE));
    world_wait(w, HOURS(2));
    struct command come = entry_of(w, r, DETENTION_STEP_ARRIVED, PLACE_HEALTH_BASED);
    assert_int_equal(done(w, &come), 0);
    assert_false(runs(r, CLOCK_ESCAPE));
    assert_int_equal(r->detention.until_ms, w->now_ms + HOURS(24));
    int64_t until_ms = r->detention.until_ms;
    escape.id[8] = 1;
    assert_int_equal(done(w, &escape), 0);
    assert_int_equal(r->detention.state, DETENTION_AWAY);
    assert_int_equal(r->detention.until_ms, until_ms);
    assert_false(runs(r, CLOCK_ESCAPE));
    core_world_close(&w);
}

static void R5_an_end_without_the_amhp_asks_why(void **unused)
{
    (void)unused;
    for (int interviewed = 0; interviewed < 2; interviewed++) {
        struct core_world *w = core_world_open(1, with_targets);
        const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
        struct command interview = world_detention(w, r->id, DETENTION_STEP_INTERVIEWED);
        if (interviewed)
            assert_int_equal(done(w, &interview), 0);
        struct command end = world_detention(w, r->id, DETENTION_STEP_ENDED);
        end.is.detention.entry.without_amhp = 0;
        assert_int_equal(world_do(w, &end), interviewed ? REFUSAL_NONE : REFUSAL_BAD_VALUE);
        if (!interviewed) {
            end = world_detention(w, r->id, DETENTION_STEP_ENDED);
            assert_int_equal(done(w, &end), flag_bit(FLAG_ENDED_WITHOUT_AMHP));
        }
        assert_false(detention_is_open(r));
        for (int clock = CLOCK_SECTION_136; clock <= CLOCK_ESCAPE; clock++)
            assert_false(runs(r, (enum clock_kind)clock));
        core_world_close(&w);
    }
}

static void R5_a_power_used_again_after_the_end_has_the_hours_of_the_first(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
    world_wait(w, HOURS(23));
    struct command end = world_detention(w, r->id, DETENTION_STEP_ENDED);
    assert_int_equal(world_do(w, &end), REFUSAL_NONE);
    struct command again = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_true(done(w, &again) & flag_bit(FLAG_POWER_USED_AGAIN));
    assert_true(detention_is_open(r));
    assert_true(runs(r, CLOCK_SECTION_136));
    assert_int_equal(r->clocks[CLOCK_SECTION_136].due_ms, WORLD_NOON + HOURS(24));
    core_world_close(&w);
}

static struct command mistake_of(struct core_world *w, const struct referral *r)
{
    struct command mistake = world_detention(w, r->id, DETENTION_STEP_ENDED);
    mistake.is.detention.entry.end = DETENTION_END_NEVER_DETAINED;
    mistake.is.detention.entry.by = "p117";
    mistake.is.detention.entry.second = "p204";
    mistake.is.detention.has_note = true;
    return mistake;
}

static void R5_nothing_counts_from_a_use_that_never_was(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    with_targets(w);
    const struct referral *r = arrived(w, PLACE_POLICE_STATION);
    struct command examined = world_detention(w, r->id, DETENTION_STEP_EXAMINED);
    assert_int_equal(done(w, &examined), 0);
    world_wait(w, HOURS(3));
    struct command mistake = mistake_of(w, r);
    done(w, &mistake);
    assert_int_equal(r->detention.started_ms, 0);
    world_wait(w, HOURS(20));
    struct command use = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_false(done(w, &use) & flag_bit(FLAG_POWER_USED_AGAIN));
    use = entry_of(w, r, DETENTION_STEP_ARRIVED, PLACE_HEALTH_BASED);
    assert_int_equal(done(w, &use), 0);
    assert_int_equal(r->clocks[CLOCK_SECTION_136].started_ms, WORLD_NOON + HOURS(23));
    assert_int_equal(r->detention.until_ms, WORLD_NOON + HOURS(47));
    assert_true(runs(r, CLOCK_EXAMINED)); /* the examination before was of somebody who was not detained */
    core_world_close(&w);
}

/* The first use stands, and its hours run on. */
static void R5_a_second_use_that_never_was_takes_nothing_from_the_first(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
    world_wait(w, HOURS(2));
    struct command end = world_detention(w, r->id, DETENTION_STEP_ENDED);
    done(w, &end);
    struct command use = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_true(done(w, &use) & flag_bit(FLAG_POWER_USED_AGAIN));
    struct command mistake = mistake_of(w, r);
    done(w, &mistake);
    assert_int_equal(r->detention.started_ms, WORLD_NOON);
    use = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_true(done(w, &use) & flag_bit(FLAG_POWER_USED_AGAIN));
    assert_int_equal(r->clocks[CLOCK_SECTION_136].due_ms, WORLD_NOON + HOURS(24));
    core_world_close(&w);
}

static void R5_what_cannot_be_is_refused(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    struct command early = world_detention(w, r->id, DETENTION_STEP_EXAMINED);
    assert_int_equal(world_do(w, &early), REFUSAL_DETENTION_STEP);
    struct command later = entry_of(w, r, DETENTION_STEP_ARRIVED, PLACE_HEALTH_BASED);
    later.is.detention.entry.occurred_ms = w->now_ms + HOURS(1);
    assert_int_equal(world_do(w, &later), REFUSAL_TIME_TO_COME);
    struct command other = world_from_team(w, COMMAND_RECORD_DETENTION, 2, r->id);
    other.is.detention.entry = later.is.detention.entry;
    other.is.detention.entry.occurred_ms = 0;
    assert_int_equal(world_do(w, &other), REFUSAL_NOT_YOURS);
    other.slot = r->offer.team; /* the place that is asked */
    assert_int_equal(world_do(w, &other), REFUSAL_NONE);
    core_world_close(&w);
}

/* --- clocks --------------------------------------------------------------------------------------------- */

static void R5_the_end_of_the_hours_is_warned_of_once_and_its_passing_recorded(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
    world_wait(w, HOURS(21) - 1);
    assert_int_equal(world_count(w, EVENT_CLOCK_WARNED), 0);
    world_wait(w, 1);
    assert_int_equal(world_count(w, EVENT_CLOCK_WARNED), 1);
    assert_int_equal(world_event(w, EVENT_CLOCK_WARNED)->is.breached.due_ms, WORLD_NOON + HOURS(24));
    world_wait(w, HOURS(3));
    assert_false(r->clocks[CLOCK_SECTION_136].breached);
    world_wait(w, 1);
    assert_true(r->clocks[CLOCK_SECTION_136].breached);
    assert_int_equal(world_count(w, EVENT_CLOCK_WARNED), 1);
    core_world_close(&w);
}

static void R5_the_targets_run_beside_the_hours_and_stop_with_what_they_are_for(void **unused)
{
    (void)unused;
    enum clock_kind by;
    struct core_world *w = core_world_open(1, with_targets);
    const struct referral *r = arrived(w, PLACE_HEALTH_BASED);
    assert_int_equal(r->clocks[CLOCK_EXAMINED].due_ms, WORLD_NOON + HOURS(3));
    assert_int_equal(detention_next(r, &by), DETENTION_STEP_EXAMINED);
    struct command examine = world_detention(w, r->id, DETENTION_STEP_EXAMINED);
    assert_int_equal(done(w, &examine), 0);
    assert_false(runs(r, CLOCK_EXAMINED));
    assert_true(runs(r, CLOCK_INTERVIEWED));
    assert_int_equal(detention_next(r, &by), DETENTION_STEP_INTERVIEWED);
    assert_int_equal(by, CLOCK_INTERVIEWED);
    struct command interview = world_detention(w, r->id, DETENTION_STEP_INTERVIEWED);
    assert_int_equal(done(w, &interview), 0);
    assert_int_equal(detention_next(r, &by), DETENTION_STEP_ENDED);
    core_world_close(&w);
}

/* --- the legal status ----------------------------------------------------------------------------------- */

static void R4_only_sections_136_and_135_1_have_the_hours(void **unused)
{
    (void)unused;
    for (int status = LEGAL_UNKNOWN; status < LEGAL_STATUS_COUNT; status++) {
        struct core_world *w = core_world_open(1, NULL);
        struct command submit = world_submission(w);
        submit.is.submit.facts.legal_status = (uint8_t)status;
        submit.is.submit.facts.place = PLACE_HEALTH_BASED;
        submit.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(1);
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, submit.referral);
        bool detains = status == LEGAL_SECTION_136 || status == LEGAL_SECTION_135_1;
        assert_int_equal(detention_is_open(r), detains);
        assert_int_equal(runs(r, CLOCK_SECTION_136), detains);
        core_world_close(&w);
    }
}

static void R4_a_dwelling_and_a_home_without_consents_are_taken_and_flagged(void **unused)
{
    (void)unused;
    for (unsigned notes = 0; notes < 4; notes++) {
        struct core_world *w = core_world_open(1, NULL);
        struct command submit = world_submission(w);
        submit.is.submit.facts.legal_status = LEGAL_SECTION_136;
        submit.is.submit.facts.legal_notes = (uint8_t)notes;
        submit.is.submit.facts.place = PLACE_PRIVATE_HOME;
        submit.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(1);
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        const struct detention *detention = &state_referral(w->state, submit.referral)->detention;
        assert_int_equal(!!(detention->found & flag_bit(FLAG_SECTION_136_IN_DWELLING)),
                         !!(notes & LEGAL_NOTE_IN_DWELLING));
        assert_int_equal(!!(detention->found & flag_bit(FLAG_HOME_CONSENT_MISSING)),
                         !(notes & LEGAL_NOTE_HOME_AGREED));
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R5_an_extension_for_the_condition_by_the_doctor_adds_to_the_hours),
        cmocka_unit_test(R5_an_extension_outside_the_law_is_taken_and_flagged_and_adds_nothing),
        cmocka_unit_test(R5_an_extension_told_late_but_decided_in_time_counts),
        cmocka_unit_test(R5_a_police_station_asks_for_grounds_checks_and_reviews),
        cmocka_unit_test(R5_somebody_under_18_at_a_police_station_is_taken_and_flagged_for_ever),
        cmocka_unit_test(R7_somebody_who_may_be_under_18_at_a_police_station_is_flagged),
        cmocka_unit_test(R5_a_transfer_after_the_new_place_said_yes_is_in_order),
        cmocka_unit_test(R5_an_escape_has_a_time_of_its_own_only_before_the_first_arrival),
        cmocka_unit_test(R5_an_end_without_the_amhp_asks_why),
        cmocka_unit_test(R5_a_power_used_again_after_the_end_has_the_hours_of_the_first),
        cmocka_unit_test(R5_nothing_counts_from_a_use_that_never_was),
        cmocka_unit_test(R5_a_second_use_that_never_was_takes_nothing_from_the_first),
        cmocka_unit_test(R5_what_cannot_be_is_refused),
        cmocka_unit_test(R5_the_end_of_the_hours_is_warned_of_once_and_its_passing_recorded),
        cmocka_unit_test(R5_the_targets_run_beside_the_hours_and_stop_with_what_they_are_for),
        cmocka_unit_test(R4_only_sections_136_and_135_1_have_the_hours),
        cmocka_unit_test(R4_a_dwelling_and_a_home_without_consents_are_taken_and_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
