/* R6 What is asked for beside the team is a request with a state of its own: until somebody says yes it is
 * ours, a no asks for the next step, and no case waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/beside.h"
#include "tests/worlds/core_world.h"

static const struct referral *in_need(struct core_world *w, uint16_t needs, bool interpreter)
{
    struct command command = world_submission(w);
    command.is.submit.facts.needs = needs;
    command.is.submit.facts.interpreter_needed = interpreter;
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return state_referral(w->state, command.referral);
}

static enum refusal say(struct core_world *w, const struct referral *r, enum beside_what what,
                        enum beside_state state, uint32_t request)
{
    bool asks = state == BESIDE_ASKED;
    struct command command =
        world_from_coordinator(w, asks ? COMMAND_ASK_BESIDE : COMMAND_ANSWER_BESIDE, r->id);
    command.is.beside.said = (struct beside_noted){.what = what,
                                                   .state = state,
                                                   .request = request,
                                                   .asked_of = asks ? "E08000003" : "",
                                                   .log_number = asks ? "" : "L-0412"};
    return world_do(w, &command);
}

static const struct beside *request_of(const struct referral *r, uint32_t request)
{
    for (int i = 0; i < BESIDE_MAX; i++)
        if (r->beside[i].request == request)
            return &r->beside[i];
    return NULL;
}

static void R6_a_ticked_need_opens_a_request_and_holds_nothing_up(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    w->teams[0].needs = 1 << NEED_AMHP;
    world_load_policy(w);
    const struct referral *r = in_need(w, 1 << NEED_AMHP, true);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->beside_count, 2);
    assert_int_equal(request_of(r, 1)->what, BESIDE_AMHP);
    assert_int_equal(request_of(r, 2)->what, BESIDE_INTERPRETER);
    for (uint32_t request = 1; request <= 2; request++) {
        assert_int_equal(request_of(r, request)->state, BESIDE_NEEDED);
        assert_true(beside_is_ours((enum beside_state)request_of(r, request)->state));
    }
    assert_int_equal(in_need(w, 0, false)->beside_count, 0);
    core_world_close(&w);
}

static void R6_an_update_opens_a_request_once(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = in_need(w, 0, false);
    for (int i = 0; i < 2; i++) {
        struct command update = world_command(w, COMMAND_UPDATE, r->id);
        update.is.submit.facts = r->facts;
        update.is.submit.facts.interpreter_needed = true;
        update.is.submit.at = (struct referral_place){"", "", ""};
        assert_int_equal(world_do(w, &update), REFUSAL_NONE);
        assert_int_equal(r->beside_count, 1);
        assert_int_equal(request_of(r, 1)->what, BESIDE_INTERPRETER);
    }
    core_world_close(&w);
}

static void R6_until_a_yes_it_is_ours_and_somebody_is_reminded(void **unused)
{
    (void)unused;
    static const enum beside_state ours[] = {BESIDE_ASKED, BESIDE_NO};
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        assert_int_equal(say(w, r, BESIDE_SECTION_12_DOCTOR, ours[i], 0), REFUSAL_NONE);
        int before = world_count(w, EVENT_BESIDE_CHASED);
        world_wait(w, 2 * w->policy.remind_ms);
        assert_int_equal(world_count(w, EVENT_BESIDE_CHASED), before + 2);
        assert_int_equal(request_of(r, 1)->reminded, 2);
    }
    assert_int_equal(say(w, r, BESIDE_SECTION_12_DOCTOR, BESIDE_YES, 0), REFUSAL_NONE);
    int before = world_count(w, EVENT_BESIDE_CHASED);
    world_wait(w, 10 * w->policy.remind_ms);
    assert_int_equal(world_count(w, EVENT_BESIDE_CHASED), before);
    core_world_close(&w);
}

static void R6_a_no_asks_for_the_next_step_and_asking_others_keeps_the_request(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_YES, 0), REFUSAL_BESIDE_STEP); /* nobody has asked */
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_ASKED, 0), REFUSAL_NONE);
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_NO, 0), REFUSAL_NONE);
    assert_string_equal(request_of(r, 1)->log_number, "L-0412");
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_ASKED, 0), REFUSAL_NONE);
    assert_int_equal(r->beside_count, 1);
    assert_int_equal(request_of(r, 1)->times, 2);
    assert_string_equal(request_of(r, 1)->log_number, ""); /* of those who said no */
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_ON_THE_WAY, 0), REFUSAL_NONE);
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_DONE, 0), REFUSAL_NONE);
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_CANCELLED, 0), REFUSAL_BESIDE_STEP);
    core_world_close(&w);
}

