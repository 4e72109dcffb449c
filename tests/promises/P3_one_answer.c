/* P3 One answer: a referral has at most one live offer and one acceptance. A team that answers too late is
 * told so, and nothing changes, unless it says yes and nobody has the case (R20_late.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"

static struct command answer_to_offer(struct core_world *w, enum command_kind kind, int team,
                                      const uint8_t *id, uint32_t attempt)
{
    struct command command = world_from_team(w, kind, team, id);
    command.is.offer.attempt = attempt;
    command.is.offer.says_when = true;
    command.is.offer.expected_ms = MINUTES(20);
    command.is.offer.reason = DECLINE_NO_CAPACITY;
    command.is.offer.has_note = false;
    return command;
}

/* All but a yes is refused for the same reason, and the state keeps every byte. */
static void assert_too_late(struct core_world *w, int team, const uint8_t *id, uint32_t attempt,
                            enum refusal told)
{
    static const enum command_kind kinds[] = {COMMAND_DECLINE, COMMAND_SEEN, COMMAND_ACCEPT};
    struct state_copy before = state_copy_take(w->state);
    for (size_t i = 0; i < (told == REFUSAL_OFFER_ENDED ? 2 : 3); i++) {
        struct command command = answer_to_offer(w, kinds[i], team, id, attempt);
        assert_int_equal(world_do(w, &command), told);
        assert_int_equal(w->last.count, 0);
        assert_int_equal(w->last.seq, 0);
        assert_true(state_copy_equals(&before, w->state));
    }
    state_copy_drop(&before);
}

/* Every kind of answer is. */
static void assert_told(struct core_world *w, int team, const uint8_t *id, uint32_t attempt,
                        enum refusal told)
{
    assert_too_late(w, team, id, attempt, told);
    struct state_copy before = state_copy_take(w->state);
    struct command yes = answer_to_offer(w, COMMAND_ACCEPT, team, id, attempt);
    assert_int_equal(world_do(w, &yes), told);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
}

static const struct referral *submitted(struct core_world *w, uint8_t id[ID_BYTES])
{
    const struct referral *r = world_submitted(w);
    memcpy(id, r->id, ID_BYTES);
    return r;
}

static void an_answer_in_the_last_millisecond_counts(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    w->now_ms = r->offer.expires_ms - 1;
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    assert_int_equal(r->team, world_slot(w, 1));
    core_world_close(&w);
}

