/* test_report_as_at.c: a report of an earlier moment is what was printed then, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "proto/words/london.h"
#include "services/audit/report.h"
#include "services/audit/report_csv.h"
#include "services/audit/report_period.h"
#include "services/audit/report_table.h"
#include "services/audit/verify.h"
#include "tests/worlds/story.h"

#define STREET CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define URGENT CONCORDAT__V1__URGENCY__URGENCY_URGENT

static struct story story;
static struct trail *cut; /* the same trail, which ends earlier */
static char cut_path[sizeof story.path + 8], message[TRAIL_MESSAGE_BYTES];
static json_t *document;
static int64_t october_ms;

static int as_at_set_up(void **state)
{
    (void)state;
    story_open(&story);
    october_ms = london_instant(london_day(2026, 10, 1), 0);
    return 0;
}

static int as_at_tear_down(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    if (cut) {
        trail_close(&cut);
        remove(cut_path);
    }
    story_close(&story);
    return 0;
}

/* The trail as it was when it had so many events. */
static void cut_at(uint64_t event)
{
    snprintf(cut_path, sizeof cut_path, "%s.cut", story.path);
    cut = trail_open(cut_path, message, sizeof message);
    assert_non_null(cut);
    for (uint64_t i = 0; i < event; i++) {
        const struct story_event *one = &story.events[i];
        const struct chained_event raw = {
            .body = one->body, .size = one->size, .chain = one->chain, .other = one->reduced};
        assert_int_equal(trail_append(cut, &raw, 1, message, sizeof message), TRAIL_OK);
    }
    assert_int_equal(trail_head(cut, NULL), event);
}

/* A day in September, and what comes of it in October: the held person is told to have been seen, and a case
 * is closed. Returns September's last event. */
