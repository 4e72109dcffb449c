/* P4 Never stuck: a held case is offered as soon as a team can take it, be it that a team comes, opens, has a
 * place again or stands in a new policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

static void a_held_case_is_offered_as_soon_as_a_team_is_there(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_presence(w, 1, false);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->hold_reason, HOLD_ALL_ABSENT);
    world_wait(w, MINUTES(3));
    world_presence(w, 1, true);
    world_look_again(w);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.offered_ms, w->now_ms);
    core_world_close(&w);
}

static void a_held_case_is_offered_as_soon_as_a_team_has_places(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_capacity(w, 1, 0);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->hold_reason, HOLD_ALL_FULL);
    world_capacity(w, 1, 1);
    world_look_again(w);
    assert_int_equal(r->state, CASE_OFFERED);
    core_world_close(&w);
}

static void a_claim_that_has_grown_old_is_asked_not_passed_over(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_capacity(w, 1, 0);
    int64_t good_until_ms = w->now_ms + w->policy.capacity_good_ms;
    world_wait(w, w->policy.capacity_good_ms - MINUTES(1));
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->look_again_ms, good_until_ms);
    world_wait(w, MINUTES(1) - 1);
    assert_int_equal(r->state, CASE_HELD);
    world_wait(w, 1);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.offered_ms, good_until_ms);
    const struct considered *found = &world_event(w, EVENT_OFFERED)->considered.items[0];
    assert_false(found->capacity_known);
    assert_int_equal(found->capacity_age_minutes, 60);
    core_world_close(&w);
}

static void shut_till_seven_past_noon(struct core_world *w)
{
    for (int i = 0; i < w->policy.team_count; i++)
        w->teams[i].rota.shifts[0] = (struct shift){ROTA_WEEK, 12 * 60 + 7, 13 * 60};
}

static void a_held_case_is_offered_as_soon_as_a_team_opens(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, shut_till_seven_past_noon);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->hold_reason, HOLD_ALL_CLOSED);
    assert_int_equal(r->look_again_ms, WORLD_NOON + MINUTES(7));
    world_wait(w, MINUTES(7));
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.offered_ms, WORLD_NOON + MINUTES(7));
    core_world_close(&w);
}

static void looking_again_in_vain_does_not_put_the_reminder_off(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, shut_till_seven_past_noon);
    world_presence(w, 1, false);
    const struct referral *r = world_submitted(w);
    int64_t remind_ms = r->remind_ms;
    world_wait(w, MINUTES(8));
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_ALL_ABSENT);
    assert_int_equal(r->remind_ms, remind_ms);
    world_wait(w, MINUTES(7));
    assert_int_equal(world_event(w, EVENT_REMINDED)->at_ms, remind_ms);
    core_world_close(&w);
}

static void open_till_one(struct core_world *w)
{
    w->teams[0].rota.shifts[0] = (struct shift){ROTA_WEEK | ROTA_BANK_HOLIDAY, 9 * 60 + 1, 12 * 60 + 10};
}

/* Nobody is asked twice in a round, so the team is left alone until the reminder; by then it has shut, and
 * what there is to wait for is its opening the next day. */
static void a_reminder_in_vain_finds_out_when_to_look_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, open_till_one);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    assert_int_equal(r->hold_reason, HOLD_ALL_ASKED);
    world_wait(w, MINUTES(15));
    assert_int_equal(world_count(w, EVENT_REMINDED), 1);
    int64_t opens_ms = WORLD_NOON + HOURS(21) + MINUTES(1);
    assert_int_equal(r->hold_reason, HOLD_ALL_CLOSED);
    assert_int_equal(r->look_again_ms, opens_ms);
    assert_int_equal(r->remind_ms, WORLD_NOON + MINUTES(30));
    world_wait(w, opens_ms - w->now_ms);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.offered_ms, opens_ms);
    core_world_close(&w);
}

/* It came, but with no place: what there is to wait for is no longer its coming but its claim growing old. */
static void a_team_that_comes_full_is_looked_at_again_when_its_claim_is_old(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_presence(w, 1, false);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(2));
    world_capacity(w, 1, 0);
    int64_t old_ms = w->now_ms + w->policy.capacity_good_ms;
    world_presence(w, 1, true);
    world_look_again(w);
    assert_int_equal(r->hold_reason, HOLD_ALL_FULL);
    assert_int_equal(r->look_again_ms, old_ms);
    world_wait(w, old_ms - w->now_ms);
    assert_int_equal(r->offer.offered_ms, old_ms);
    core_world_close(&w);
}

static void neither_can(struct core_world *w)
{
    w->teams[0].rota.shifts[0] = (struct shift){ROTA_WEEK, 17 * 60, 9 * 60};
    w->teams[1].detained = DETAINED_ONLY;
}

static void a_held_case_is_offered_as_soon_as_the_policy_names_a_team(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, neither_can);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->state, CASE_HELD);
    w->teams[1].detained = DETAINED_ALSO;
    world_load_policy(w);
    world_look_again(w);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    core_world_close(&w);
}