static void R6_a_second_doctor_is_a_second_request(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(say(w, r, BESIDE_SECTION_12_DOCTOR, BESIDE_ASKED, 0), REFUSAL_NONE);
    assert_int_equal(say(w, r, BESIDE_SECTION_12_DOCTOR, BESIDE_YES, 0), REFUSAL_NONE);
    assert_int_equal(say(w, r, BESIDE_SECTION_12_DOCTOR, BESIDE_ASKED, 0), REFUSAL_NONE);
    assert_int_equal(r->beside_count, 2);
    assert_int_equal(request_of(r, 1)->state, BESIDE_YES);
    assert_int_equal(say(w, r, BESIDE_SECTION_12_DOCTOR, BESIDE_ON_THE_WAY, 1), REFUSAL_NONE);
    assert_int_equal(request_of(r, 2)->state, BESIDE_ASKED);
    core_world_close(&w);
}

static void R6_a_request_that_is_over_gives_its_row_to_the_next(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    for (uint32_t request = 1; request <= 3 * BESIDE_MAX; request++) {
        assert_int_equal(say(w, r, BESIDE_AMBULANCE, BESIDE_ASKED, 0), REFUSAL_NONE);
        assert_int_equal(r->beside_count, request);
        assert_int_equal(say(w, r, BESIDE_AMBULANCE, BESIDE_CANCELLED, 0), REFUSAL_NONE);
    }
    for (int i = 0; i < BESIDE_MAX; i++) {
        assert_int_equal(say(w, r, BESIDE_BED, BESIDE_ASKED, 0), REFUSAL_NONE);
        assert_int_equal(say(w, r, BESIDE_BED, BESIDE_YES, 0), REFUSAL_NONE);
    }
    assert_int_equal(say(w, r, BESIDE_BED, BESIDE_ASKED, 0), REFUSAL_BESIDE_STEP);
    core_world_close(&w);
}

static void R6_an_appropriate_adult_is_for_suspects_and_is_taken_and_flagged_else(void **unused)
{
    (void)unused;
    static const struct {
        enum legal_status status;
        bool flagged;
    } rows[] = {
        {LEGAL_PACE_ARREST, false}, {LEGAL_PACE_VOLUNTARY, false}, {LEGAL_NONE, true}, {LEGAL_UNKNOWN, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(1, NULL);
        struct command command = world_submission(w);
        command.is.submit.facts.legal_status = (uint8_t)rows[i].status;
        world_do(w, &command);
        const struct referral *r = state_referral(w->state, command.referral);
        assert_int_equal(say(w, r, BESIDE_APPROPRIATE_ADULT, BESIDE_ASKED, 0), REFUSAL_NONE);
        uint64_t found = world_event(w, EVENT_BESIDE_NOTED)->is.beside.found;
        assert_int_equal(found, rows[i].flagged ? flag_bit(FLAG_APPROPRIATE_ADULT_NOT_PACE) : 0);
        assert_int_equal(r->state, CASE_OFFERED); /* the assessment does not wait */
        core_world_close(&w);
    }
}

static void R6_a_team_speaks_for_the_case_that_it_has(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    for (int team = 1; team <= 2; team++) {
        struct command command = world_from_team(w, COMMAND_ASK_BESIDE, team, r->id);
        command.is.beside.said = (struct beside_noted){
            .what = BESIDE_AMHP, .state = BESIDE_ASKED, .asked_of = "", .log_number = ""};
        bool has_it = r->team == command.slot;
        assert_int_equal(world_do(w, &command), has_it ? REFUSAL_NONE : REFUSAL_NOT_YOURS);
    }
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R6_a_ticked_need_opens_a_request_and_holds_nothing_up),
        cmocka_unit_test(R6_an_update_opens_a_request_once),
        cmocka_unit_test(R6_until_a_yes_it_is_ours_and_somebody_is_reminded),
        cmocka_unit_test(R6_a_no_asks_for_the_next_step_and_asking_others_keeps_the_request),
        cmocka_unit_test(R6_a_second_doctor_is_a_second_request),
        cmocka_unit_test(R6_a_request_that_is_over_gives_its_row_to_the_next),
        cmocka_unit_test(R6_an_appropriate_adult_is_for_suspects_and_is_taken_and_flagged_else),
        cmocka_unit_test(R6_a_team_speaks_for_the_case_that_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
