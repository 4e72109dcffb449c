/* What a server acknowledged is kept for a moment, and another run of it that lost it is sent it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/client/client_kept.h"

enum { BEGAN_MS = 1000 * 1000 };

static struct client_kept kept;
static struct concordat_client_lost lost;

static int begin(void **state)
{
    (void)state;
    kept = (struct client_kept){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    client_kept_clear(&kept);
    return 0;
}

static void meet(const char *session, int64_t now_ms)
{
    const ProtobufCBinaryData bytes = {strlen(session), (uint8_t *)(uintptr_t)session};
    client_kept_meet(&kept, &bytes, now_ms);
}

static const uint8_t *id_of(uint8_t number)
{
    static uint8_t id[WIRE_ID_BYTES];
    memset(id, number, sizeof id);
    return id;
}

/* A command about case 100 + number, in the event `number`. */
static void acknowledge(uint8_t number, int64_t now_ms)
{
    struct outstanding request = {.bytes = malloc(1), .size = 1, .changes_case = true};
    assert_non_null(request.bytes);
    request.bytes[0] = number;
    memset(request.id, number, WIRE_ID_BYTES);
    memset(request.referral, 100 + number, WIRE_ID_BYTES);
    client_kept_add(&kept, &request, number, now_ms);
    assert_null(request.bytes);
}

static void assert_sends(uint8_t number, int64_t now_ms)
{
    const struct kept_command *due = client_kept_due(&kept, now_ms);
    assert_non_null(due);
    assert_int_equal(due->size, 1);
    assert_int_equal(due->bytes[0], number);
    client_kept_was_sent(&kept, now_ms);
    assert_null(client_kept_due(&kept, now_ms));
}

static enum kept_answer done(uint8_t number, bool repeated, uint64_t seq, int64_t now_ms)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.done = true;
    answer.repeated = repeated;
    answer.seq = seq;
    return client_kept_take(&kept, id_of(number), &answer, now_ms, &lost);
}

static enum kept_answer refused(uint8_t number, Concordat__V1__Refusal refusal, uint32_t retry_ms,
                                int64_t now_ms)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.refusal = refusal;
    answer.retry_after_ms = retry_ms;
    return client_kept_take(&kept, id_of(number), &answer, now_ms, &lost);
}

static void begin_with_two(void)
{
    meet("first", BEGAN_MS);
    acknowledge(1, BEGAN_MS);
    acknowledge(2, BEGAN_MS);
}

static void the_run_that_acknowledged_is_sent_nothing_again(void **state)
{
    (void)state;
    begin_with_two();
    meet("first", BEGAN_MS + 10);
    assert_null(client_kept_due(&kept, BEGAN_MS + 10));
    assert_true(client_kept_next_ms(&kept) == INT64_MAX);
    assert_int_equal(done(1, true, 1, BEGAN_MS), KEPT_NOT_ASKED);
}

static void another_run_is_sent_all_in_order_one_at_a_time(void **state)
{
    (void)state;
    begin_with_two();
    for (int runs = 0; runs < 2; runs++) { /* what it has is kept for the run after it */
        meet(runs ? "third" : "second", BEGAN_MS + 10);
        assert_sends(1, BEGAN_MS + 10);
        assert_int_equal(done(2, true, 2, BEGAN_MS + 20), KEPT_NOT_ASKED);
        assert_int_equal(done(1, true, 1, BEGAN_MS + 20), KEPT_IS_THERE);
        assert_sends(2, BEGAN_MS + 20);
        assert_sends(2, BEGAN_MS + 20 + RESEND_FIRST_MS); /* no answer came */
        assert_int_equal(done(2, true, 2, BEGAN_MS + 30), KEPT_IS_THERE);
        assert_true(client_kept_next_ms(&kept) == INT64_MAX);
    }
}

static void a_run_that_lost_one_is_told_apart_by_its_answer(void **state)
{
    (void)state;
    begin_with_two();
    meet("second", BEGAN_MS + 10);
    assert_int_equal(done(1, false, 7, BEGAN_MS + 20), KEPT_WAS_LOST);
    assert_int_equal(lost.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED);
    assert_int_equal(lost.referral[0], 101);
    /* Somebody had sent it again before us. */
    assert_int_equal(done(2, true, 8, BEGAN_MS + 20), KEPT_WAS_LOST);
    assert_int_equal(lost.referral[0], 102);
    /* What it has now is under its new number. */
    meet("third", BEGAN_MS + 30);
    assert_int_equal(done(1, true, 7, BEGAN_MS + 40), KEPT_IS_THERE);
    assert_int_equal(done(2, true, 2, BEGAN_MS + 40), KEPT_WAS_LOST);
}