static void when_the_policy_moves_an_opening_the_case_is_looked_at_then(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, shut_till_seven_past_noon);
    const struct referral *r = world_submitted(w);
    w->teams[0].rota.shifts[0].from_minute = 12 * 60 + 4;
    world_load_policy(w);
    world_look_again(w);
    assert_int_equal(r->look_again_ms, WORLD_NOON + MINUTES(4));
    world_wait(w, MINUTES(4));
    assert_int_equal(r->offer.offered_ms, WORLD_NOON + MINUTES(4));
    core_world_close(&w);
}

static void undetained_only_from_seven_past_noon(struct core_world *w)
{
    shut_till_seven_past_noon(w);
    w->teams[0].detained = DETAINED_NEVER;
}

static void when_an_update_makes_a_team_match_the_case_waits_for_its_opening(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, undetained_only_from_seven_past_noon);
    struct command submit = world_submission(w);
    submit.is.submit.facts.legal_status = LEGAL_SECTION_136;
    world_do(w, &submit);
    const struct referral *r = state_referral(w->state, submit.referral);
    assert_int_equal(r->hold_reason, HOLD_NO_PLACE_OF_SAFETY);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, submit.referral, ID_BYTES);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(r->hold_reason, HOLD_ALL_CLOSED);
    world_wait(w, MINUTES(7));
    assert_int_equal(r->offer.offered_ms, WORLD_NOON + MINUTES(7));
    core_world_close(&w);
}

static void many_held_cases_are_all_looked_at_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_presence(w, 1, false);
    for (int i = 0; i < 600; i++) /* more than are looked at in one go */
        world_submitted(w);
    assert_int_equal(w->state->counters.held_count, 600);
    world_presence(w, 1, true);
    world_look_again(w);
    assert_int_equal(w->state->counters.held_count, 0);
    core_world_close(&w);
}

static void adults_only(struct core_world *w)
{
    w->teams[0].age_first = 18;
}

static void undetained_only(struct core_world *w)
{
    w->teams[0].detained = DETAINED_NEVER;
}

static void a_case_behind_many_that_no_team_can_take_is_found(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, undetained_only);
    for (int i = 0; i < 600; i++) {
        struct command detained = world_submission(w);
        detained.is.submit.facts.legal_status = LEGAL_SECTION_136;
        world_do(w, &detained);
    }
    world_presence(w, 1, false);
    const struct referral *r = world_submitted(w);
    world_presence(w, 1, true);
    world_look_again(w);
    assert_int_equal(r->state, CASE_OFFERED);
    core_world_close(&w);
}

/* A date of birth that cannot be opened may be what made a child of them. */
static void a_child_stays_one_until_an_update_that_heeds_the_birth_says_otherwise(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, adults_only);
    struct command submit = world_submission(w);
    submit.is.submit.facts.age = 11;
    world_do(w, &submit);
    const struct referral *r = state_referral(w->state, submit.referral);
    assert_int_equal(r->offer.differs, DIFFERS_AGE);
    for (int heeds = 0; heeds < 2; heeds++) {
        struct command update = world_submission(w);
        update.kind = COMMAND_UPDATE;
        update.is.submit.heeds_birth = heeds;
        memcpy(update.referral, submit.referral, ID_BYTES);
        assert_int_equal(world_do(w, &update), REFUSAL_NONE);
        assert_int_equal(world_event(w, EVENT_UPDATED)->is.received.flags >> FLAG_AGE_CONTRADICTS & 1,
                         !heeds);
        assert_int_equal(r->facts.age, heeds ? 34 : 11);
    }
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_case_is_offered_as_soon_as_a_team_is_there),
        cmocka_unit_test(a_held_case_is_offered_as_soon_as_a_team_has_places),
        cmocka_unit_test(a_claim_that_has_grown_old_is_asked_not_passed_over),
        cmocka_unit_test(a_held_case_is_offered_as_soon_as_a_team_opens),
        cmocka_unit_test(looking_again_in_vain_does_not_put_the_reminder_off),
        cmocka_unit_test(a_reminder_in_vain_finds_out_when_to_look_again),
        cmocka_unit_test(a_team_that_comes_full_is_looked_at_again_when_its_claim_is_old),
        cmocka_unit_test(a_held_case_is_offered_as_soon_as_the_policy_names_a_team),
        cmocka_unit_test(when_the_policy_moves_an_opening_the_case_is_looked_at_then),
        cmocka_unit_test(when_an_update_makes_a_team_match_the_case_waits_for_its_opening),
        cmocka_unit_test(many_held_cases_are_all_looked_at_again),
        cmocka_unit_test(a_case_behind_many_that_no_team_can_take_is_found),
        cmocka_unit_test(a_child_stays_one_until_an_update_that_heeds_the_birth_says_otherwise),
    };
    return cmocka_run_group_tests_name("P4_held_case", tests, NULL, NULL);
}
