/* Passwords compared on threads: the result, the order, and how long they wait. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "services/gateway/password.h"

enum { ASKED_MAX = PASSWORDS_AT_ONCE + PASSWORDS_WAITING_MAX + 1 };

static char hash[PASSWORD_HASH_BYTES];
static struct passwords *passwords;
static struct asked {
    unsigned times;
    enum password_result result;
} asked[ASKED_MAX];

static int begin(void **state)
{
    (void)state;
    memset(asked, 0, sizeof asked);
    passwords = passwords_open();
    return !passwords || !password_hash("seven blue kettles", hash);
}

static int end(void **state)
{
    (void)state;
    passwords_close(&passwords);
    return 0;
}

static void note_result(void *context, enum password_result result)
{
    struct asked *one = context;
    one->times++;
    one->result = result;
}

static bool ask(unsigned i, const char *password, const char *of, int64_t now_ms)
{
    return passwords_compare(passwords, password, of, now_ms, note_result, &asked[i]);
}

static void await_all(unsigned count, int64_t now_ms)
{
    for (;;) {
        unsigned told = 0;
        struct pollfd fds[PASSWORDS_AT_ONCE];
        passwords_turn(passwords, now_ms);
        for (unsigned i = 0; i < count; i++)
            told += asked[i].times;
        if (told >= count)
            return;
        for (unsigned i = 0; i < PASSWORDS_AT_ONCE; i++)
            fds[i] = (struct pollfd){.fd = passwords_fd(passwords, i), .events = POLLIN};
        assert_true(poll(fds, PASSWORDS_AT_ONCE, 60 * 1000) > 0);
    }
}

static void a_password_fits_its_own_hash_and_nobodys(void **state)
{
    (void)state;
    assert_true(ask(0, "seven blue kettles", hash, 0));
    assert_true(ask(1, "seven blue kettle", hash, 0));
    assert_true(ask(2, "seven blue kettles", NULL, 0));
    await_all(3, 0);
    assert_int_equal(asked[0].result, PASSWORD_FITS);
    assert_int_equal(asked[1].result, PASSWORD_DIFFERS);
    assert_int_equal(asked[2].result, PASSWORD_DIFFERS);
}

static void what_waits_too_long_is_refused(void **state)
{
    enum { ASKED = 12 };
    unsigned busy = 0;
    (void)state;
    for (unsigned i = 0; i < ASKED; i++)
        assert_true(ask(i, "seven blue kettles", hash, 1000));
    assert_int_equal(passwords_patience_ms(passwords, 1000), PASSWORD_WAIT_MS);
    /* By now the first two may be done, and the next two have begun. */
    passwords_turn(passwords, 1000 + PASSWORD_WAIT_MS);
    assert_int_equal(passwords_patience_ms(passwords, 1000), -1);
    await_all(ASKED, 1000 + PASSWORD_WAIT_MS);
    for (unsigned i = 0; i < ASKED; i++) {
        assert_int_equal(asked[i].times, 1);
        busy += asked[i].result == PASSWORD_BUSY;
    }
    assert_true(busy >= ASKED - 2 * PASSWORDS_AT_ONCE);
    for (unsigned i = 0; i < PASSWORDS_AT_ONCE; i++)
        assert_int_equal(asked[i].result, PASSWORD_FITS);
}

static void so_many_wait_and_no_more_and_all_are_told_at_the_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASKED_MAX - 1; i++)
        assert_true(ask(i, "no", hash, 0));
    assert_false(ask(ASKED_MAX - 1, "no", hash, 0));
    passwords_close(&passwords);
    for (unsigned i = 0; i < ASKED_MAX - 1; i++)
        assert_int_equal(asked[i].times, 1);
    assert_int_equal(asked[ASKED_MAX - 1].times, 0);
    assert_int_equal(asked[ASKED_MAX - 2].result, PASSWORD_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_password_fits_its_own_hash_and_nobodys, begin, end),
        cmocka_unit_test_setup_teardown(what_waits_too_long_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(so_many_wait_and_no_more_and_all_are_told_at_the_end, begin, end),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
