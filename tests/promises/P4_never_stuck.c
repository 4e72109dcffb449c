/* P4 Never stuck: every offer ends, and a team that cannot take a case is passed over at once. If no team can
 * take it, the duty coordinator owns it and is reminded until a person takes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/random_walk.h"

/* Teams that cannot take the case at noon, each for a reason of its own. */
static void first_three_cannot(struct core_world *w)
{
    w->teams[0].rota.shifts[0] = (struct shift){ROTA_WEEK, 17 * 60, 9 * 60};
    w->teams[1].sources = 1 << SOURCE_EMERGENCY_DEPARTMENT;
    w->teams[2].places = 1;
}

static void a_team_that_cannot_take_it_is_passed_over_in_the_same_instant(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(6, first_three_cannot);
    struct command assigned = world_submission(w); /* fills the third team's only place */
    world_do(w, &assigned);
    world_assign(w, state_referral(w->state, assigned.referral), 3);
    world_presence(w, 4, false);
    world_capacity(w, 5, 0);
    const struct referral *r = world_submitted(w);
    assert_int_equal(w->last.count, 2); /* received, offered */
    assert_int_equal(r->offer.team, world_slot(w, 6));
    assert_int_equal(r->offer.offered_ms, w->now_ms);
    core_world_close(&w);
}

static void a_decline_asks_the_next_team_in_the_same_instant(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(2));
    world_decline(w, r);
    assert_int_equal(w->last.count, 2); /* ended, offered */
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_int_equal(r->offer.offered_ms, w->now_ms);
    core_world_close(&w);
}

static void silence_asks_the_next_team_at_the_instant_of_expiry(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    int64_t expires_ms = r->offer.expires_ms;
    assert_int_equal(expires_ms, w->now_ms + w->policy.answer_ms[URGENCY_VERY_URGENT]);
    world_wait(w, MINUTES(5) - 1);
    assert_int_equal(r->offer.team, world_slot(w, 1));
    world_wait(w, 1);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_EXPIRED);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_int_equal(r->offer.offered_ms, expires_ms);
    core_world_close(&w);
}

static void a_team_that_goes_while_it_is_asked_ends_its_offer_at_once(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(1));
    world_presence(w, 1, false);
    assert_true(state_due(w->state) <= w->now_ms);
    world_wait(w, 0);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_TEAM_ABSENT);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_int_equal(r->offer.offered_ms, w->now_ms);
    core_world_close(&w);
}

static void with_no_team_at_all_the_coordinator_owns_it_at_once_and_is_reminded_until_it_is_taken(
    void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    int64_t from_ms = w->now_ms;
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    assert_int_equal(r->owner.act_by_ms, from_ms + w->policy.remind_ms);
    assert_int_equal(world_event(w, EVENT_HELD)->is.held.reason, HOLD_NO_TEAM_MATCHES);
    world_wait(w, HOURS(24));
    assert_int_equal(world_count(w, EVENT_REMINDED), 24 * 4);
    uint32_t times = 0;
    for (uint32_t i = 0; i < w->event_count; i++)
        if (w->events[i].kind == EVENT_REMINDED) {
            times++;
            assert_int_equal(w->events[i].is.reminded.times, times);
            assert_int_equal(w->events[i].at_ms, from_ms + times * w->policy.remind_ms);
        }
    world_take(w, r);
    world_wait(w, w->policy.coordinator_lease_ms - 1);
    assert_int_equal(world_count(w, EVENT_REMINDED), 24 * 4);
    assert_int_equal(r->state, CASE_TAKEN);
    core_world_close(&w);
}

static void when_all_teams_are_silent_each_reminder_comes_on_time_and_every_team_is_asked_in_every_round(
    void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, HOURS(24));
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(world_count(w, EVENT_OFFERED), 3 * w->policy.rounds_max);
    int64_t expected_ms = 0;
    for (uint32_t i = 0; i < w->event_count; i++) {
        const struct event *event = &w->events[i];
        if (event->kind == EVENT_HELD)
            expected_ms = event->is.held.remind_ms;
        if (event->kind != EVENT_REMINDED)
            continue;
        assert_int_equal(event->at_ms, expected_ms);
        expected_ms = event->is.reminded.next_ms;
        assert_int_equal(expected_ms, event->at_ms + w->policy.remind_ms);
    }
    assert_int_equal(r->remind_ms, expected_ms);
    assert_true(r->remind_ms > w->now_ms);
    core_world_close(&w);
}

/* The ledger's time counts: a decision made before it has the instant of the last event, and its deadlines
 * run from there. */
static void when_the_machines_clock_goes_back_time_stands_but_does_not_return(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_submitted(w);
    int64_t latest_ms = w->now_ms;
    w->now_ms -= HOURS(1);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->received_ms, latest_ms);
    assert_int_equal(r->offer.expires_ms, latest_ms + MINUTES(5));
    world_wait(w, HOURS(1) + MINUTES(5));
    assert_int_equal(r->offer.team, world_slot(w, 2));
    core_world_close(&w);
}

