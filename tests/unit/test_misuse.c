/* P10: a few messages that cannot be read are borne, and who goes on is kept out for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/server/misuse.h"

static int64_t now_ms = INT64_C(1000000);

static void bear_what_is_borne(struct misuse *misuse)
{
    for (int i = 0; i < MISUSE_BORNE_AT_ONCE; i++) {
        assert_false(misuse_note(misuse, now_ms));
        assert_false(misuse_is_barred(misuse, now_ms));
    }
}

static void test_p10_one_too_many_and_the_key_is_barred_for_a_while(void **state)
{
    (void)state;
    struct misuse misuse = {0};
    bear_what_is_borne(&misuse);
    assert_true(misuse_note(&misuse, now_ms));
    assert_true(misuse_is_barred(&misuse, now_ms + MISUSE_BARRED_MS - 1));
    assert_false(misuse_is_barred(&misuse, now_ms + MISUSE_BARRED_MS));
}

static void test_p10_who_goes_on_afterwards_is_barred_sooner(void **state)
{
    (void)state;
    struct misuse misuse = {0};
    bear_what_is_borne(&misuse);
    assert_true(misuse_note(&misuse, now_ms));
    int64_t again_ms = now_ms + MISUSE_BARRED_MS;
    int borne = 0;
    while (!misuse_note(&misuse, again_ms))
        borne++;
    assert_true(borne > 0 && borne < MISUSE_BORNE_AT_ONCE);
    assert_true(misuse_is_barred(&misuse, again_ms + MISUSE_BARRED_MS - 1));
}

static void test_one_now_and_then_is_borne_for_ever(void **state)
{
    (void)state;
    struct misuse misuse = {0};
    for (int i = 0; i < 10000; i++)
        assert_false(misuse_note(&misuse, now_ms + (int64_t)i * MISUSE_BORNE_EACH_MS));
    assert_false(misuse_is_barred(&misuse, now_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p10_one_too_many_and_the_key_is_barred_for_a_while),
        cmocka_unit_test(test_p10_who_goes_on_afterwards_is_barred_sooner),
        cmocka_unit_test(test_one_now_and_then_is_borne_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
