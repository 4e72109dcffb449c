/* R15: it is known who is on shift. A handover is signed by both; until then the person who goes holds, and
 * the last one leaves nothing in nobody's hands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/shift.h"
#include "tests/worlds/core_world.h"

static enum refusal does(struct core_world *w, enum command_kind kind, enum shift_step step,
                         const char *person, const char *from)
{
    struct command command = world_from_team(w, kind, 1, NULL);
    command.person.id = person;
    command.is.shift.step = step;
    command.is.shift.from = from;
    return world_do(w, &command);
}

static enum refusal comes(struct core_world *w, const char *person)
{
    return does(w, COMMAND_ON_SHIFT, SHIFT_STARTED, person, "");
}

static enum refusal goes(struct core_world *w, const char *person)
{
    return does(w, COMMAND_ON_SHIFT, SHIFT_ENDED, person, "");
}

static enum refusal proposes(struct core_world *w, const char *person)
{
    return does(w, COMMAND_SHIFT_HANDOVER, SHIFT_PROPOSED, person, "");
}

static enum refusal signs(struct core_world *w, const char *person, const char *from)
{
    return does(w, COMMAND_SHIFT_HANDOVER, SHIFT_SIGNED, person, from);
}

static const struct on_shift *person_of(const struct core_world *w, const char *person)
{
    return shift_find(shift_people(w->state, world_slot(w, 1), SLOT_NONE), person);
}

static void R15_the_one_who_goes_holds_until_the_one_who_comes_signs(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    assert_int_equal(comes(w, "p117"), REFUSAL_NONE);
    world_wait(w, MINUTES(5));
    assert_int_equal(proposes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(person_of(w, "p117")->proposed_ms, w->now_ms);
    assert_int_equal(goes(w, "p117"), REFUSAL_WRONG_STATE); /* a case is in hand, and nobody has signed */
    const struct event *proposed = world_event(w, EVENT_SHIFT_NOTED);
    assert_int_equal(proposed->is.shift.case_count, 1);
    assert_int_equal(proposed->is.shift.cases[0], r->number);
    assert_int_equal(proposed->is.shift.case_seqs[0], r->last_seq);
    uint64_t proposed_seq = proposed->seq;
    assert_int_equal(person_of(w, "p117")->proposed_seq, proposed_seq);
    assert_int_equal(signs(w, "p204", "p117"), REFUSAL_NONE);
    assert_null(person_of(w, "p117"));
    assert_int_equal(person_of(w, "p204")->since_ms, w->now_ms);
    const struct event *signed_by = world_event(w, EVENT_SHIFT_NOTED);
    assert_string_equal(signed_by->person.id, "p204");
    assert_int_equal(signed_by->is.shift.cases[0], r->number);
    assert_int_equal(signed_by->is.shift.signs, proposed_seq);
    const struct handed_over *handed = shift_handed(w->state, world_slot(w, 1), SLOT_NONE);
    assert_int_equal(handed->seq, signed_by->seq);
    assert_int_equal(handed->signs, proposed_seq);
    assert_string_equal(handed->from, "p117");
    assert_string_equal(handed->to, "p204");
    core_world_close(&w);
}

