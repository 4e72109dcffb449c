/* Text: people's names are taken in every script, and what is shown has nothing in it that cannot be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/utf8.h"

static void P11_peoples_names_are_taken_as_they_are_written(void **state)
{
    (void)state;
    static char *names[] = {"Zoë O'Brien-Núñez",
                            "D’Arcy Łukasz Øyvind",
                            "مريم عبد الله",
                            "יעל בת־שבע",
                            "王小明",
                            "葛\U000e0100城",
                            "김민준",
                            "Nguyễn Thị Ánh",
                            "Nguye\u0302\u0303n",
                            "علی\u200cرضا",
                            "ශ්\u200dරී",
                            "അവന്\u200d",
                            "Ольга",
                            "ʻAlohilani"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char shown[64];
        if (!utf8_is_text(names[i], strlen(names[i]), false))
            fail_msg("%s is refused", names[i]);
        snprintf(shown, sizeof shown, "%s", names[i]);
        utf8_clean(shown);
        assert_string_equal(shown, names[i]);
    }
}

static void what_is_shown_has_nothing_hidden_and_a_mark_for_each_control_character(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"", ""},
        {"two\nlines", "two\nlines"},
        {"\ufeffNorth\u202emoor\u2069\u200b", "Northmoor"},
        {"a\u200c\u200db", "ab"},
        {"\033[2J\ttab\a\x7f", "?[2J?tab??"},
        {"\xc2\x9b\x9b\xe2\x80", "????"},
        {"caf\xc3", "caf?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", rows[i].text);
        utf8_clean(text);
        assert_string_equal(text, rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P11_peoples_names_are_taken_as_they_are_written),
        cmocka_unit_test(what_is_shown_has_nothing_hidden_and_a_mark_for_each_control_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
