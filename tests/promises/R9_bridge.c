/* R9, R8: a voice is a bridge until somebody comes, and a promise beyond the standard one until somebody
 * promises better.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

enum { VOICE = 1, NEAR, FAR };

static void a_voice_first(struct core_world *w)
{
    w->teams[VOICE - 1].offers = TEAM_RINGS;
}

static struct core_world *bridge_world(const struct referral **r)
{
    struct core_world *w = core_world_open(3, a_voice_first);
    *r = world_submitted(w);
    assert_int_equal(world_accept(w, *r, MINUTES(4)), REFUSAL_NONE);
    return w;
}

static void R9_a_voice_holds_the_case_while_a_team_that_comes_is_asked(void **unused)
{
    (void)unused;
    const struct referral *r;
    struct core_world *w = bridge_world(&r);
    assert_int_equal(r->state, CASE_ACCEPTED);
    assert_int_equal(r->team, world_slot(w, VOICE));
    assert_int_equal(r->seeking, SEEKING_ONE_THAT_COMES);
    assert_true(r->offer.sought);
    assert_int_equal(r->offer.team, world_slot(w, NEAR));
    world_decline(w, r);
    assert_int_equal(r->offer.team, world_slot(w, FAR));
    assert_int_equal(world_accept(w, r, MINUTES(40)), REFUSAL_NONE);
    assert_int_equal(r->team, world_slot(w, FAR));
    assert_int_equal(r->seeking, SEEKING_NOT);
    assert_int_equal(world_event(w, EVENT_ACCEPTED)->is.accepted.previous_team, world_slot(w, VOICE));
    core_world_close(&w);
}

/* Nobody can come now: the voice keeps the case, the finding is told, and the ladder is gone through again.
 */
static void R9_the_search_goes_on_in_rounds_and_when_a_team_comes(void **unused)
{
    (void)unused;
    const struct referral *r;
    struct core_world *w = bridge_world(&r);
    world_decline(w, r);
    world_decline(w, r);
    assert_int_equal(r->team, world_slot(w, VOICE));
    assert_int_equal(world_event(w, EVENT_SOUGHT)->is.sought.reason, HOLD_ALL_ASKED);
    world_presence(w, NEAR, false);
    world_wait(w, w->policy.remind_ms);
    assert_int_equal(r->offer.team, world_slot(w, FAR)); /* a new round */
    world_decline(w, r);
    world_presence(w, NEAR, true);
    world_look_again(w);
    assert_int_equal(r->offer.team, world_slot(w, NEAR));
    core_world_close(&w);
}

static enum refusal wish_for(struct core_world *w, const struct referral *r, enum wish wish)
{
    struct command command = world_command(w, COMMAND_RECORD_WISH, r->id);
    command.is.wish = wish;
    return world_do(w, &command);
}

static void R9_a_person_who_wants_the_telephone_has_it(void **unused)
{
    (void)unused;
    const struct referral *r;
    struct core_world *w = bridge_world(&r);
    assert_int_equal(wish_for(w, r, WISH_TELEPHONE), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_NOT_NEEDED);
    assert_int_equal(r->seeking, SEEKING_NOT);
    assert_int_equal(r->offer.attempt, 0);
    assert_int_equal(wish_for(w, r, WISH_VISIT), REFUSAL_NONE);
    assert_true(r->offer.sought);
    core_world_close(&w);
}

/* Said before anybody has accepted, it ends the search before it begins; another team may not say it. */
static void R9_a_wish_counts_whenever_it_is_told_by_those_who_met_the_person(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, a_voice_first);
    const struct referral *r = world_submitted(w);
    struct command wish = world_from_team(w, COMMAND_RECORD_WISH, NEAR, r->id);
    wish.is.wish = WISH_TELEPHONE;
    assert_int_equal(world_do(w, &wish), REFUSAL_NOT_YOURS);
    assert_int_equal(wish_for(w, r, WISH_TELEPHONE), REFUSAL_NONE);
    assert_int_equal(world_accept(w, r, MINUTES(4)), REFUSAL_NONE);
    assert_int_equal(r->seeking, SEEKING_NOT);
    assert_int_equal(wish_for(w, r, WISH_NONE), REFUSAL_BAD_VALUE);
    core_world_close(&w);
}