/* --- leases ----------------------------------------------------------------------------------------------
 */

static void an_acceptance_without_word_is_warned_of_then_lapses_then_reopens(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    int64_t lease_ms = w->now_ms + MINUTES(20) + w->policy.arrival_grace_ms;
    assert_int_equal(r->lease_ms, lease_ms);
    world_wait(w, lease_ms - 1 - w->now_ms);
    assert_int_equal(world_count(w, EVENT_LEASE_WARNED), 0);
    world_wait(w, 1);
    assert_int_equal(world_count(w, EVENT_LEASE_WARNED), 1);
    assert_int_equal(r->owner.slot, world_slot(w, 1)); /* still the team's */
    assert_int_equal(r->owner.act_by_ms, lease_ms + w->policy.lease_grace_ms);
    world_wait(w, w->policy.lease_grace_ms - 1);
    assert_int_equal(r->state, CASE_ACCEPTED);
    world_wait(w, 1);
    assert_int_equal(world_count(w, EVENT_LEASE_LAPSED), 1);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 0);
    core_world_close(&w);
}

static void a_word_after_the_warning_keeps_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(20) + w->policy.arrival_grace_ms);
    assert_int_not_equal(r->lapses_ms, 0);
    struct command travelling = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    travelling.is.check_in.step = STEP_TRAVELLING;
    travelling.is.check_in.says_when = true;
    travelling.is.check_in.expected_ms = MINUTES(30);
    assert_int_equal(world_do(w, &travelling), REFUSAL_NONE);
    assert_int_equal(r->lapses_ms, 0);
    world_wait(w, MINUTES(30) + w->policy.arrival_grace_ms - 1);
    assert_int_equal(r->state, CASE_TRAVELLING);
    assert_int_equal(world_count(w, EVENT_LEASE_LAPSED), 0);
    core_world_close(&w);
}

static void after_arrival_the_next_word_is_due_from_then(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(12));
    struct command arrived = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    arrived.is.check_in.step = STEP_ARRIVED;
    assert_int_equal(world_do(w, &arrived), REFUSAL_NONE);
    assert_int_equal(r->lease_ms, w->now_ms + w->policy.arrival_grace_ms);
    core_world_close(&w);
}

static void when_the_last_team_lapses_the_coordinator_has_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(20) + w->policy.arrival_grace_ms + w->policy.lease_grace_ms);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_LEASE_LAPSED);
    core_world_close(&w);
}

static void after_a_contact_no_second_team_is_sent_unasked(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_contact(w, r);
    assert_int_equal(r->lease_ms, w->now_ms + w->policy.contact_lease_ms);
    world_wait(w, w->policy.contact_lease_ms + w->policy.lease_grace_ms);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_LEASE_LAPSED);
    world_wait(w, HOURS(6));
    world_look_again(w);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, r->id, ID_BYTES);
    world_do(w, &update);
    assert_int_equal(world_count(w, EVENT_OFFERED), 1);
    assert_int_equal(world_count(w, EVENT_REMINDED), 24);  /* but a person is reminded all the while */
    assert_int_equal(world_assign(w, r, 2), REFUSAL_NONE); /* and may decide */
    world_decline(w, r);
    assert_int_equal(r->state, CASE_HELD);
    core_world_close(&w);
}

static void a_silent_coordinator_is_reminded_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    world_take(w, r);
    assert_int_equal(r->owner.act_by_ms, w->now_ms + w->policy.coordinator_lease_ms);
    world_wait(w, w->policy.coordinator_lease_ms);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_COORDINATOR_SILENT);
    world_wait(w, w->policy.remind_ms);
    assert_int_equal(world_event(w, EVENT_REMINDED)->at_ms, w->now_ms);
    core_world_close(&w);
}

static void when_the_team_that_the_coordinator_chose_says_no_the_coordinator_has_it_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    world_assign(w, r, 3);
    assert_int_equal(r->offer.team, world_slot(w, 3));
    world_wait(w, MINUTES(5));
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    assert_true(r->owner.act_by_ms <= w->now_ms + w->policy.remind_ms);
    core_world_close(&w);
}

static void a_handover_that_is_not_answered_ends_and_leaves_the_case_with_its_team(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    struct command handover = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
    handover.is.move.team = "";
    assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
    world_wait(w, MINUTES(5));
    assert_int_equal(r->offer.attempt, 0);
    assert_int_equal(r->team, world_slot(w, 1));
    assert_int_equal(r->state, CASE_ACCEPTED);
    core_world_close(&w);
}

/* --- in turn ---------------------------------------------------------------------------------------------
 */

/* A case that was reopened, and one whose person was found, is asked about anew. */
static const struct event *offered_before(const struct core_world *w, const struct event *offered)
{
    for (const struct event *event = offered; event-- > w->events;)
        if ((event->kind == EVENT_OFFERED || event->kind == EVENT_REOPENED || event->kind == EVENT_FOUND) &&
            memcmp(event->referral, offered->referral, ID_BYTES) == 0)
            return event->kind == EVENT_OFFERED ? event : NULL;
    return NULL;
}