static void at_the_instant_of_expiry_it_is_too_late_though_time_has_done_nothing_yet(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    w->now_ms = r->offer.expires_ms;
    assert_too_late(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    w->now_ms += HOURS(1); /* the broker was held up */
    assert_too_late(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    assert_int_equal(r->offer.attempt, 1); /* it is time that ends the offer */
    core_world_close(&w);
}

static void after_expiry_the_next_team_alone_can_say_no(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    world_wait(w, MINUTES(5));
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_too_late(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    assert_too_late(w, 1, id, 2, REFUSAL_OFFER_ENDED); /* nor to the other team's offer */
    assert_too_late(w, 2, id, 1, REFUSAL_OFFER_ENDED); /* nor by the other team, to an older one */
    assert_int_equal(world_accept(w, r, 0), REFUSAL_NONE);
    core_world_close(&w);
}

static void after_silence_of_all_an_answer_is_told_that_the_offer_ended(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    world_wait(w, MINUTES(6));
    assert_int_equal(r->state, CASE_HELD);
    assert_too_late(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    world_take(w, r);
    assert_told(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    core_world_close(&w);
}

static void of_two_devices_of_a_team_in_one_tick_one_wins(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    struct command first = answer_to_offer(w, COMMAND_ACCEPT, 1, id, 1),
                   second = answer_to_offer(w, COMMAND_ACCEPT, 1, id, 1);
    assert_int_equal(world_do(w, &first), REFUSAL_NONE);
    struct state_copy after = state_copy_take(w->state);
    assert_int_equal(world_do(w, &second), REFUSAL_ALREADY_ACCEPTED);
    assert_true(state_copy_equals(&after, w->state));
    assert_told(w, 1, id, 1, REFUSAL_ALREADY_ACCEPTED); /* a decline cannot take it back either */
    assert_int_equal(world_count(w, EVENT_ACCEPTED), 1);
    assert_int_equal(r->team, world_slot(w, 1));
    assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 1);
    state_copy_drop(&after);
    core_world_close(&w);
}

static void of_a_decline_and_an_accept_in_one_tick_the_yes_counts(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    assert_int_equal(world_decline(w, r), REFUSAL_NONE);
    assert_too_late(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    struct command yes = answer_to_offer(w, COMMAND_ACCEPT, 1, id, 1);
    assert_int_equal(world_do(w, &yes), REFUSAL_NONE);
    assert_int_equal(r->team, world_slot(w, 1));
    struct command no = answer_to_offer(w, COMMAND_DECLINE, 1, id, 1);
    assert_int_equal(world_do(w, &no), REFUSAL_ALREADY_ACCEPTED);
    core_world_close(&w);
}

static void of_two_teams_in_one_tick_only_the_one_asked_last_wins(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    world_wait(w, MINUTES(5)); /* the first has let it run out, the second is asked in this very tick */
    struct command late = answer_to_offer(w, COMMAND_ACCEPT, 1, id, 1),
                   live = answer_to_offer(w, COMMAND_ACCEPT, 2, id, 2);
    assert_int_equal(world_do(w, &live), REFUSAL_NONE);
    assert_int_equal(world_do(w, &late), REFUSAL_ALREADY_ACCEPTED);
    assert_int_equal(r->team, world_slot(w, 2));
    assert_told(w, 1, id, 1, REFUSAL_ALREADY_ACCEPTED);
    core_world_close(&w);
}

static void a_team_that_was_never_asked_is_told_nothing(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    assert_told(w, 2, id, 1, REFUSAL_NOT_YOURS);
    world_accept(w, r, 0);
    assert_told(w, 2, id, 1, REFUSAL_NOT_YOURS);
    core_world_close(&w);
}

static void after_a_withdrawal_an_answer_is_told_that_the_case_is_closed(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    submitted(w, id);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_REFERRAL_WITHDRAWN);
    assert_told(w, 1, id, 1, REFUSAL_CASE_CLOSED);
    assert_int_equal(state_team(w->state, world_slot(w, 1))->people.live_offers, 0);
    core_world_close(&w);
}

static void after_the_outcome_an_answer_is_told_that_the_case_is_closed(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    world_accept(w, r, 0);
    world_contact(w, r);
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, id);
    close.is.close.outcome = 1;
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    assert_told(w, 1, id, 1, REFUSAL_CASE_CLOSED);
    core_world_close(&w);
}

static void once_the_coordinator_has_moved_the_case_the_team_asked_before_is_too_late(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = submitted(w, id);
    assert_int_equal(world_assign(w, r, 2), REFUSAL_NONE);
    assert_told(w, 1, id, 1, REFUSAL_OFFER_ENDED);
    assert_int_equal(world_accept(w, r, 0), REFUSAL_NONE);
    assert_told(w, 1, id, 1, REFUSAL_ALREADY_ACCEPTED);
    assert_int_equal(world_take(w, r), REFUSAL_BAD_VALUE); /* a team holds the case: not without a reason */
    assert_int_equal(world_assign(w, r, 1), REFUSAL_WRONG_STATE);
    core_world_close(&w);
}

static void of_two_coordinators_only_the_one_who_took_the_case_can_close_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    world_take(w, r);
    struct command close = world_from_coordinator(w, COMMAND_CLOSE, r->id);
    close.is.close.outcome = OUTCOME_DIED; /* whether anybody was met or not */
    close.is.close.note_code = "";
    close.slot = 1;
    struct command cover = world_cover(w, 1, HOURS(1)); /* they see the case, and still cannot */
    assert_int_equal(world_do(w, &cover), REFUSAL_NONE);
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(world_do(w, &close), REFUSAL_WRONG_STATE);
    assert_true(state_copy_equals(&before, w->state));
    close.slot = 0;
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    state_copy_drop(&before);
    core_world_close(&w);
}

/* Team 1 holds the case and has asked team 2 to take over. */
static const struct referral *handing_over(struct core_world *w, uint8_t id[ID_BYTES])
{
    const struct referral *r = submitted(w, id);
    world_accept(w, r, MINUTES(20));
    struct command handover = world_from_team(w, COMMAND_HANDOVER, 1, id);
    handover.is.move.team = "team-2";
    assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
    assert_true(r->offer.handover);
    return r;
}

static void while_one_team_is_asked_to_take_over_no_other_can_be(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    uint8_t id[ID_BYTES];
    handing_over(w, id);
    struct state_copy before = state_copy_take(w->state);
    struct command again = world_from_team(w, COMMAND_HANDOVER, 1, id);
    again.is.move.team = "team-3";
    assert_int_equal(world_do(w, &again), REFUSAL_WRONG_STATE);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
    core_world_close(&w);
}

static void a_handover_accepted_before_the_holder_closes_stands(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = handing_over(w, id);
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, id);
    close.is.close.outcome = 1;
    assert_int_equal(world_accept(w, r, 0), REFUSAL_NONE);
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(world_do(w, &close), REFUSAL_WRONG_STATE);
    assert_true(state_copy_equals(&before, w->state));
    assert_int_equal(r->team, world_slot(w, 2));
    assert_int_equal(world_event(w, EVENT_ACCEPTED)->is.accepted.previous_team, world_slot(w, 1));
    state_copy_drop(&before);
    core_world_close(&w);
}

static void a_close_by_the_holder_before_the_handover_is_accepted_stands(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    world_contact(w, handing_over(w, id));
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, id);
    close.is.close.outcome = 1;
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_CASE_MOVED);
    assert_told(w, 2, id, 2, REFUSAL_CASE_CLOSED);
    assert_int_equal(world_count(w, EVENT_ACCEPTED), 1);
    core_world_close(&w);
}

