/* test_report_custody.c: when nobody had a case, and what was altered, of which period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

static struct story story;
static const struct story_person person = {.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                           .urgency = CONCORDAT__V1__URGENCY__URGENCY_URGENT,
                                           .age = 30};

static int custody_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int custody_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

static void tell_reopened(uint32_t number)
{
    Concordat__V1__Reopened what = CONCORDAT__V1__REOPENED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    what.undone = story.state[number];
    event.what_case = CONCORDAT__V1__EVENT__WHAT_REOPENED;
    event.reopened = &what;
    event.previous = story.count;
    story.state[number] = CONCORDAT__V1__STATE__STATE_HELD;
    story_own(&story, number, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR, "duty", 100);
    story_tell(&story, number, &event);
}

/* Nobody's fault, and nobody's either. */
static void from_a_mistaken_end_to_its_reopening_nobody_had_the_case(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_at(&story, 4);
    story_withdraw(&story, 1);
    story_at(&story, 6.5);
    tell_reopened(1);
    story_at(&story, 10);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "custody", 0, 0);
    cell_is("summary", "", "unowned_s", "0.0");
    cell_is("summary", "", "ended_by_mistake_s", "150.0");
    cell_is("summary", "", "owned_s", "450.0");
    cell_is("owners", "coordinator|duty", "owned_min", "7.5");
    assert_false(report_reader_has_row("faults", "R-0001"));
    cell_is("reopened", "R-0001", "seconds", "150.000");
    assert_true(report_reader_says("verdicts", "150 seconds between a mistaken end and its reopening"));
    assert_true(report_reader_says("verdicts", "0 unowned seconds"));
}

/* They are apart by less than the column shows. */
static void owners_stand_in_the_order_of_what_they_owned_to_the_millisecond(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 2; i++) {
        story_at(&story, 100 * i);
        story_receive(&story, i, person);
        story_own(&story, i, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM, i == 1 ? "liaison" : "north", 6000);
        story_told(&story, i, CONCORDAT__V1__STATE__STATE_OFFERED);
        story_at(&story, 100 * i + (i == 1 ? 10 : 10.01));
        story_withdraw(&story, i);
    }
    char *text = report_reader_print(&story, "custody", REPORT_TEXT, 0, 0);
    const char *liaison = strstr(text, "liaison"), *north = strstr(text, "north ");
    assert_non_null(liaison);
    assert_non_null(north);
    assert_true(north < liaison);
    free(text);
}

static void what_was_altered_and_is_of_no_case_is_of_the_period_in_which_it_was_found(void **state)
{
    (void)state;
    Concordat__V1__AlterationFound what = CONCORDAT__V1__ALTERATION_FOUND__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    const int64_t edge_ms = STORY_START_MS + 10 * STORY_MIN_MS;
    what.what = CONCORDAT__V1__ALTERATION__ALTERATION_SNAPSHOT;
    what.of = 1;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_ALTERATION_FOUND;
    event.alteration_found = &what;
    story_receive(&story, 1, person);
    story_at(&story, 5);
    story_tell(&story, 0, &event);
    story_at(&story, 20);
    story_receive(&story, 2, person);
    story_at(&story, 40);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "custody", STORY_START_MS, edge_ms);
    assert_true(report_reader_has_row("altered", "snapshot"));
    report_reader_read(&story, "custody", edge_ms, edge_ms + 20 * STORY_MIN_MS);
    assert_false(report_reader_has_row("altered", "snapshot"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, custody_set_up, custody_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_a_mistaken_end_to_its_reopening_nobody_had_the_case),
        TEST(owners_stand_in_the_order_of_what_they_owned_to_the_millisecond),
        TEST(what_was_altered_and_is_of_no_case_is_of_the_period_in_which_it_was_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