static uint64_t tell_two_months(void)
{
    story_of_a_day(&story);
    story_policy(&story);
    uint64_t last = trail_head(story.trail, NULL);
    story_at(&story, (double)(october_ms - STORY_START_MS) / (double)STORY_MIN_MS);
    story_policy(&story);
    story_contact(&story, 2, "north", true);
    story_finish(&story, 2, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    story_receive(&story, 9, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    return last;
}

static int ask(const char *path, struct report_question question)
{
    json_decref(document);
    document = NULL;
    message[0] = '\0';
    question.unsuppressed = true;
    return report_ask(path, &question, &document, message, sizeof message);
}

/* All that can be printed of a report, one after another. */
static char *print_all(const char *path, struct report_question question)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    const struct report *report = report_find(question.name);
    if (ask(path, question) != REPORT_DONE)
        fail_msg("%s: %s", question.name, message);
    assert_true(report_table_write(document, REPORT_TEXT, out));
    assert_true(report_table_write(document, REPORT_JSON, out));
    assert_true(report_csv_write_tidy(document, true, out));
    assert_true(report_csv_write(document, REPORT_CSV_ABOUT, false, out));
    for (size_t t = 0; t < report->table_count; t++)
        assert_true(report_csv_write(document, report->tables[t].name, false, out));
    fclose(out);
    return bytes;
}

static void what_was_printed_at_the_end_of_a_month_is_printed_again(void **state)
{
    (void)state;
    size_t count, changed = 0;
    const struct report *const *reports = report_list(&count);
    cut_at(tell_two_months());
    for (size_t i = 0; i < count; i++) {
        struct report_question question = {.name = reports[i]->name,
                                           .number = reports[i]->of_one_case ? "R-0002" : NULL};
        if (!reports[i]->of_one_case)
            assert_true(report_period_read("2026-09", &question.from_ms, &question.to_ms));
        char *then = print_all(cut_path, question), *now = print_all(story.path, question);
        question.as_at_ms = october_ms;
        char *by_day = print_all(story.path, question);
        question.as_at_ms = 0;
        question.as_at_event = (int64_t)trail_head(cut, NULL);
        char *by_event = print_all(story.path, question);
        assert_string_equal(by_day, then);
        assert_string_equal(by_event, then);
        changed += strcmp(now, then) != 0;
        free(then);
        free(now);
        free(by_day);
        free(by_event);
    }
    assert_int_equal(changed, count); /* each says at least another event */
}

static void a_figure_of_then_is_not_the_figure_of_now(void **state)
{
    (void)state;
    tell_two_months();
    struct report_question question = {.name = "open", .to_ms = october_ms};
    assert_int_equal(ask(story.path, question), REPORT_DONE);
    assert_string_equal(json_string_value(json_array_get(json_object_get(document, "verdicts"), 0)),
                        "0 open, 0 without an owner");
    question.as_at_ms = october_ms;
    assert_int_equal(ask(story.path, question), REPORT_DONE);
    assert_string_equal(json_string_value(json_array_get(json_object_get(document, "verdicts"), 0)),
                        "1 open, 0 without an owner");
}

/* At every event of the story, as any of them may have been the newest when somebody asked. */
static void any_event_will_do(void **state)
{
    (void)state;
    tell_two_months();
    for (uint64_t event = 1; event <= story.count; event += 7) {
        cut_at(event);
        char *then = print_all(cut_path, (struct report_question){.name = "times"});
        char *again =
            print_all(story.path, (struct report_question){.name = "times", .as_at_event = (int64_t)event});
        assert_string_equal(again, then);
        free(then);
        free(again);
        trail_close(&cut);
        remove(cut_path);
    }
}

static void what_the_trail_does_not_reach_is_refused(void **state)
{
    (void)state;
    story_of_a_day(&story);
    int64_t newest = (int64_t)trail_head(story.trail, NULL);
    assert_int_equal(ask(story.path, (struct report_question){.name = "times", .as_at_event = newest}),
                     REPORT_DONE);
    assert_int_equal(ask(story.path, (struct report_question){.name = "times", .as_at_event = newest + 1}),
                     REPORT_EMPTY);
    assert_non_null(strstr(message, "its newest is event"));
    assert_int_equal(ask(story.path, (struct report_question){.name = "times", .as_at_ms = october_ms}),
                     REPORT_EMPTY);
    assert_non_null(strstr(message, "how the trail stood until 30 September 2026 is not known"));
    assert_int_equal(ask(story.path, (struct report_question){.name = "times", .as_at_ms = STORY_START_MS}),
                     REPORT_EMPTY);
    atomic_bool stop = true;
    assert_int_equal(
        ask(story.path, (struct report_question){.name = "times", .as_at_event = newest, .stop = &stop}),
        REPORT_STOPPED);
}

/* A verdict on the whole of a trail is one on its beginning; an altered event or an alarm casts doubt on it.
 */
static void the_verdict_of_the_trail_is_that_of_its_beginning(void **state)
{
    (void)state;
    json_t *verdict;
    struct report_question question = {.name = "times", .as_at_event = (int64_t)tell_two_months()};
    assert_int_not_equal(verify_ask(story.path, NULL, &verdict, message, sizeof message), VERIFY_FAILED);
    bool holds = json_is_true(json_object_get(verdict, "verified"));
    json_decref(verdict);
    assert_int_equal(ask(story.path, question), REPORT_DONE);
    const json_t *verified = json_object_get(document, "verified");
    assert_int_equal(json_integer_value(json_object_get(verified, "upToEvent")), question.as_at_event);
    assert_true(json_is_true(json_object_get(verified, "sameTrail")));
    assert_true(json_is_true(json_object_get(document, "altered")) == !holds);
    assert_int_equal(trail_alarm(story.trail, story.now_ms, "history has been rewritten"), TRAIL_OK);
    assert_int_equal(ask(story.path, question), REPORT_DONE);
    assert_int_equal(json_integer_value(json_object_get(document, "alarms")), 1);
    sqlite3_exec(trail_database(story.trail), "UPDATE event SET chain = zeroblob(32) WHERE seq = 2", NULL,
                 NULL, NULL);
    assert_int_equal(ask(story.path, question), REPORT_FAILED);
    assert_string_equal(message, "event 2 does not continue the chain: something was altered");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, as_at_set_up, as_at_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_printed_at_the_end_of_a_month_is_printed_again),
        TEST(a_figure_of_then_is_not_the_figure_of_now),
        TEST(any_event_will_do),
        TEST(what_the_trail_does_not_reach_is_refused),
        TEST(the_verdict_of_the_trail_is_that_of_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
