/* R11 Closing a case whose person nobody has met needs a reason and a note, and the coordinator sees it
 * before it ends: nobody is dropped in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/undo.h"
#include "tests/worlds/core_world.h"

static const struct referral *accepted(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    return r;
}

/* As whoever sends it, with a reason and a note. */
static struct command closing(struct core_world *w, const struct referral *r, bool by_team)
{
    struct command close = by_team ? world_from_team(w, COMMAND_CLOSE, 1, r->id)
                                   : world_from_coordinator(w, COMMAND_CLOSE, r->id);
    close.is.close.outcome = 11;
    close.is.close.note_code = "03";
    close.is.close.without_contact = WITHOUT_CONTACT_NOT_FOUND;
    close.is.close.has_note = true;
    return close;
}

static const struct referral *asked(struct core_world *w)
{
    const struct referral *r = accepted(w);
    struct command close = closing(w, r, true);
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    assert_true(referral_closing_is_asked(r));
    return r;
}

static enum refusal see(struct core_world *w, const struct referral *r, bool keep_open)
{
    struct command saw = world_from_coordinator(w, COMMAND_SAW_CLOSING, r->id);
    saw.person = (struct person){"p117", 16};
    saw.is.saw_closing.keep_open = saw.is.saw_closing.has_reason = keep_open;
    return world_do(w, &saw);
}

static void R11_it_needs_a_reason_and_a_note(void **unused)
{
    (void)unused;
    for (int by_team = 0; by_team < 2; by_team++)
        for (int outcome = 1; outcome < OUTCOME_DIED; outcome++) { /* also referred on, and declined */
            struct core_world *w = core_world_open(1, NULL);
            const struct referral *r = accepted(w);
            if (!by_team) {
                struct command take = world_from_coordinator(w, COMMAND_TAKE, r->id);
                take.is.why.has_reason = true;
                assert_int_equal(world_do(w, &take), REFUSAL_NONE);
            }
            struct command close = closing(w, r, by_team);
            close.is.close.outcome = outcome;
            close.is.close.has_note = false;
            assert_int_equal(world_do(w, &close), REFUSAL_CLOSE_NEEDS_REASON);
            close.is.close.has_note = true;
            close.is.close.without_contact = WITHOUT_CONTACT_NONE;
            assert_int_equal(world_do(w, &close), REFUSAL_CLOSE_NEEDS_REASON);
            assert_true(referral_is_open(r));
            close.is.close.without_contact = WITHOUT_CONTACT_DECLINED;
            assert_int_equal(world_do(w, &close), REFUSAL_NONE);
            assert_int_equal(world_count(w, EVENT_CLOSED), !by_team); /* a coordinator has seen it */
            core_world_close(&w);
        }
}

static void R11_whoever_was_met_has_died_or_is_a_drill_needs_none(void **unused)
{
    (void)unused;
    enum { FACE_TO_FACE, TELEPHONE, DIED, DRILL, CASES };
    for (int i = FACE_TO_FACE; i < CASES; i++) {
        struct core_world *w = core_world_open(1, NULL);
        struct command submit = world_submission(w);
        submit.is.submit.drill = i == DRILL;
        assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, submit.referral);
        world_accept(w, r, 0);
        struct command check_in = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
        check_in.is.check_in.step = STEP_CONTACT;
        check_in.is.check_in.mechanism = i == TELEPHONE ? CONTACT_TELEPHONE : CONTACT_FACE_TO_FACE;
        check_in.is.check_in.attended = ATTEND_ON_TIME;
        if (i <= TELEPHONE)
            assert_int_equal(world_do(w, &check_in), REFUSAL_NONE);
        struct command close = closing(w, r, true);
        close.is.close.outcome = i == DIED ? OUTCOME_DIED : 1;
        close.is.close.without_contact = WITHOUT_CONTACT_NONE;
        close.is.close.has_note = false;
        assert_int_equal(world_do(w, &close), REFUSAL_NONE);
        assert_int_equal(world_count(w, EVENT_CLOSED), 1);
        assert_int_equal(world_event(w, EVENT_CLOSED)->is.closed.without_contact, WITHOUT_CONTACT_NONE);
        core_world_close(&w);
    }
}

/* A try that failed is no contact. */
static void R11_a_contact_that_failed_is_none(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted(w);
    struct command check_in = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    check_in.is.check_in.step = STEP_CONTACT;
    check_in.is.check_in.attended = ATTEND_DID_NOT_ATTEND;
    assert_int_equal(world_do(w, &check_in), REFUSAL_NONE);
    struct command close = closing(w, r, true);
    close.is.close.without_contact = WITHOUT_CONTACT_NONE;
    assert_int_equal(world_do(w, &close), REFUSAL_CLOSE_NEEDS_REASON);
    core_world_close(&w);
}

static void R11_the_coordinator_owns_it_is_reminded_and_it_never_closes_by_itself(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = asked(w);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 0); /* its place is free */
    assert_int_equal(r->had_team, world_slot(w, 1));
    int offers = world_count(w, EVENT_OFFERED);
    world_look_again(w);
    world_wait(w, HOURS(30));
    assert_true(referral_closing_is_asked(r));
    assert_true(world_count(w, EVENT_REMINDED) > 3);
    assert_int_equal(world_count(w, EVENT_OFFERED), offers);          /* nobody is sent unasked */
    assert_int_equal(world_count(w, EVENT_CLOCK_BREACHED) > 0, true); /* the clocks run on */
    core_world_close(&w);
}