static void a_run_that_lost_one_and_refuses_it_is_asked_no_more(void **state)
{
    (void)state;
    begin_with_two();
    meet("second", BEGAN_MS + 10);
    assert_int_equal(refused(1, CONCORDAT__V1__REFUSAL__REFUSAL_CASE_CLOSED, 0, BEGAN_MS + 20),
                     KEPT_WAS_LOST);
    assert_int_equal(lost.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_CASE_CLOSED);
    assert_int_equal(lost.referral[0], 101);
    assert_sends(2, BEGAN_MS + 20);
    assert_int_equal(done(2, true, 2, BEGAN_MS + 20), KEPT_IS_THERE);
    meet("third", BEGAN_MS + 30);
    assert_sends(2, BEGAN_MS + 30);
}

static void a_server_that_cannot_take_it_now_is_asked_later(void **state)
{
    (void)state;
    begin_with_two();
    meet("second", BEGAN_MS);
    assert_int_equal(refused(1, CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY, 5000, BEGAN_MS), KEPT_IS_THERE);
    assert_null(client_kept_due(&kept, BEGAN_MS + 4999));
    assert_sends(1, BEGAN_MS + 5000);
    assert_int_equal(refused(1, CONCORDAT__V1__REFUSAL__REFUSAL_UNAVAILABLE, 0, BEGAN_MS + 5000),
                     KEPT_IS_THERE);
    assert_sends(1, BEGAN_MS + 5000 + RESEND_FIRST_MS);
}

static void a_case_that_is_not_there_yet_may_come_for_a_minute(void **state)
{
    (void)state;
    int64_t now_ms = BEGAN_MS;
    begin_with_two();
    meet("second", BEGAN_MS);
    for (; now_ms < BEGAN_MS + KEPT_CASE_COMES_MS; now_ms += KEPT_CASE_PAUSE_MS) {
        assert_sends(1, now_ms);
        assert_int_equal(refused(1, CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS, 0, now_ms), KEPT_IS_THERE);
        assert_null(client_kept_due(&kept, now_ms));
    }
    assert_int_equal(refused(1, CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS, 0, now_ms), KEPT_WAS_LOST);
    assert_int_equal(lost.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS);
    assert_sends(2, now_ms);
}

static void a_run_that_goes_on_for_a_minute_has_it_for_good(void **state)
{
    (void)state;
    begin_with_two();
    acknowledge(3, BEGAN_MS + KEPT_MS);
    client_kept_forget(&kept, BEGAN_MS + KEPT_MS);
    assert_int_equal(kept.count, 3);
    client_kept_forget(&kept, BEGAN_MS + KEPT_MS + 1);
    assert_int_equal(kept.count, 1);
    /* An hour in which no run could be reached is no such minute: nothing was forgotten when one is met. */
    meet("second", BEGAN_MS + 3600 * 1000);
    client_kept_forget(&kept, BEGAN_MS + 3600 * 1000);
    assert_sends(3, BEGAN_MS + 3600 * 1000);
}

static void the_oldest_is_given_up_if_there_are_too_many(void **state)
{
    (void)state;
    meet("first", BEGAN_MS);
    for (unsigned i = 0; i <= KEPT_COMMANDS_MAX; i++)
        acknowledge((uint8_t)i, BEGAN_MS);
    assert_int_equal(kept.count, KEPT_COMMANDS_MAX);
    meet("second", BEGAN_MS);
    assert_sends(1, BEGAN_MS);
}

int main(void)
{
#define KEPT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        KEPT_TEST(the_run_that_acknowledged_is_sent_nothing_again),
        KEPT_TEST(another_run_is_sent_all_in_order_one_at_a_time),
        KEPT_TEST(a_run_that_lost_one_is_told_apart_by_its_answer),
        KEPT_TEST(a_run_that_lost_one_and_refuses_it_is_asked_no_more),
        KEPT_TEST(a_server_that_cannot_take_it_now_is_asked_later),
        KEPT_TEST(a_case_that_is_not_there_yet_may_come_for_a_minute),
        KEPT_TEST(a_run_that_goes_on_for_a_minute_has_it_for_good),
        KEPT_TEST(the_oldest_is_given_up_if_there_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
