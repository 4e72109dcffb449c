/* R11 A failed contact is a protocol: each try is counted and says what comes next and by when, and after as
 * many as the policy allows the coordinator is told. Nobody is dropped in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "broker/core/beside.h"
#include "tests/worlds/core_world.h"

static const struct referral *accepted(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    return r;
}

static enum refusal try_it(struct core_world *w, const struct referral *r, enum contact_next next,
                           int64_t next_in_ms)
{
    struct command command = world_from_team(w, COMMAND_TRIED, 1, r->id);
    command.is.tried.mechanism = CONTACT_TELEPHONE;
    command.is.tried.next = next;
    command.is.tried.next_in_ms = next_in_ms;
    return world_do(w, &command);
}

static enum refusal miss(struct core_world *w, const struct referral *r)
{
    struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    command.is.check_in.step = STEP_CONTACT;
    command.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
    command.is.check_in.attended = ATTEND_DID_NOT_ATTEND;
    return world_do(w, &command);
}

static void R11_a_try_says_what_comes_next_and_the_team_must_be_heard_of_then(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted(w);
    assert_int_equal(try_it(w, r, CONTACT_NEXT_NONE, 0), REFUSAL_BAD_VALUE);
    assert_int_equal(try_it(w, r, CONTACT_NEXT_TRY_AGAIN, 0), REFUSAL_BAD_VALUE); /* it does not say when */
    assert_int_equal(try_it(w, r, CONTACT_NEXT_TRY_AGAIN, MINUTES(15)), REFUSAL_NONE);
    assert_int_equal(r->tries, 1);
    assert_int_equal(r->next_try_ms, w->now_ms + MINUTES(15));
    assert_int_equal(r->lease_ms, w->now_ms + MINUTES(15) + w->policy.arrival_grace_ms);
    assert_false(r->contact_made);
    world_wait(w, MINUTES(15) + w->policy.arrival_grace_ms);
    assert_int_equal(world_count(w, EVENT_LEASE_WARNED), 1);
    core_world_close(&w);
}

static void R11_after_the_policys_tries_the_coordinator_is_told_once(void **unused)
{
    (void)unused;
    for (int by_check_in = 0; by_check_in < 2; by_check_in++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = accepted(w);
        for (int i = 1; i <= w->policy.tries_max + 1; i++) {
            assert_int_equal(by_check_in ? miss(w, r) : try_it(w, r, CONTACT_NEXT_TRY_AGAIN, MINUTES(5)),
                             REFUSAL_NONE);
            assert_int_equal(r->tries, i);
            assert_int_equal(world_count(w, EVENT_TRIES_USED_UP), i >= w->policy.tries_max);
        }
        assert_true(r->tries_told);
        assert_int_equal(world_contact(w, r), REFUSAL_NONE);
        assert_int_equal(r->tries, 0); /* the person was met */
        assert_false(r->tries_told);
        core_world_close(&w);
    }
}

static void R11_a_welfare_check_becomes_a_request_beside_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted(w);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(try_it(w, r, CONTACT_NEXT_WELFARE_CHECK, 0), REFUSAL_NONE);
        assert_int_equal(r->beside_count, 1); /* one is enough */
    }
    assert_true(beside_is_live(r, BESIDE_WELFARE_CHECK));
    assert_int_equal(r->beside[0].state, BESIDE_NEEDED);
    core_world_close(&w);
}

static void R11_handed_back_it_is_the_coordinators_to_decide(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted(w);
    assert_int_equal(try_it(w, r, CONTACT_NEXT_HAND_BACK, 0), REFUSAL_NONE);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_NOT_REACHED);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    world_look_again(w);
    assert_int_equal(r->state, CASE_HELD);
    world_wait(w, w->policy.remind_ms); /* if the coordinator does nothing, another team is asked */
    assert_int_equal(world_count(w, EVENT_REMINDED), 1);
    assert_int_equal(r->state, CASE_OFFERED);
    core_world_close(&w);
}

static void R11_only_who_has_the_case_tries(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(try_it(w, r, CONTACT_NEXT_VISIT, 0), REFUSAL_WRONG_STATE); /* it was only asked */
    world_accept(w, r, MINUTES(20));
    struct command other = world_from_team(w, COMMAND_TRIED, 2, r->id);
    other.is.tried.next = CONTACT_NEXT_VISIT;
    assert_int_equal(world_do(w, &other), REFUSAL_NOT_YOURS);
    struct command take = world_from_coordinator(w, COMMAND_TRIED, r->id);
    take.is.tried.next = CONTACT_NEXT_VISIT;
    assert_int_equal(world_do(w, &take), REFUSAL_WRONG_STATE);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R11_a_try_says_what_comes_next_and_the_team_must_be_heard_of_then),
        cmocka_unit_test(R11_after_the_policys_tries_the_coordinator_is_told_once),
        cmocka_unit_test(R11_a_welfare_check_becomes_a_request_beside_the_case),
        cmocka_unit_test(R11_handed_back_it_is_the_coordinators_to_decide),
        cmocka_unit_test(R11_only_who_has_the_case_tries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