/* Its text is the row's own, which is gone once the event is applied. */
static void has_the_teams_code(struct core_world *w, const struct event *event)
{
    (void)w;
    if (event->kind == EVENT_CLOSED)
        assert_string_equal(event->is.closed.note_code, "03");
}

static void R11_seen_it_is_closed_as_the_team_said(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = asked(w);
    uint8_t id[ID_BYTES];
    memcpy(id, r->id, ID_BYTES);
    struct command nobody = world_from_coordinator(w, COMMAND_SAW_CLOSING, id);
    assert_int_equal(world_do(w, &nobody), REFUSAL_BAD_VALUE); /* it is seen by a person */
    w->watch = has_the_teams_code;
    assert_int_equal(see(w, r, false), REFUSAL_NONE);
    const struct event *closed = world_event(w, EVENT_CLOSED);
    assert_string_equal(closed->is.closed.by, "team-1"); /* who closed it stays answerable */
    assert_int_equal(closed->is.closed.outcome, 11);
    assert_int_equal(closed->is.closed.without_contact, WITHOUT_CONTACT_NOT_FOUND);
    const struct ended_case *ended = state_ended(w->state, id);
    assert_int_equal(ended->state, CASE_CLOSED);
    assert_int_equal(ended->team, world_slot(w, 1));
    core_world_close(&w);
}

static void R11_kept_open_it_goes_on(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = asked(w);
    struct command saw = world_from_coordinator(w, COMMAND_SAW_CLOSING, r->id);
    saw.person = (struct person){"p117", 16};
    saw.is.saw_closing.keep_open = true;
    assert_int_equal(world_do(w, &saw), REFUSAL_BAD_VALUE); /* why is not said */
    assert_int_equal(see(w, r, true), REFUSAL_NONE);
    assert_int_equal(r->hold_reason, HOLD_KEPT_OPEN);
    assert_int_equal(world_event(w, EVENT_KEPT_OPEN)->is.closing.team, world_slot(w, 1));
    assert_int_equal(see(w, r, false), REFUSAL_WRONG_STATE);
    world_wait(w, w->policy.remind_ms); /* if the coordinator chooses nobody, another team is asked */
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    core_world_close(&w);
}

static void R11_taken_assigned_withdrawn_or_missing_it_is_no_longer_to_close(void **unused)
{
    (void)unused;
    enum { TAKE, ASSIGN, MISS, WITHDRAW, WAYS };
    for (int way = TAKE; way < WAYS; way++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct referral *r = asked(w);
        struct command missing = world_from_team(w, COMMAND_REPORT_MISSING, 1, r->id);
        struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
        struct command saw = world_from_coordinator(w, COMMAND_SAW_CLOSING, r->id);
        saw.person = (struct person){"p117", 16};
        assert_int_equal(way == TAKE     ? world_take(w, r)
                         : way == ASSIGN ? world_assign(w, r, 2)
                         : way == MISS   ? world_do(w, &missing)
                                         : world_do(w, &withdraw),
                         REFUSAL_NONE);
        assert_int_equal(world_do(w, &saw), way == WITHDRAW ? REFUSAL_CASE_CLOSED : REFUSAL_WRONG_STATE);
        assert_int_equal(world_count(w, EVENT_CLOSED), 0);
        core_world_close(&w);
    }
}

static void R11_nobody_who_is_detained_is_closed(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted(w);
    struct command used = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_int_equal(world_do(w, &used), REFUSAL_NONE);
    struct command close = closing(w, r, true);
    assert_int_equal(world_do(w, &close), REFUSAL_DETENTION_OPEN);
    core_world_close(&w);
    w = core_world_open(2, NULL);
    r = asked(w);
    used = world_detention(w, r->id, DETENTION_STEP_USED);
    assert_int_equal(world_do(w, &used), REFUSAL_NONE);
    assert_int_equal(see(w, r, false), REFUSAL_DETENTION_OPEN);
    core_world_close(&w);
}

/* From whoever reopens it, it goes to the coordinator: the team had nothing left to do. */
static void R11_a_closing_that_was_wrong_is_undone(void **unused)
{
    (void)unused;
    for (int by_team = 0; by_team < 2; by_team++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = asked(w);
        uint8_t id[ID_BYTES];
        memcpy(id, r->id, ID_BYTES);
        assert_int_equal(see(w, r, false), REFUSAL_NONE);
        struct command undo = by_team ? world_from_team(w, COMMAND_REOPEN, 1, id)
                                      : world_from_coordinator(w, COMMAND_REOPEN, id);
        undo.is.why.has_reason = true;
        assert_int_equal(world_do(w, &undo), REFUSAL_NONE);
        r = state_referral(w->state, id);
        assert_false(world_event(w, EVENT_REOPENED)->is.reopened.in_hand);
        assert_int_equal(world_event(w, EVENT_REOPENED)->state, CASE_HELD);
        assert_false(referral_closing_is_asked(r));
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R11_it_needs_a_reason_and_a_note),
        cmocka_unit_test(R11_whoever_was_met_has_died_or_is_a_drill_needs_none),
        cmocka_unit_test(R11_a_contact_that_failed_is_none),
        cmocka_unit_test(R11_the_coordinator_owns_it_is_reminded_and_it_never_closes_by_itself),
        cmocka_unit_test(R11_seen_it_is_closed_as_the_team_said),
        cmocka_unit_test(R11_kept_open_it_goes_on),
        cmocka_unit_test(R11_taken_assigned_withdrawn_or_missing_it_is_no_longer_to_close),
        cmocka_unit_test(R11_nobody_who_is_detained_is_closed),
        cmocka_unit_test(R11_a_closing_that_was_wrong_is_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
