/* test_edition.c: what is published of a period is one edition and never another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "proto/words/london.h"
#include "services/audit/report.h"
#include "services/audit/report_period.h"
#include "tests/worlds/story.h"

#define STREET CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define URGENT CONCORDAT__V1__URGENCY__URGENCY_URGENT

enum { PEOPLE = 40, SEEN = 26 };

static struct story story;
static char message[TRAIL_MESSAGE_BYTES], kept_path[sizeof story.path + 32];
static json_t *document;

static int edition_set_up(void **state)
{
    (void)state;
    story_open(&story);
    snprintf(kept_path, sizeof kept_path, "%s.published-2026-09", story.path);
    return 0;
}

static int edition_tear_down(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    remove(kept_path);
    story_close(&story);
    return 0;
}

/* Midnight in London, and an event that is of no case. */
static void begin_day(int year, int month, int day)
{
    int64_t midnight_ms = london_instant(london_day(year, month, day), 0);
    story_at(&story, (double)(midnight_ms - STORY_START_MS) / (double)STORY_MIN_MS);
    story_policy(&story);
}

/* In September so many people are referred, and none of them is seen before October. */
static void tell_september(void)
{
    story_policy(&story);
    for (uint32_t i = 1; i <= PEOPLE; i++)
        story_receive(&story, i, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    for (uint32_t i = 1; i <= PEOPLE; i++) {
        story_offer(&story, i, 1, "north");
        story_accept(&story, i, 1, "north", "");
    }
}

static void see_most(void)
{
    for (uint32_t i = 1; i <= SEEN; i++)
        story_contact(&story, i, "north", true);
}

static int ask_question(struct report_question question)
{
    json_decref(document);
    document = NULL;
    message[0] = '\0';
    return report_ask(story.path, &question, &document, message, sizeof message);
}

static int ask_period(const char *name, const char *period)
{
    struct report_question question = {.name = name};
    assert_true(report_period_read(period, &question.from_ms, &question.to_ms));
    return ask_question(question);
}

/* The report of September as it is printed, to be freed. */
static char *print_september(const char *name)
{
    assert_int_equal(ask_period(name, "2026-09"), REPORT_DONE);
    return json_dumps(document, JSON_INDENT(1));
}

static void a_month_is_published_a_week_after_its_end_and_not_before(void **state)
{
    (void)state;
    tell_september();
    assert_int_equal(ask_period("volume", "2026-09"), REPORT_WITHHELD);
    begin_day(2026, 10, 7);
    assert_int_equal(ask_period("volume", "2026-09"), REPORT_WITHHELD);
    assert_string_equal(
        message, "what was received from 1 September 2026 to 30 September 2026 is published from 8 October "
                 "2026 on, a week after that time. Until then its figures are for an inspector, with small "
                 "numbers");
    assert_int_equal(ask_question((struct report_question){.name = "volume"}), REPORT_WITHHELD);
    assert_non_null(strstr(message, "from 1 September 2026 to 30 September 2026 is published"));
    begin_day(2026, 10, 8);
    assert_int_equal(ask_period("volume", "2026-09"), REPORT_DONE);
    assert_true(json_is_false(json_object_get(document, "unsuppressed")));
    assert_true(json_is_false(json_object_get(document, "provisional")));
}

static void without_a_period_it_is_the_latest_that_is_published(void **state)
{
    (void)state;
    tell_september();
    begin_day(2026, 10, 15);
    begin_day(2026, 11, 7);
    assert_int_equal(ask_question((struct report_question){.name = "volume"}), REPORT_DONE);
    assert_string_equal(json_string_value(json_object_get(document, "firstDay")), "2026-09-01");
    begin_day(2026, 11, 8);
    assert_int_equal(ask_question((struct report_question){.name = "volume"}), REPORT_DONE);
    assert_string_equal(json_string_value(json_object_get(document, "firstDay")), "2026-10-01");
}

/* As the table of waits has it, of so many as that. */
static bool says_seen(const char *count)
{
    char row[80], *text = json_dumps(document, JSON_COMPACT);
    snprintf(row, sizeof row, "[\"community, urgent\",\"18 and over\",%s,", count);
    bool says = strstr(text, row);
    free(text);
    return says;
}

static void what_is_told_later_changes_nothing(void **state)
{
    (void)state;
    tell_september();
    begin_day(2026, 10, 8);
    char *first = print_september("national");
    see_most();
    begin_day(2027, 1, 1);
    char *later = print_september("national");
    assert_string_equal(later, first);
    assert_int_equal(remove(kept_path), 0); /* so that it is made again */
    char *again = print_september("national");
    assert_string_equal(again, first);
    assert_false(says_seen("25"));
    assert_int_equal(ask_question((struct report_question){.name = "national", .unsuppressed = true}),
                     REPORT_DONE);
    assert_true(says_seen("26"));
    free(first);
    free(later);
    free(again);
}

static void what_was_told_within_the_week_counts(void **state)
{
    (void)state;
    tell_september();
    begin_day(2026, 10, 7);
    see_most();
    begin_day(2026, 10, 8);
    assert_int_equal(ask_period("national", "2026-09"), REPORT_DONE);
    assert_true(says_seen("25"));
}

static void what_was_kept_of_another_trail_is_made_anew(void **state)
{
    (void)state;
    tell_september();
    begin_day(2026, 10, 8);
    char *first = print_september("volume");
    json_t *kept = json_load_file(kept_path, 0, NULL), *of = json_object_get(kept, "of");
    assert_non_null(of);
    static const char *const keys[] = {"chain", "definitions", "program"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *was = json_incref(json_object_get(of, keys[i]));
        json_object_set_new(of, keys[i], json_string("another"));
        json_object_clear(json_object_get(kept, "reports"));
        assert_int_equal(json_dump_file(kept, kept_path, 0), 0);
        char *anew = print_september("volume");
        assert_string_equal(anew, first);
        free(anew);
        json_object_set_new(of, keys[i], was);
    }
    json_decref(kept);
    FILE *half = fopen(kept_path, "w");
    assert_non_null(half);
    fputs("{\"of\": {", half);
    fclose(half);
    char *anew = print_september("volume");
    assert_string_equal(anew, first);
    free(anew);
    free(first);
}

static void no_other_edition_and_no_other_period_is_published(void **state)
{
    (void)state;
    tell_september();
    begin_day(2026, 10, 8);
    struct report_question question = {.name = "volume", .as_at_event = 3};
    assert_int_equal(ask_question(question), REPORT_WITHHELD);
    assert_non_null(strstr(message, "one edition, of a week after its end"));
    static const char *const others[] = {"2026-09-24", "2026-W39", "2026-Q3", "2026-H2", "2026/27"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(ask_period("volume", others[i]), REPORT_WITHHELD);
        assert_non_null(strstr(message, "published of a whole month and of no other period"));
    }
}

static void a_trail_without_events_says_so(void **state)
{
    (void)state;
    assert_int_equal(ask_question((struct report_question){.name = "volume"}), REPORT_EMPTY);
    assert_string_equal(message, "the trail has no event yet");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, edition_set_up, edition_tear_down)

/* Root looks at a trail that is its program's, whose other readers must find what was kept. */
static void what_is_kept_is_for_whom_the_trail_is(void **state)
{
    (void)state;
    struct stat about;
    tell_september();
    begin_day(2026, 10, 9);
    assert_int_equal(chmod(story.path, 0640), 0);
    bool is_root = chown(story.path, 12345, 12346) == 0;
    assert_int_equal(ask_period("volume", "2026-09"), REPORT_DONE);
    assert_int_equal(stat(kept_path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0640);
    assert_int_equal(about.st_uid, is_root ? 12345 : geteuid());
    assert_int_equal(about.st_gid, is_root ? 12346 : getegid());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_month_is_published_a_week_after_its_end_and_not_before),
        TEST(without_a_period_it_is_the_latest_that_is_published),
        TEST(what_is_told_later_changes_nothing),
        TEST(what_was_told_within_the_week_counts),
        TEST(what_was_kept_of_another_trail_is_made_anew),
        TEST(no_other_edition_and_no_other_period_is_published),
        TEST(what_is_kept_is_for_whom_the_trail_is),
        TEST(a_trail_without_events_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
