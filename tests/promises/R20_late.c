/* R20: a yes that comes late counts if nobody has the case, and otherwise is said to be late; nothing changes
 * then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

static enum refusal says_yes(struct core_world *w, int team, const uint8_t *id, uint32_t attempt)
{
    struct command command = world_from_team(w, COMMAND_ACCEPT, team, id);
    command.is.offer.attempt = attempt;
    command.is.offer.says_when = true;
    command.is.offer.expected_ms = MINUTES(15);
    return world_do(w, &command);
}

static void assert_is_refused(struct core_world *w, int team, const uint8_t *id, uint32_t attempt,
                              enum refusal why)
{
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(says_yes(w, team, id, attempt), why);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
}

static void assert_is_theirs(struct core_world *w, const struct referral *r, int team, uint32_t attempt)
{
    assert_int_equal(r->state, CASE_ACCEPTED);
    assert_int_equal(r->team, world_slot(w, team));
    assert_int_equal(r->offer.attempt, 0);
    assert_int_equal(r->expected_arrival_ms, w->now_ms + MINUTES(15));
    const struct event *offered = world_event(w, EVENT_OFFERED);
    assert_true(offered->is.offered.late);
    assert_int_equal(offered->is.offered.attempt, attempt);
    assert_int_equal(offered->is.offered.team, world_slot(w, team));
    assert_int_equal(offered->considered.count, 1);
    assert_int_equal(offered->considered.items[0].finding, CONSIDERATION_CHOSEN);
    assert_int_equal(world_event(w, EVENT_ACCEPTED)->is.accepted.attempt, attempt);
}

static void R20_seven_seconds_late_counts_while_the_next_team_is_only_asked(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(5) + 7000);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_int_equal(says_yes(w, 1, r->id, 1), REFUSAL_NONE);
    assert_is_theirs(w, r, 1, 3);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_LATE_ANSWER);
    assert_int_equal(state_team(w->state, world_slot(w, 2))->people.live_offers, 0);
    assert_is_refused(w, 2, r->id, 2, REFUSAL_ALREADY_ACCEPTED); /* it was a moment too late in its turn */
    core_world_close(&w);
}

static void R20_late_counts_while_the_coordinator_holds_it_and_nobody_has_it_in_hand(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(6));
    assert_int_equal(r->state, CASE_HELD);
    world_capacity(w, 1, 0); /* full by its own claim: its word that it comes stands above it */
    assert_int_equal(says_yes(w, 1, r->id, 1), REFUSAL_NONE);
    assert_is_theirs(w, r, 1, 2);
    core_world_close(&w);
}

static void R20_late_by_a_moment_counts_before_time_has_ended_the_offer(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    w->now_ms = r->offer.expires_ms;
    assert_int_equal(says_yes(w, 1, r->id, 1), REFUSAL_NONE);
    assert_is_theirs(w, r, 1, 2);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_EXPIRED);
    core_world_close(&w);
}

static void R20_a_team_that_changes_its_mind_is_taken_at_its_word(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    assert_int_equal(says_yes(w, 1, r->id, 1), REFUSAL_NONE);
    assert_is_theirs(w, r, 1, 3);
    core_world_close(&w);
}

static void R20_late_is_refused_if_somebody_has_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *taken = world_submitted(w), *assigned = world_submitted(w),
                          *accepted = world_submitted(w);
    const struct referral *cases[] = {taken, assigned, accepted};
    for (int i = 0; i < 3; i++)
        world_decline(w, cases[i]);
    world_take(w, taken);
    assert_is_refused(w, 1, taken->id, 1, REFUSAL_OFFER_ENDED);
    world_assign(w, assigned, 3);
    assert_is_refused(w, 1, assigned->id, 1, REFUSAL_OFFER_ENDED);
    world_accept(w, accepted, MINUTES(10));
    assert_is_refused(w, 1, accepted->id, 1, REFUSAL_ALREADY_ACCEPTED);
    core_world_close(&w);
}

/* A person who was met is the coordinator's to decide on. */
static void R20_late_is_refused_if_the_person_was_met(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    world_accept(w, r, MINUTES(10));
    world_contact(w, r);
    world_wait(w, HOURS(24));
    assert_int_equal(r->state, CASE_HELD);
    assert_is_refused(w, 1, r->id, 1, REFUSAL_OFFER_ENDED);
    core_world_close(&w);
}

static void R20_only_a_team_that_was_asked_and_still_fits_is_late(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    assert_is_refused(w, 3, r->id, 1, REFUSAL_NOT_YOURS);
    world_decline(w, r);
    assert_is_refused(w, 1, r->id, 0, REFUSAL_OFFER_ENDED); /* no offer had these numbers */
    assert_is_refused(w, 1, r->id, 3, REFUSAL_OFFER_ENDED);
    w->teams[0].age_first = 65; /* it serves others now */
    world_load_policy(w);
    assert_is_refused(w, 1, r->id, 1, REFUSAL_OFFER_ENDED);
    w->teams[0].age_first = 0;
    world_load_policy(w);
    assert_int_equal(says_yes(w, 1, r->id, 1), REFUSAL_NONE);
    core_world_close(&w);
}

static void R20_a_late_no_is_no_more_than_late(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(6));
    struct state_copy before = state_copy_take(w->state);
    struct command no = world_from_team(w, COMMAND_DECLINE, 1, r->id);
    no.is.offer.attempt = 1;
    no.is.offer.reason = DECLINE_NO_CAPACITY;
    no.is.offer.has_note = false;
    assert_int_equal(world_do(w, &no), REFUSAL_OFFER_ENDED);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R20_seven_seconds_late_counts_while_the_next_team_is_only_asked),
        cmocka_unit_test(R20_late_counts_while_the_coordinator_holds_it_and_nobody_has_it_in_hand),
        cmocka_unit_test(R20_late_by_a_moment_counts_before_time_has_ended_the_offer),
        cmocka_unit_test(R20_a_team_that_changes_its_mind_is_taken_at_its_word),
        cmocka_unit_test(R20_late_is_refused_if_somebody_has_the_case),
        cmocka_unit_test(R20_late_is_refused_if_the_person_was_met),
        cmocka_unit_test(R20_only_a_team_that_was_asked_and_still_fits_is_late),
        cmocka_unit_test(R20_a_late_no_is_no_more_than_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
