/* The days of last sign-ins and of last uses of tokens: kept across starts, and not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/last_use.h"
#include "services/gateway/limits.h"
#include "services/gateway/whole_file.h"
#include "tests/worlds/folder.h"

static char folder[FOLDER_PATH_BYTES], message[400];
static struct last_uses *last;

static int begin(void **state)
{
    (void)state;
    return folder_make(folder, "last_use");
}

static int end(void **state)
{
    (void)state;
    last_uses_close(&last);
    return folder_remove(folder);
}

static bool open_again(void)
{
    last_uses_close(&last);
    last = last_uses_open(folder_file(folder, "people"), message, sizeof message);
    return last;
}

static void a_day_is_kept_for_people_and_tokens(void **state)
{
    (void)state;
    assert_true(open_again());
    assert_int_equal(last_use_day(last, "p117"), LAST_USE_NEVER);
    assert_true(last_use_note(last, "p117", 20000));
    assert_true(last_use_note(last, "t-0123456789", 20001));
    assert_true(last_use_note(last, "p09", 20002));
    assert_true(last_use_note(last, "p117", 20003));
    assert_true(open_again());
    assert_int_equal(last_use_day(last, "p117"), 20003);
    assert_int_equal(last_use_day(last, "t-0123456789"), 20001);
    assert_int_equal(last_use_day(last, "p09"), 20002);
    assert_int_equal(last_use_day(last, "t-0123456780"), LAST_USE_NEVER);
}

/* Tokens are drawn anew several times a year, so their rows would fill the file. */
static void a_token_that_must_have_ended_goes_and_a_person_stays(void **state)
{
    (void)state;
    assert_true(open_again());
    assert_true(last_use_note(last, "p117", 20000));
    assert_true(last_use_note(last, "t-0123456789", 20000));
    assert_true(last_use_note(last, "t-00000000aa", 20000 + ACCESS_DAYS_MAX));
    assert_int_equal(last_use_day(last, "t-0123456789"), 20000);
    assert_true(last_use_note(last, "t-00000000bb", 20001 + ACCESS_DAYS_MAX));
    assert_true(open_again());
    assert_int_equal(last_use_day(last, "t-0123456789"), LAST_USE_NEVER);
    assert_int_equal(last_use_day(last, "t-00000000aa"), 20000 + ACCESS_DAYS_MAX);
    assert_int_equal(last_use_day(last, "p117"), 20000);
}

static void a_file_that_is_not_as_it_was_written_is_refused(void **state)
{
    static const char *const bad[] = {"t-012345678 1\n", "t-0123456789a 1\n", "t-012345678G 1\n",
                                      "t-0123456789\n",  "t-0123456789 -1\n", "p117 1\np09 1\n",
                                      "P117 1\n",        "concordat_x 1\n"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(whole_file_write(folder_file(folder, "people.last"), bad[i], strlen(bad[i])));
        if (open_again())
            fail_msg("it was read: %s", bad[i]);
        assert_non_null(strstr(message, "Mend it, or delete it"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_is_kept_for_people_and_tokens, begin, end),
        cmocka_unit_test_setup_teardown(a_token_that_must_have_ended_goes_and_a_person_stays, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_as_it_was_written_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
