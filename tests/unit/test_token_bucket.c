/* P10: a key may send so much at once and so much each second, and is told when it may send again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/server/token_bucket.h"

static const struct token_rate two_a_second = {TOKEN_US_PER_SECOND / 2, 60};
static const int64_t START_MS = INT64_C(1000000);

static void take_all(struct token_bucket *bucket, struct token_rate rate, int64_t now_ms)
{
    for (uint32_t i = 0; i < rate.burst; i++)
        assert_int_equal(token_bucket_take(bucket, rate, 1, now_ms), 0);
}

static void P10_a_burst_is_taken_and_not_one_more(void **state)
{
    (void)state;
    struct token_bucket bucket = {0};
    take_all(&bucket, two_a_second, START_MS);
    assert_int_equal(token_bucket_take(&bucket, two_a_second, 1, START_MS), 500);
}

static void P10_one_is_there_at_the_very_millisecond_that_was_told(void **state)
{
    (void)state;
    struct token_bucket early = {0};
    take_all(&early, two_a_second, START_MS);
    struct token_bucket in_time = early;
    assert_int_equal(token_bucket_take(&early, two_a_second, 1, START_MS + 499), 1);
    assert_int_equal(token_bucket_take(&in_time, two_a_second, 1, START_MS + 500), 0);
    assert_int_equal(token_bucket_take(&in_time, two_a_second, 1, START_MS + 500), 500);
}

static void P10_a_minute_takes_the_burst_and_a_minute_s_worth(void **state)
{
    (void)state;
    struct token_bucket bucket = {0};
    int taken = 0;
    for (int64_t ms = 0; ms < 60 * 1000; ms++)
        taken += !token_bucket_take(&bucket, two_a_second, 1, START_MS + ms);
    assert_int_equal(taken, 60 + 119);
}

static void P10_what_is_left_is_what_can_be_taken(void **state)
{
    (void)state;
    struct token_bucket bucket = {0};
    assert_int_equal(token_bucket_left(&bucket, two_a_second, START_MS), two_a_second.burst);
    take_all(&bucket, two_a_second, START_MS);
    assert_int_equal(token_bucket_left(&bucket, two_a_second, START_MS), 0);
    assert_int_equal(token_bucket_left(&bucket, two_a_second, START_MS + 499), 0);
    assert_int_equal(token_bucket_left(&bucket, two_a_second, START_MS + 500), 1);
    (void)token_bucket_take(&bucket, two_a_second, 1, START_MS); /* is refused, and takes nothing */
    assert_int_equal(token_bucket_left(&bucket, two_a_second, START_MS + 1499), 2);
    assert_int_equal(token_bucket_left(&bucket, two_a_second, START_MS + 3600 * 1000), two_a_second.burst);
}

static void P10_a_quiet_minute_saves_up_no_more_than_the_burst(void **state)
{
    (void)state;
    struct token_bucket bucket = {0};
    assert_int_equal(token_bucket_take(&bucket, two_a_second, 1, START_MS), 0);
    assert_false(token_bucket_is_full(&bucket, START_MS + 499));
    assert_true(token_bucket_is_full(&bucket, START_MS + 500));
    take_all(&bucket, two_a_second, START_MS + 3600 * 1000);
    assert_int_not_equal(token_bucket_take(&bucket, two_a_second, 1, START_MS + 3600 * 1000), 0);
}

static void P10_those_who_are_refused_at_once_are_told_different_times(void **state)
{
    (void)state;
    struct token_bucket bucket = {0};
    take_all(&bucket, two_a_second, START_MS);
    for (int i = 1; i <= 60; i++)
        assert_int_equal(token_bucket_take(&bucket, two_a_second, 1, START_MS), i * 500);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(token_bucket_take(&bucket, two_a_second, 1, START_MS), TOKEN_TOLD_MS_MAX);
    /* Nobody's place is kept: the first to come when a token is there has it. */
    assert_int_equal(token_bucket_take(&bucket, two_a_second, 1, START_MS + 500), 0);
}

static void P10_what_costs_more_than_the_burst_waits_for_a_full_bucket(void **state)
{
    (void)state;
    static const struct token_rate rate = {TOKEN_US_PER_SECOND, 3};
    struct token_bucket bucket = {0};
    assert_int_equal(token_bucket_take(&bucket, rate, 1000, START_MS), 0);
    assert_int_equal(token_bucket_take(&bucket, rate, 1, START_MS), 1000);
    assert_int_equal(token_bucket_take(&bucket, rate, 1000, START_MS + 3000), 0);
}

static void P10_the_fastest_rate_is_exact_too(void **state)
{
    (void)state;
    static const struct token_rate rate = {1, 999999};
    struct token_bucket bucket = {0};
    take_all(&bucket, rate, START_MS);
    assert_int_equal(token_bucket_take(&bucket, rate, 1, START_MS), 1);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(token_bucket_take(&bucket, rate, 1, START_MS + 1), 0);
    assert_int_equal(token_bucket_take(&bucket, rate, 1, START_MS + 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P10_a_burst_is_taken_and_not_one_more),
        cmocka_unit_test(P10_one_is_there_at_the_very_millisecond_that_was_told),
        cmocka_unit_test(P10_a_minute_takes_the_burst_and_a_minute_s_worth),
        cmocka_unit_test(P10_what_is_left_is_what_can_be_taken),
        cmocka_unit_test(P10_a_quiet_minute_saves_up_no_more_than_the_burst),
        cmocka_unit_test(P10_those_who_are_refused_at_once_are_told_different_times),
        cmocka_unit_test(P10_what_costs_more_than_the_burst_waits_for_a_full_bucket),
        cmocka_unit_test(P10_the_fastest_rate_is_exact_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
