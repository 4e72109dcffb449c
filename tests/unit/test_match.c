/* test_match.c: which teams can take a case, and in which order they are asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

/* --- the order of those who can --------------------------------------------------------------------------
 */

/* All teams on the first rung, so that the rank within a rung decides. */
static void one_rung(struct core_world *w)
{
    for (int i = 0; i < w->areas[0].step_count; i++)
        w->areas[0].steps[i].rung = 1;
}

static int asked(const struct core_world *w)
{
    const struct event *offered = world_event(w, EVENT_OFFERED);
    for (int team = 1; team <= w->policy.team_count; team++)
        if (world_slot(w, team) == offered->is.offered.team)
            return team;
    return 0;
}

static void slow_to_come_but_near(struct core_world *w)
{
    w->areas[0].steps[0].rung = 2;
    w->areas[0].steps[1].rung = 1;
    w->teams[1].expected_arrival_ms = HOURS(3);
}

static void the_nearest_rung_comes_before_the_soonest_arrival(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, slow_to_come_but_near);
    world_submitted(w);
    assert_int_equal(asked(w), 2);
    core_world_close(&w);
}

static void the_second_comes_soonest(struct core_world *w)
{
    one_rung(w);
    w->teams[1].expected_arrival_ms = MINUTES(29);
}

static void the_soonest_arrival_comes_before_the_least_load(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, the_second_comes_soonest);
    for (int i = 0; i < 3; i++) {
        world_submitted(w);
        assert_int_equal(asked(w), 2);
    }
    core_world_close(&w);
}

static void the_least_load_comes_before_the_longest_wait_for_an_offer(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, one_rung);
    const struct referral *first = world_submitted(w);
    int holder = asked(w);
    world_accept(w, first, MINUTES(20));
    for (int i = 0; i < 2; i++) {
        const struct referral *r =
            world_submitted(w); /* goes to the other team, which then is the one asked last */
        assert_int_not_equal(asked(w), holder);
        struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
        world_do(w, &withdraw);
    }
    core_world_close(&w);
}

static void among_equals_the_one_asked_longest_ago_is_asked(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, one_rung);
    int turns[6];
    for (int i = 0; i < 6; i++) {
        const struct referral *r = world_submitted(w);
        turns[i] = asked(w);
        struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
        world_do(w, &withdraw);
    }
    for (int i = 0; i < 6; i++)
        assert_int_equal(turns[i], i % 3 + 1);
    core_world_close(&w);
}

static void the_least_asked_comes_before_the_nearest_rung(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_presence(w, 2, false);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    world_presence(w, 2, true); /* not looked at until the reminder begins a second round */
    world_wait(w, w->policy.remind_ms);
    assert_int_equal(asked(w), 2);
    world_decline(w, r);
    assert_int_equal(asked(w), 1);
    core_world_close(&w);
}

/* --- age -------------------------------------------------------------------------------------------------
 */

/* What the first team is not there for, as its offer says. */
static uint8_t differs_for(struct core_world *w, const struct facts *facts)
{
    struct command command = world_submission(w);
    command.is.submit.facts = *facts;
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    uint8_t differs = world_event(w, EVENT_OFFERED)->is.offered.differs;
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, command.referral);
    world_do(w, &withdraw);
    return differs;
}

/* Teams for adults, for children, and for adults from 26, with and without a flexible transition. */
static const struct {
    uint8_t first, last;
    bool flexible;
    uint8_t age;
    bool served;
} ages[] = {
    {18, AGE_MAX, false, 17, false},
    {18, AGE_MAX, false, 18, true},
    {18, AGE_MAX, false, AGE_MAX, true},
    {18, AGE_MAX, true, 15, false},
    {18, AGE_MAX, true, 16, true},
    {18, AGE_MAX, true, 17, true},
    {0, 17, false, 0, true},
    {0, 17, false, 17, true},
    {0, 17, false, 18, false},
    {0, 17, true, 18, true},
    {0, 17, true, 25, true},
    {0, 17, true, 26, false},
    {0, 15, true, 16, false}, /* its own ages do not touch the transition */
    {26, AGE_MAX, true, 25, false},
    {65, AGE_MAX, true, 20, false},
    {0, 17, false, AGE_UNKNOWN, true},
    {18, AGE_MAX, false, AGE_UNKNOWN, true},
    {65, AGE_MAX, false, AGE_UNKNOWN, false},
};

static void ages_are_served_to_the_year_and_young_people_from_16_to_25_on_either_side(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        struct core_world *w = core_world_open(1, NULL);
        w->teams[0].age_first = ages[i].first;
        w->teams[0].age_last = ages[i].last;
        w->teams[0].flexible_transition = ages[i].flexible;
        struct facts facts = {.source = SOURCE_STREET_TRIAGE, .age = ages[i].age};
        uint8_t differs = differs_for(w, &facts);
        if (!differs != ages[i].served)
            print_error("ages %d to %d, aged %d\n", ages[i].first, ages[i].last, ages[i].age);
        assert_int_equal(differs, ages[i].served ? 0 : DIFFERS_AGE);
        core_world_close(&w);
    }
}

/* --- language, need, pathway -----------------------------------------------------------------------------
 */

static void speaks_welsh_and_polish_and_signs(struct core_world *w)
{
    w->teams[0].interpreter = false;
    w->teams[0].language_count = 3;
    strcpy(w->teams[0].languages[0], "cy");
    strcpy(w->teams[0].languages[1], "pl");
    strcpy(w->teams[0].languages[2], "bfi");
}