/* The ladder asks no team twice. A person may ask the same team again, and each round begins at the top. */
static void check_turns(const struct core_world *w)
{
    for (uint32_t i = 0; i < w->event_count; i++) {
        const struct event *offered = &w->events[i];
        const struct event *before = offered->kind == EVENT_OFFERED ? offered_before(w, offered) : NULL;
        if (!before || offered->is.offered.handover || offered->is.offered.assigned)
            continue;
        bool same_team = before->is.offered.team == offered->is.offered.team;
        bool same_round = before->is.offered.round == offered->is.offered.round;
        assert_false(same_team && same_round);
    }
}

static void a_team_that_comes_late_is_asked_once_then_the_others_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    world_presence(w, 1, false);
    const struct referral *r = world_submitted(w);
    world_wait(w, HOURS(2)); /* the other two have been asked in all three rounds */
    assert_int_equal(r->round, w->policy.rounds_max);
    int before = world_count(w, EVENT_OFFERED);
    world_presence(w, 1, true);
    world_look_again(w);
    assert_int_equal(r->offer.team, world_slot(w, 1));
    world_decline(w, r);
    assert_int_equal(world_count(w, EVENT_OFFERED), before + 1);
    assert_int_equal(r->state, CASE_HELD);
    check_turns(w);
    core_world_close(&w);
}

static void a_team_that_lets_a_case_lapse_is_not_asked_again_in_the_same_breath(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_presence(w, 2, false);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    world_wait(w, MINUTES(15)); /* a second round */
    world_decline(w, r);
    world_presence(w, 2, true);
    world_look_again(w);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(20) + w->policy.arrival_grace_ms + w->policy.lease_grace_ms);
    assert_int_equal(r->state, CASE_HELD);
    check_turns(w);
    core_world_close(&w);
}

/* The first team of the ladder comes last in the first round; the second round must not begin with it again.
 */
static void nobody_is_asked_twice_in_a_row_while_another_team_is_free(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    world_presence(w, 1, false);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    world_presence(w, 1, true);
    assert_int_equal(world_decline(w, r), REFUSAL_NONE);
    assert_int_equal(r->offer.team, world_slot(w, 1));
    assert_int_equal(world_decline(w, r), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_HELD);
    world_wait(w, w->policy.remind_ms);
    assert_int_equal(r->round, 2);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    core_world_close(&w);
}

static void on_any_path_every_offer_ends_and_no_case_is_forgotten(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 20; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        walk_world(w, seed, 300);
        world_wait(w, HOURS(48)); /* all fall silent */
        for (uint32_t row = 0; row < state_referral_rows(w->state); row++) {
            const struct referral *r = state_referral_row(w->state, row);
            if (r->state == CASE_NONE)
                continue;
            assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
            assert_true(referral_is_reminded(r)); /* held, or missing */
            assert_true(r->remind_ms > w->now_ms && r->remind_ms <= w->now_ms + w->policy.remind_ms);
        }
        check_turns(w);
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_team_that_cannot_take_it_is_passed_over_in_the_same_instant),
        cmocka_unit_test(a_decline_asks_the_next_team_in_the_same_instant),
        cmocka_unit_test(silence_asks_the_next_team_at_the_instant_of_expiry),
        cmocka_unit_test(a_team_that_goes_while_it_is_asked_ends_its_offer_at_once),
        cmocka_unit_test(
            with_no_team_at_all_the_coordinator_owns_it_at_once_and_is_reminded_until_it_is_taken),
        cmocka_unit_test(
            when_all_teams_are_silent_each_reminder_comes_on_time_and_every_team_is_asked_in_every_round),
        cmocka_unit_test(when_the_machines_clock_goes_back_time_stands_but_does_not_return),
        cmocka_unit_test(an_acceptance_without_word_is_warned_of_then_lapses_then_reopens),
        cmocka_unit_test(a_word_after_the_warning_keeps_the_case),
        cmocka_unit_test(after_arrival_the_next_word_is_due_from_then),
        cmocka_unit_test(when_the_last_team_lapses_the_coordinator_has_it),
        cmocka_unit_test(after_a_contact_no_second_team_is_sent_unasked),
        cmocka_unit_test(a_silent_coordinator_is_reminded_again),
        cmocka_unit_test(when_the_team_that_the_coordinator_chose_says_no_the_coordinator_has_it_again),
        cmocka_unit_test(a_handover_that_is_not_answered_ends_and_leaves_the_case_with_its_team),
        cmocka_unit_test(a_team_that_comes_late_is_asked_once_then_the_others_again),
        cmocka_unit_test(a_team_that_lets_a_case_lapse_is_not_asked_again_in_the_same_breath),
        cmocka_unit_test(nobody_is_asked_twice_in_a_row_while_another_team_is_free),
        cmocka_unit_test(on_any_path_every_offer_ends_and_no_case_is_forgotten),
    };
    return cmocka_run_group_tests_name("P4_never_stuck", tests, NULL, NULL);
}
