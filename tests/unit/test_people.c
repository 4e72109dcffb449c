/* The ids of people at work, and the people file that turns them into names on a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/desk/people.h"

static struct people people;
static char fault[PEOPLE_FAULT_BYTES];
static char words[PEOPLE_WORDS_BYTES];

static void read_text(const char *text)
{
    people_close(&people);
    people_read(&people, "people.txt", text, fault);
}

static int close_people(void **state)
{
    (void)state;
    people_close(&people);
    return 0;
}

static void an_id_is_small_letters_and_then_digits_and_no_name_is_one(void **state)
{
    static const char *const good[] = {"p117", "p01", "abcd12345678", "zz00"};
    static const char *const bad[] = {"",      "p",       "p1",    "117",    "Sam",       "sam",
                                      "P117",  "abcde11", "p1 17", "p117 ",  "p117x",     "p123456789",
                                      " p117", "é117",    "p-117", "p117\n", "Sam Okafor"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!person_id_is(good[i]))
            fail_msg("\"%s\" is an id", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (person_id_is(bad[i]))
            fail_msg("\"%s\" is no id", bad[i]);
}

static void a_person_is_shown_by_name_and_id(void **state)
{
    (void)state;
    read_text("# our people\n\np118 Ash O'Neil-Żak\r\n  p117\tSam Okafor  \n");
    assert_string_equal(fault, "");
    assert_string_equal(people_words(&people, "p117", words), "Sam Okafor (p117)");
    assert_string_equal(people_words(&people, "p118", words), "Ash O'Neil-Żak (p118)");
}

static void a_person_without_a_name_is_shown_by_id_and_nobody_as_not_recorded(void **state)
{
    (void)state;
    read_text("p117 Sam Okafor");
    assert_string_equal(people_words(&people, "p119", words), "p119");
    assert_string_equal(people_words(&people, "", words), "not recorded");
    assert_string_equal(people_words(NULL, "p117", words), "p117");
    read_text("");
    assert_string_equal(fault, "");
    assert_string_equal(people_words(&people, "p117", words), "p117");
}

/* The first bad line is named, and by its number: what stands in it may be anything. */
static void a_bad_line_is_named_and_hides_no_other(void **state)
{
    static const struct {
        const char *line, *says;
    } bad[] = {{"Sam Okafor", "a line begins with an id"},
               {"P117 Sam", "a line begins with an id"},
               {"p1177777777777777 Sam", "a line begins with an id"},
               {"p120", "a name follows the id"},
               {"p120 \x1b[2J", "cannot be shown"},
               {"p120 \xff", "not UTF-8"},
               {"p120 "
                "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 1",
                "longer than 80 bytes"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[300];
        snprintf(text, sizeof text, "p117 Sam Okafor\n%s\np118 Ash Oneil\n", bad[i].line);
        read_text(text);
        if (strncmp(fault, "people.txt, line 2: ", 20) != 0 || !strstr(fault, bad[i].says))
            fail_msg("of \"%s\" it says: %s", bad[i].line, fault);
        assert_null(strstr(fault, "more"));
        assert_int_equal(people.count, 2);
    }
    read_text("Sam\nAsh\np117 Sam Okafor\nKit\n");
    assert_non_null(strstr(fault, "line 1"));
    assert_non_null(strstr(fault, "; and 2 more"));
}

static void a_line_that_never_ends_is_one_bad_line(void **state)
{
    static char text[4096];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    memcpy(text + sizeof text - 17, "\np117 Sam Okafor", 17);
    read_text(text);
    assert_non_null(strstr(fault, "line 1: the line is too long"));
    assert_string_equal(people_words(&people, "p117", words), "Sam Okafor (p117)");
}

static void an_id_that_stands_there_twice_is_nobodys(void **state)
{
    (void)state;
    read_text("p117 Sam Okafor\np118 Ash Oneil\np117 Kit Marsh\n");
    assert_string_equal(fault, "people.txt: p117 stands there twice");
    assert_string_equal(people_words(&people, "p117", words), "p117");
    assert_string_equal(people_words(&people, "p118", words), "Ash Oneil (p118)");
}

static void all_the_people_of_a_region_are_found(void **state)
{
    static char text[PEOPLE_MAX * 24 + 64];
    size_t used = 0;
    (void)state;
    for (int i = PEOPLE_MAX; i-- > 0;)
        used += (size_t)snprintf(text + used, sizeof text - used, "p%05d Person %d\n", i, i);
    read_text(text);
    assert_string_equal(fault, "");
    assert_string_equal(people_words(&people, "p00000", words), "Person 0 (p00000)");
    assert_string_equal(people_words(&people, "p19999", words), "Person 19999 (p19999)");
    snprintf(text + used, sizeof text - used, "q00000 One More\n");
    read_text(text);
    assert_non_null(strstr(fault, "line 20001: there are more people than 20000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_small_letters_and_then_digits_and_no_name_is_one),
        cmocka_unit_test_teardown(a_person_is_shown_by_name_and_id, close_people),
        cmocka_unit_test_teardown(a_person_without_a_name_is_shown_by_id_and_nobody_as_not_recorded,
                                  close_people),
        cmocka_unit_test_teardown(a_bad_line_is_named_and_hides_no_other, close_people),
        cmocka_unit_test_teardown(a_line_that_never_ends_is_one_bad_line, close_people),
        cmocka_unit_test_teardown(an_id_that_stands_there_twice_is_nobodys, close_people),
        cmocka_unit_test_teardown(all_the_people_of_a_region_are_found, close_people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
