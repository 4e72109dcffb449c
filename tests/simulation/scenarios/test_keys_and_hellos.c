/* Scenarios of keys: what a key that is withdrawn, changed or guesses still gets from the real broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/simulation/scenarios/stage.h"

#define WHAT(name)    CONCORDAT__V1__EVENT__WHAT_##name
#define BODY(name)    CONCORDAT__V1__MESSAGE__BODY_##name
#define REFUSED(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

static const char always[] = "always";

/* A key is withdrawn while its connection lasts: nothing more goes there. */
static void a_revoked_key_hears_on(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    size_t from = s->sent_count;
    strcpy(s->keys[TEAM_1_TOO].name, "somebody-else");
    stage_submit(s, id);
    assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), from), 1);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), from), 0);
    stage_close(&s);
}

/* A key is given to another team while its connection stands: it hears nothing more of the old team's cases,
 * and of the new team's once it has said hello again. */
static void a_key_of_another_team_hears_on(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard get_board = CONCORDAT__V1__GET_BOARD__INIT;
    size_t from = s->sent_count;
    strcpy(s->keys[TEAM_1_TOO].of, "team-2");
    stage_submit(s, id);
    assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), from), 1);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), from), 0);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &get_board;
    const Concordat__V1__Message *said = stage_say(s, TEAM_1_TOO, &request);
    assert_int_equal(said->answer->refusal, CONCORDAT__V1__REFUSAL__REFUSAL_HELLO_FIRST);
    assert_int_equal(stage_hello(s, TEAM_1_TOO)->body_case, BODY(WELCOME));
    stage_presence(s, TEAM_1, false, 0);
    assert_int_equal(stage_count(s, TEAM_2, BODY(OFFER), from), 1);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), from), 1);
    broker_check(s->broker);
    stage_close(&s);
}

/* A key is given to another team, and its device says hello again before anything else is sent to it. */
static void a_key_of_another_team_says_hello_again(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    size_t from = s->sent_count;
    strcpy(s->keys[TEAM_1_TOO].of, "team-2");
    assert_int_equal(stage_hello(s, TEAM_1_TOO)->body_case, BODY(WELCOME));
    broker_check(s->broker);
    stage_submit(s, id);
    assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), from), 1);
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), from), 0);
    stage_close(&s);
}

/* A device says hello again on the same connection: it is sent its live offer again each time, and still
 * counts as present for as long as it said before. */
static void another_hello_begins_a_new_session(void **unused)
{
    (void)unused;
    uint8_t id[16];
    struct stage *s = stage_open(always, always);
    stage_submit(s, id);
    size_t from = s->sent_count;
    for (int times = 1; times <= 2; times++) {
        assert_int_equal(stage_hello(s, TEAM_1)->body_case, BODY(WELCOME));
        stage_wait(s, SECONDS(1), TEAM_1);
        assert_int_equal(stage_count(s, TEAM_1, BODY(OFFER), from), times);
    }
    assert_int_equal(stage_count(s, TEAM_1_TOO, BODY(OFFER), from), 0);
    broker_check(s->broker);
    stage_presence(s, TEAM_1_TOO, true, 5);
    stage_wait(s, SECONDS(20), TEAM_1);
    assert_true(
        state_team(broker_state(s->broker), state_team_slot(broker_state(s->broker), "team-1"))->present);
    stage_close(&s);
}

static bool ask_for_number(struct stage *s, int peer, const char *number)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus status = CONCORDAT__V1__GET_STATUS__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &status;
    status.number = (char *)(uintptr_t)number;
    const Concordat__V1__Message *message = stage_say(s, peer, &request);
    assert_non_null(message);
    assert_true(message->answer->done || message->answer->refusal == REFUSED(NOT_YOURS));
    return message->answer->done;
}

/* Adds up the refused commands of the ledger: those that are events, and those that these count. */
static uint32_t refusals_written(struct stage *s)
{
    uint32_t written = 0;
    for (uint64_t seq = 1; seq <= broker_state(s->broker)->counters.seq; seq++) {
        const Concordat__V1__Event *event = stage_event(s, seq);
        if (event->what_case == WHAT(COMMAND_REFUSED))
            written += 1 + event->command_refused->left_out;
    }
    return written;
}

/* Somebody guesses the numbers of cases that are not theirs, as fast as they can, and then stops. Each guess
 * is written or counted, though nothing more is refused afterwards. */
static void P10_guesses_without_a_trace(void **unused)
{
    (void)unused;
    enum { GUESSES = 39, WRITTEN = 6 };
    uint8_t id[16];
    char number[16];
    struct stage *s = stage_open(always, always);
    stage_submit(s, id);
    assert_true(ask_for_number(s, TEAM_1, "R-0001"));
    for (int i = 0; i < GUESSES; i++) {
        snprintf(number, sizeof number, "R-%04d", i + 1);
        assert_false(ask_for_number(s, TEAM_2, number));
    }
    assert_int_equal(stage_events(s, WHAT(COMMAND_REFUSED)), WRITTEN);
    stage_wait(s, MINUTES(1) + SECONDS(2), -1);
    assert_int_equal(stage_events(s, WHAT(COMMAND_REFUSED)), WRITTEN + 1);
    assert_int_equal(refusals_written(s), GUESSES);
    stage_wait(s, MINUTES(2), -1);
    assert_int_equal(refusals_written(s), GUESSES);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revoked_key_hears_on),
        cmocka_unit_test(a_key_of_another_team_hears_on),
        cmocka_unit_test(a_key_of_another_team_says_hello_again),
        cmocka_unit_test(another_hello_begins_a_new_session),
        cmocka_unit_test(P10_guesses_without_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