static void a_language_is_served_by_a_speaker_or_an_interpreter(void **unused)
{
    (void)unused;
    static const struct {
        const char *language;
        bool served;
    } rows[] = {{"", true},    {"en", true},  {"cy", true},  {"pl", true},
                {"bfi", true}, {"ur", false}, {"ase", false}};
    struct core_world *w = core_world_open(1, speaks_welsh_and_polish_and_signs);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct facts facts = {.source = SOURCE_STREET_TRIAGE, .age = 40};
        strcpy(facts.language, rows[i].language);
        assert_int_equal(differs_for(w, &facts), rows[i].served ? 0 : DIFFERS_LANGUAGE);
        w->teams[0].interpreter = true;
        assert_int_equal(differs_for(w, &facts), 0);
        w->teams[0].interpreter = false;
    }
    core_world_close(&w);
}

/* But for the approved mental health professional, whom no team has, and who is asked for beside it. */
static void every_need_is_one_of_its_own(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    for (int need = NEED_AMHP + 1; need < NEED_COUNT; need++) {
        struct facts facts = {
            .source = SOURCE_STREET_TRIAGE, .age = 40, .needs = (uint16_t)(1 << need | 1 << NEED_AMHP)};
        w->teams[0].needs = (uint16_t) ~(1 << need);
        assert_int_equal(differs_for(w, &facts), DIFFERS_NEED);
        w->teams[0].needs = (uint16_t)(1 << need);
        assert_int_equal(differs_for(w, &facts), 0);
    }
    core_world_close(&w);
}

static void every_source_is_a_pathway_of_its_own(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    for (int served = SOURCE_STREET_TRIAGE; served < SOURCE_COUNT; served++)
        for (int source = SOURCE_STREET_TRIAGE; source < SOURCE_COUNT; source++) {
            struct facts facts = {.source = (enum source)source, .age = 40};
            w->teams[0].sources = (uint8_t)(1 << served);
            assert_int_equal(differs_for(w, &facts), source == served ? 0 : DIFFERS_PATHWAY);
        }
    core_world_close(&w);
}

/* --- places and claims -----------------------------------------------------------------------------------
 */

static void two_places(struct core_world *w)
{
    w->teams[0].places = 2;
}

static void places_are_taken_by_offers_and_cases_and_freed_by_both(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, two_places);
    const struct referral *held = world_submitted(w);
    world_accept(w, held, MINUTES(20)); /* one case */
    const struct referral *offered = world_submitted(w);
    assert_int_equal(offered->state, CASE_OFFERED); /* and one offer */
    const struct referral *third = world_submitted(w);
    assert_int_equal(third->hold_reason, HOLD_ALL_FULL);
    world_decline(w, offered);
    world_look_again(w);
    assert_int_equal(third->state, CASE_OFFERED);
    const struct referral *fourth = world_submitted(w);
    assert_int_equal(fourth->state, CASE_HELD);
    world_contact(w, held);
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, held->id);
    close.is.close.outcome = 1;
    close.is.close.note_code = "";
    world_do(w, &close);
    world_look_again(w);
    assert_int_equal(fourth->state, CASE_OFFERED);
    core_world_close(&w);
}

static void a_claim_counts_down_with_each_offer_and_acceptance_since(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *before = world_submitted(w);
    world_accept(w, before, MINUTES(20)); /* known to the team when it claims: not counted again */
    world_capacity(w, 1, 2);
    world_accept(w, world_submitted(w), MINUTES(20));
    const struct referral *second = world_submitted(w);
    assert_int_equal(second->state, CASE_OFFERED);
    assert_int_equal(world_submitted(w)->hold_reason, HOLD_ALL_FULL);
    world_capacity(w, 1, 2); /* beside the cases that it holds by now */
    world_look_again(w);
    assert_int_equal(w->state->counters.held_count, 0);
    core_world_close(&w);
}

static void a_claim_is_good_to_its_last_millisecond_and_then_unknown(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_capacity(w, 1, 0);
    world_wait(w, w->policy.capacity_good_ms - 1);
    assert_int_equal(world_submitted(w)->hold_reason, HOLD_ALL_FULL);
    world_wait(w, 1);
    assert_int_equal(world_submitted(w)->state, CASE_OFFERED);
    core_world_close(&w);
}

static void the_directorys_places_bind_though_no_claim_is_fresh(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, two_places);
    world_accept(w, world_submitted(w), HOURS(10));
    world_accept(w, world_submitted(w), HOURS(10));
    world_capacity(w, 1, 5);
    assert_int_equal(world_submitted(w)->hold_reason, HOLD_ALL_FULL);
    world_wait(w, HOURS(2));
    assert_int_equal(world_submitted(w)->hold_reason, HOLD_ALL_FULL);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_rung_comes_before_the_soonest_arrival),
        cmocka_unit_test(the_soonest_arrival_comes_before_the_least_load),
        cmocka_unit_test(the_least_load_comes_before_the_longest_wait_for_an_offer),
        cmocka_unit_test(among_equals_the_one_asked_longest_ago_is_asked),
        cmocka_unit_test(the_least_asked_comes_before_the_nearest_rung),
        cmocka_unit_test(ages_are_served_to_the_year_and_young_people_from_16_to_25_on_either_side),
        cmocka_unit_test(a_language_is_served_by_a_speaker_or_an_interpreter),
        cmocka_unit_test(every_need_is_one_of_its_own),
        cmocka_unit_test(every_source_is_a_pathway_of_its_own),
        cmocka_unit_test(places_are_taken_by_offers_and_cases_and_freed_by_both),
        cmocka_unit_test(a_claim_counts_down_with_each_offer_and_acceptance_since),
        cmocka_unit_test(a_claim_is_good_to_its_last_millisecond_and_then_unknown),
        cmocka_unit_test(the_directorys_places_bind_though_no_claim_is_fresh),
    };
    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
