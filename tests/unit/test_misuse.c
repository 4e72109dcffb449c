/* P10: a key may send a few unreadable messages; after too many it is barred for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/server/misuse.h"

static int64_t now_ms = INT64_C(1000000);

static void send_all_that_are_allowed(struct misuse *misuse)
{
    for (int i = 0; i < MISUSE_ALLOWED_AT_ONCE; i++) {
        assert_false(misuse_note(misuse, now_ms));
        assert_false(misuse_is_barred(misuse, now_ms));
    }
}

static void P10_one_message_too_many_bars_the_key_for_a_while(void **state)
{
    (void)state;
    struct misuse misuse = {0};
    send_all_that_are_allowed(&misuse);
    assert_true(misuse_note(&misuse, now_ms));
    assert_true(misuse_is_barred(&misuse, now_ms + MISUSE_BARRED_MS - 1));
    assert_false(misuse_is_barred(&misuse, now_ms + MISUSE_BARRED_MS));
}

static void P10_a_key_that_goes_on_after_its_bar_is_barred_sooner(void **state)
{
    (void)state;
    struct misuse misuse = {0};
    send_all_that_are_allowed(&misuse);
    assert_true(misuse_note(&misuse, now_ms));
    int64_t again_ms = now_ms + MISUSE_BARRED_MS;
    int allowed = 0;
    while (!misuse_note(&misuse, again_ms))
        allowed++;
    assert_true(allowed > 0 && allowed < MISUSE_ALLOWED_AT_ONCE);
    assert_true(misuse_is_barred(&misuse, again_ms + MISUSE_BARRED_MS - 1));
}

static void a_message_now_and_then_never_bars_the_key(void **state)
{
    (void)state;
    struct misuse misuse = {0};
    for (int i = 0; i < 10000; i++)
        assert_false(misuse_note(&misuse, now_ms + (int64_t)i * MISUSE_ALLOWED_EACH_MS));
    assert_false(misuse_is_barred(&misuse, now_ms));
}

static void a_bar_is_told_at_once_then_once_a_minute_with_how_often_though_the_keys_are_read_anew(
    void **state)
{
    (void)state;
    struct misuse misuse = {0}, anew = {0};
    assert_int_equal(seldom_count(&misuse.told, now_ms), 1);
    assert_int_equal(seldom_count(&misuse.told, now_ms + MISUSE_BARRED_MS), 0);
    misuse_copy(&anew, &misuse);
    assert_int_equal(seldom_count(&anew.told, now_ms + SELDOM_MS - 1), 0);
    assert_int_equal(seldom_count(&anew.told, now_ms + SELDOM_MS), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P10_one_message_too_many_bars_the_key_for_a_while),
        cmocka_unit_test(P10_a_key_that_goes_on_after_its_bar_is_barred_sooner),
        cmocka_unit_test(a_message_now_and_then_never_bars_the_key),
        cmocka_unit_test(
            a_bar_is_told_at_once_then_once_a_minute_with_how_often_though_the_keys_are_read_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