static void R9_a_telephone_contact_ends_no_search_and_a_visit_does(void **unused)
{
    (void)unused;
    const struct referral *r;
    struct core_world *w = bridge_world(&r);
    struct command contact = world_from_team(w, COMMAND_CHECK_IN, VOICE, r->id);
    contact.is.check_in.step = STEP_CONTACT;
    contact.is.check_in.mechanism = CONTACT_TELEPHONE;
    contact.is.check_in.attended = ATTEND_ON_TIME;
    assert_int_equal(world_do(w, &contact), REFUSAL_NONE);
    assert_true(r->offer.sought);
    contact.id[9] = 1;
    contact.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
    assert_int_equal(world_do(w, &contact), REFUSAL_NONE);
    assert_int_equal(r->seeking, SEEKING_NOT);
    assert_int_equal(r->offer.attempt, 0);
    core_world_close(&w);
}

/* The standard of this world is four hours. */
static void R8_a_promise_beyond_the_standard_is_one_while_a_sooner_is_sought(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, HOURS(24));
    assert_int_equal(r->seeking, SEEKING_ONE_SOONER);
    assert_int_equal(world_accept(w, r, HOURS(30)), REFUSAL_NONE); /* by the second, and no better */
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_NO_SOONER);
    assert_int_equal(r->team, world_slot(w, 1));
    assert_int_equal(world_accept(w, r, HOURS(1)), REFUSAL_NONE);
    assert_int_equal(r->team, world_slot(w, 3));
    assert_int_equal(r->seeking, SEEKING_NOT);
    core_world_close(&w);
}

static void R8_a_promise_to_the_millisecond_of_the_standard_ends_the_search(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct referral *r = world_submitted(w);
        world_accept(w, r, HOURS(4) + late);
        assert_int_equal(r->seeking, late ? SEEKING_ONE_SOONER : SEEKING_NOT);
        core_world_close(&w);
    }
}

static void R8_a_team_that_is_on_its_way_in_time_after_all_ends_the_search(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, HOURS(24));
    struct command travelling = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    travelling.is.check_in.step = STEP_TRAVELLING;
    travelling.is.check_in.says_when = true;
    travelling.is.check_in.expected_ms = MINUTES(20);
    assert_int_equal(world_do(w, &travelling), REFUSAL_NONE);
    assert_int_equal(r->seeking, SEEKING_NOT);
    assert_int_equal(r->offer.attempt, 0);
    core_world_close(&w);
}

/* A team that sets out and says that it comes too late after all keeps the case while a sooner one is sought;
 * saying so again begins no second search. */
static void R8_a_team_on_its_way_that_will_be_late_keeps_it_while_a_sooner_is_sought(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    assert_int_equal(r->seeking, SEEKING_NOT);
    struct command travelling = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    travelling.is.check_in.step = STEP_TRAVELLING;
    travelling.is.check_in.says_when = true;
    travelling.is.check_in.expected_ms = HOURS(24);
    assert_int_equal(world_do(w, &travelling), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_TRAVELLING);
    assert_int_equal(r->seeking, SEEKING_ONE_SOONER);
    assert_true(r->offer.sought);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    world_decline(w, r);
    assert_int_equal(world_count(w, EVENT_SOUGHT), 1);
    travelling.id[9] = 1;
    assert_int_equal(world_do(w, &travelling), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_SOUGHT), 1);
    core_world_close(&w);
}

/* Nothing is heard of the voice: the case goes on as if nobody had had it, and no search is left over. */
static void R9_a_voice_that_falls_silent_loses_the_case(void **unused)
{
    (void)unused;
    const struct referral *r;
    struct core_world *w = bridge_world(&r);
    world_presence(w, NEAR, false);
    world_presence(w, FAR, false);
    world_wait(w, HOURS(2));
    assert_int_equal(r->team, SLOT_NONE);
    assert_int_equal(r->seeking, SEEKING_NOT);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R9_a_voice_holds_the_case_while_a_team_that_comes_is_asked),
        cmocka_unit_test(R9_the_search_goes_on_in_rounds_and_when_a_team_comes),
        cmocka_unit_test(R9_a_person_who_wants_the_telephone_has_it),
        cmocka_unit_test(R9_a_wish_counts_whenever_it_is_told_by_those_who_met_the_person),
        cmocka_unit_test(R9_a_telephone_contact_ends_no_search_and_a_visit_does),
        cmocka_unit_test(R8_a_promise_beyond_the_standard_is_one_while_a_sooner_is_sought),
        cmocka_unit_test(R8_a_promise_to_the_millisecond_of_the_standard_ends_the_search),
        cmocka_unit_test(R8_a_team_that_is_on_its_way_in_time_after_all_ends_the_search),
        cmocka_unit_test(R8_a_team_on_its_way_that_will_be_late_keeps_it_while_a_sooner_is_sought),
        cmocka_unit_test(R9_a_voice_that_falls_silent_loses_the_case),
    };
    return cmocka_run_group_tests_name("R9_bridge", tests, NULL, NULL);
}
