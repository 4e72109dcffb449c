/* P10: each key has its own quota of each class of commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "broker/shell/limits.h"
#include "broker/shell/quotas.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

enum { SMALL = 300 };
static const int64_t START_MS = INT64_C(5000000);

static struct quotas quotas;
static struct policy policy;

static int open_quotas(void **state)
{
    (void)state;
    quotas_open(&quotas, 7);
    for (int i = 0; i < QUOTA_CLASS_COUNT; i++)
        policy.quotas[i] = (struct policy_quota){1, 100};
    policy.quotas[QUOTA_NEW_WORK] = (struct policy_quota){2, 60};
    return 0;
}

static int close_quotas(void **state)
{
    (void)state;
    quotas_close(&quotas);
    return 0;
}

static int64_t take_at(const char *key, Concordat__V1__Request__CommandCase command, size_t bytes, int64_t ms)
{
    uint32_t row = 0; /* often another key's */
    return quotas_take(&quotas, &policy, &(struct quota_request){key, &row, command, bytes}, ms);
}

static int64_t take(const char *key, Concordat__V1__Request__CommandCase command, size_t bytes)
{
    return take_at(key, command, bytes, START_MS);
}

/* How many commands a key may send now. */
static int count_taken(const char *key, Concordat__V1__Request__CommandCase command, size_t bytes)
{
    int taken = 0;
    while (!take(key, command, bytes))
        taken++;
    return taken;
}

static void P10_new_work_never_uses_up_what_people_may_answer(void **state)
{
    (void)state;
    static const Concordat__V1__Request__CommandCase answers[] = {
        COMMAND(WITHDRAW), COMMAND(TOLD),     COMMAND(SEEN),  COMMAND(ACCEPT),
        COMMAND(DECLINE),  COMMAND(CHECK_IN), COMMAND(CLOSE), COMMAND(TAKE),
        COMMAND(HANDOVER), COMMAND(ASSIGN),   COMMAND(COVER)};
    assert_int_equal(count_taken("a", COMMAND(SUBMIT), SMALL), 60);
    assert_int_not_equal(take("a", COMMAND(UPDATE), SMALL), 0);
    assert_int_equal(count_taken("a", COMMAND(GET_STATUS), SMALL), 100);
    assert_int_equal(count_taken("a", COMMAND(SET_CAPACITY), SMALL), 100);
    assert_int_equal(count_taken("a", COMMAND(GET_RECORD), SMALL), 100);
    assert_int_equal(count_taken("a", COMMAND(HELLO), SMALL), 100);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        assert_int_equal(take("a", answers[i], SMALL), 0);
}

static void P10_one_key_never_uses_up_what_another_may_send(void **state)
{
    (void)state;
    assert_int_equal(count_taken("a", COMMAND(SUBMIT), SMALL), 60);
    assert_int_equal(count_taken("b", COMMAND(SUBMIT), SMALL), 60);
}

static void P10_long_new_work_and_boards_cost_more(void **state)
{
    (void)state;
    assert_int_equal(count_taken("a", COMMAND(SUBMIT), 2 * QUOTA_BYTES_A_TOKEN), 60 / 3);
    assert_int_equal(count_taken("a", COMMAND(GET_BOARD), SMALL), 100 / QUOTA_BOARD_COST);
}

static void P10_more_keys_than_are_kept_change_nothing_for_those_that_are(void **state)
{
    (void)state;
    char name[KEY_NAME_CHARS_MAX + 1];
    assert_int_equal(count_taken("a", COMMAND(SUBMIT), SMALL), 60);
    for (int i = 0; i < QUOTA_KEYS_MAX + 100; i++) {
        snprintf(name, sizeof name, "key-%d", i);
        assert_int_equal(take(name, COMMAND(SUBMIT), SMALL), 0);
    }
    assert_int_equal(quotas.keys.count, QUOTA_KEYS_MAX);
    assert_int_not_equal(take("a", COMMAND(SUBMIT), SMALL), 0);
    /* A second later the other keys' buckets are full again, and they make room. */
    int64_t later_ms = START_MS + QUOTA_SWEEP_MS;
    assert_int_equal(take_at("new", COMMAND(SUBMIT), SMALL, later_ms), 0);
    assert_int_equal(quotas.keys.count, 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(take_at("a", COMMAND(SUBMIT), SMALL, later_ms), 0);
    assert_int_not_equal(take_at("a", COMMAND(SUBMIT), SMALL, later_ms), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_quotas, close_quotas)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(P10_new_work_never_uses_up_what_people_may_answer),
        TEST(P10_one_key_never_uses_up_what_another_may_send),
        TEST(P10_long_new_work_and_boards_cost_more),
        TEST(P10_more_keys_than_are_kept_change_nothing_for_those_that_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