/* The first team still holds the case, so the answer says that, and not only that the offer has ended. */
static void a_late_yes_to_a_handover_is_told_that_a_team_has_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = handing_over(w, id);
    w->now_ms = r->offer.expires_ms;
    assert_told(w, 2, id, 2, REFUSAL_ALREADY_ACCEPTED);
    world_wait(w, 0);
    assert_int_equal(r->offer.attempt, 0);
    assert_told(w, 2, id, 2, REFUSAL_ALREADY_ACCEPTED);
    assert_int_equal(r->team, world_slot(w, 1));
    core_world_close(&w);
}

/* Offers and acceptances of each case, counted from the events alone. */
static void on_any_path_an_offer_is_live_alone_and_is_accepted_at_most_once(void **unused)
{
    (void)unused;
    for (uint64_t seed = walk_first_seed(); seed < walk_first_seed() + 20; seed++) {
        struct core_world *w = core_world_open(5, walk_adjust);
        walk_world(w, seed, 300);
        for (uint32_t i = 0; i < w->event_count; i++) {
            const struct event *offered = &w->events[i];
            if (offered->kind != EVENT_OFFERED)
                continue;
            int ends = 0;
            for (uint32_t next = i + 1; next < w->event_count; next++) {
                const struct event *event = &w->events[next];
                if (!event->has_referral || memcmp(event->referral, offered->referral, ID_BYTES) != 0)
                    continue;
                if (event->kind == EVENT_OFFERED)
                    assert_true(ends == 1 || event->is.offered.attempt != offered->is.offered.attempt + 1);
                ends += event->kind == EVENT_OFFER_ENDED &&
                        event->is.offer.attempt == offered->is.offered.attempt;
                ends += event->kind == EVENT_ACCEPTED &&
                        event->is.accepted.attempt == offered->is.offered.attempt;
            }
            assert_true(ends <= 1);
        }
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_in_the_last_millisecond_counts),
        cmocka_unit_test(at_the_instant_of_expiry_it_is_too_late_though_time_has_done_nothing_yet),
        cmocka_unit_test(after_expiry_the_next_team_alone_can_say_no),
        cmocka_unit_test(after_silence_of_all_an_answer_is_told_that_the_offer_ended),
        cmocka_unit_test(of_two_devices_of_a_team_in_one_tick_one_wins),
        cmocka_unit_test(of_a_decline_and_an_accept_in_one_tick_the_yes_counts),
        cmocka_unit_test(of_two_teams_in_one_tick_only_the_one_asked_last_wins),
        cmocka_unit_test(a_team_that_was_never_asked_is_told_nothing),
        cmocka_unit_test(after_a_withdrawal_an_answer_is_told_that_the_case_is_closed),
        cmocka_unit_test(after_the_outcome_an_answer_is_told_that_the_case_is_closed),
        cmocka_unit_test(once_the_coordinator_has_moved_the_case_the_team_asked_before_is_too_late),
        cmocka_unit_test(of_two_coordinators_only_the_one_who_took_the_case_can_close_it),
        cmocka_unit_test(while_one_team_is_asked_to_take_over_no_other_can_be),
        cmocka_unit_test(a_handover_accepted_before_the_holder_closes_stands),
        cmocka_unit_test(a_close_by_the_holder_before_the_handover_is_accepted_stands),
        cmocka_unit_test(a_late_yes_to_a_handover_is_told_that_a_team_has_the_case),
        cmocka_unit_test(on_any_path_an_offer_is_live_alone_and_is_accepted_at_most_once),
    };
    return cmocka_run_group_tests_name("P3_one_answer", tests, NULL, NULL);
}
