/* test_inquiries.c: questions to a trail are answered one after another, each exactly once, and none for
 * ever. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/inquiries.h"
#include "services/gateway/limits.h"
#include "services/gateway/verdict.h"
#include "tests/worlds/story.h"

static struct story story;
static struct inquiries *inquiries;
static int answered[2 * INQUIRIES_MAX], answers; /* the results, in order of the answers */
static size_t asked_as[2 * INQUIRIES_MAX];

static int open_inquiries(void **state)
{
    (void)state;
    story_open(&story);
    story_of_a_day(&story);
    answers = 0;
    inquiries = inquiries_open(story.path);
    return inquiries ? 0 : -1;
}

static int close_inquiries(void **state)
{
    (void)state;
    inquiries_close(&inquiries);
    story_close(&story);
    return 0;
}

static void note_answer(void *context, const struct inquiry_answer *answer)
{
    asked_as[answers] = (size_t)((const char *)context - (const char *)answered);
    answered[answers++] = answer->result;
    assert_true((answer->result == REPORT_DONE) == (answer->report != NULL));
    assert_true((answer->result == REPORT_DONE) == (answer->message == NULL || !answer->message[0]));
}

/* The order in which it was asked is told by an address that nobody reads. */
static bool ask(size_t order, const char *name, const char *number, int64_t now_ms)
{
    const struct report_question question = {.name = name, .number = number, .unsuppressed = true};
    return inquiries_ask(inquiries, &question, note_answer, (char *)answered + order, now_ms);
}

static void await_answers(int count)
{
    while (answers < count) {
        struct pollfd item = {.fd = inquiries_fd(inquiries), .events = POLLIN};
        assert_int_equal(poll(&item, 1, 60000), 1);
        inquiries_turn(inquiries, 0);
    }
}

static void questions_are_answered_in_order_and_one_too_many_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < INQUIRIES_MAX; i++)
        assert_true(ask(i, i % 2 ? "volume" : "custody", NULL, 0));
    assert_false(ask(INQUIRIES_MAX, "volume", NULL, 0));
    await_answers(INQUIRIES_MAX);
    for (size_t i = 0; i < INQUIRIES_MAX; i++) {
        assert_int_equal(answered[i], REPORT_DONE);
        assert_int_equal(asked_as[i], i);
    }
    assert_int_equal(inquiries_patience_ms(inquiries, 0), -1);
    assert_true(ask(0, "case", "R-9999", 0));
    await_answers(INQUIRIES_MAX + 1);
    assert_int_equal(answered[INQUIRIES_MAX], REPORT_UNKNOWN);
}

static void a_question_that_waits_too_long_is_given_up(void **state)
{
    (void)state;
    assert_true(ask(0, "volume", NULL, 0));
    assert_true(ask(1, "volume", NULL, 0));
    assert_true(inquiries_patience_ms(inquiries, 0) > 0);
    inquiries_turn(inquiries, INQUIRY_MS);
    await_answers(2);
    for (int i = 0; i < 2; i++) /* the first may have been done by then */
        assert_true(answered[i] == REPORT_STOPPED || (asked_as[i] == 0 && answered[i] == REPORT_DONE));
}

static void those_that_wait_at_the_end_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < INQUIRIES_MAX; i++)
        assert_true(ask(i, "times", NULL, 0));
    inquiries_close(&inquiries);
    assert_int_equal(answers, INQUIRIES_MAX);
    for (int i = 1; i < INQUIRIES_MAX; i++)
        assert_int_equal(answered[i], REPORT_STOPPED);
}

static void a_verdict_stands_until_there_is_another_and_a_failure_is_told_beside_it(void **state)
{
    (void)state;
    struct verdict_keeper *keeper = verdict_open(story.path);
    assert_non_null(keeper);
    assert_null(verdict_now(keeper).latest);
    for (int64_t round = 1; round <= 2; round++) {
        verdict_begin(keeper, round);
        assert_int_equal(verdict_now(keeper).running_since_ms, round);
        while (verdict_now(keeper).running_since_ms) {
            struct pollfd item = {.fd = verdict_fd(keeper), .events = POLLIN};
            assert_int_equal(poll(&item, 1, 60000), 1);
            verdict_turn(keeper);
        }
        struct verdict_state now = verdict_now(keeper);
        assert_true(json_is_true(json_object_get(now.latest, "verified")));
        assert_int_equal(now.as_of_ms, 1);
        assert_true((round == 2) == (now.failure != NULL));
        assert_int_equal(now.failed_ms, round == 2 ? 2 : 0);
        story_close_trail(&story);
        assert_int_equal(remove(story.path), round == 1 ? 0 : -1);
    }
    verdict_close(&keeper);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_inquiries, close_inquiries)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(questions_are_answered_in_order_and_one_too_many_is_refused),
        TEST(a_question_that_waits_too_long_is_given_up),
        TEST(those_that_wait_at_the_end_are_told),
        TEST(a_verdict_stands_until_there_is_another_and_a_failure_is_told_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