static void R15_nobody_signs_for_themselves_or_what_was_not_proposed(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    assert_int_equal(comes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(signs(w, "p204", "p117"), REFUSAL_WRONG_STATE);
    assert_int_equal(proposes(w, "p204"), REFUSAL_WRONG_STATE); /* not on shift */
    assert_int_equal(proposes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(signs(w, "p117", "p117"), REFUSAL_BAD_VALUE);
    assert_int_equal(signs(w, "", "p117"), REFUSAL_BAD_VALUE); /* a person signs */
    struct command elsewhere = world_from_team(w, COMMAND_SHIFT_HANDOVER, 2, NULL);
    elsewhere.person.id = "p204";
    elsewhere.is.shift.step = SHIFT_SIGNED;
    elsewhere.is.shift.from = "p117";
    assert_int_equal(world_do(w, &elsewhere), REFUSAL_WRONG_STATE);
    assert_int_equal(does(w, COMMAND_SHIFT_HANDOVER, SHIFT_CANCELLED, "p117", ""), REFUSAL_NONE);
    assert_int_equal(signs(w, "p204", "p117"), REFUSAL_WRONG_STATE);
    core_world_close(&w);
}

static void R15_one_of_two_may_go_and_the_last_with_nothing_in_hand(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(comes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(comes(w, "p117"), REFUSAL_NONE); /* once is enough */
    assert_int_equal(world_count(w, EVENT_SHIFT_NOTED), 1);
    assert_int_equal(comes(w, "p118"), REFUSAL_NONE);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    assert_int_equal(goes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(goes(w, "p118"), REFUSAL_WRONG_STATE);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(goes(w, "p118"), REFUSAL_NONE);
    assert_int_equal(shift_people(w->state, world_slot(w, 1), SLOT_NONE)[0].since_ms, 0);
    core_world_close(&w);
}

static void R15_a_coordinators_desk_hands_over_what_it_holds(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(r->state, CASE_HELD);
    struct command come = world_from_coordinator(w, COMMAND_ON_SHIFT, r->id), end;
    come.person.id = "p301";
    come.is.shift.step = SHIFT_STARTED;
    assert_int_equal(world_do(w, &come), REFUSAL_NONE);
    end = world_from_coordinator(w, COMMAND_ON_SHIFT, r->id);
    end.person.id = "p301";
    end.is.shift.step = SHIFT_ENDED;
    assert_int_equal(world_do(w, &end), REFUSAL_WRONG_STATE);
    core_world_close(&w);
}

/* A case that changed between the two signatures is listed by the second as it is then. */
static void R15_the_second_signature_lists_what_has_changed(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    assert_int_equal(comes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(proposes(w, "p117"), REFUSAL_NONE);
    uint64_t before = world_event(w, EVENT_SHIFT_NOTED)->is.shift.case_seqs[0];
    struct command checks_in = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    checks_in.is.check_in.step = STEP_TRAVELLING;
    assert_int_equal(world_do(w, &checks_in), REFUSAL_NONE);
    assert_int_equal(signs(w, "p204", "p117"), REFUSAL_NONE);
    const struct event *signed_by = world_event(w, EVENT_SHIFT_NOTED);
    assert_true(signed_by->is.shift.case_seqs[0] > before);
    assert_int_equal(signed_by->is.shift.case_seqs[0], r->last_seq);
    core_world_close(&w);
}

static void R15_of_two_who_sign_one_takes_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    assert_int_equal(comes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(proposes(w, "p117"), REFUSAL_NONE);
    assert_int_equal(signs(w, "p204", "p117"), REFUSAL_NONE);
    assert_int_equal(signs(w, "p205", "p117"), REFUSAL_WRONG_STATE);
    assert_string_equal(shift_handed(w->state, world_slot(w, 1), SLOT_NONE)->to, "p204");
    assert_null(person_of(w, "p205"));
    core_world_close(&w);
}

static enum refusal desk_does(struct core_world *w, enum command_kind kind, enum shift_step step)
{
    struct command command = world_from_coordinator(w, kind, NULL);
    command.person.id = "p301";
    command.is.shift.step = step;
    command.is.shift.from = "";
    return world_do(w, &command);
}

/* What the desk holds comes first, and what teams have of its cases behind it. Going needs only that nothing
 * is in hand. */
static void R15_a_coordinator_lists_what_teams_have_too(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *with_team = world_submitted(w);
    assert_int_equal(world_accept(w, with_team, MINUTES(20)), REFUSAL_NONE);
    uint32_t number = with_team->number;
    assert_int_equal(desk_does(w, COMMAND_ON_SHIFT, SHIFT_STARTED), REFUSAL_NONE);
    assert_int_equal(desk_does(w, COMMAND_SHIFT_HANDOVER, SHIFT_PROPOSED), REFUSAL_NONE);
    const struct shift_noted *noted = &world_event(w, EVENT_SHIFT_NOTED)->is.shift;
    assert_int_equal(noted->case_count, 1);
    assert_int_equal(noted->cases[0], number);
    assert_int_equal(desk_does(w, COMMAND_ON_SHIFT, SHIFT_ENDED), REFUSAL_NONE);
    core_world_close(&w);
}

static void R15_there_is_room_for_so_many(void **unused)
{
    (void)unused;
    static const char *const people[] = {"p111", "p112", "p113", "p114", "p115", "p116"};
    struct core_world *w = core_world_open(1, NULL);
    for (int i = 0; i < ON_SHIFT_MAX; i++)
        assert_int_equal(comes(w, people[i]), REFUSAL_NONE);
    assert_int_equal(comes(w, "p117"), REFUSAL_WRONG_STATE);
    assert_int_equal(proposes(w, "p111"), REFUSAL_NONE);
    assert_int_equal(signs(w, "p117", "p111"), REFUSAL_NONE); /* takes the place of the one who goes */
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R15_the_one_who_goes_holds_until_the_one_who_comes_signs),
        cmocka_unit_test(R15_nobody_signs_for_themselves_or_what_was_not_proposed),
        cmocka_unit_test(R15_one_of_two_may_go_and_the_last_with_nothing_in_hand),
        cmocka_unit_test(R15_a_coordinators_desk_hands_over_what_it_holds),
        cmocka_unit_test(R15_the_second_signature_lists_what_has_changed),
        cmocka_unit_test(R15_of_two_who_sign_one_takes_it),
        cmocka_unit_test(R15_a_coordinator_lists_what_teams_have_too),
        cmocka_unit_test(R15_there_is_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
