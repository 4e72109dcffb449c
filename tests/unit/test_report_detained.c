/* test_report_detained.c: who counts as detained, for how long, where first, and when the police left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define URGENT      CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define SECTION_136 CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136
#define STEP(name)  CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name
#define STATE(name) CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_##name
#define PLACE(name) CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_##name

static struct story story;
static const struct story_person person = {.source = STREET, .urgency = URGENT, .age = 17};

static int detained_set_up(void **state)
{
    (void)state;
    story_open(&story);
    story_receive(&story, 1, person);
    return 0;
}

static int detained_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

/* An entry in the history of a detention, and what follows from it. Times are minutes after the start. */
struct entry {
    Concordat__V1__DetentionStep step;
    Concordat__V1__DetentionState state;
    Concordat__V1__PlaceOfSafety place;
    Concordat__V1__DetentionEnd end;
    double occurred_min;
    double started_min; /* of the hours; with starts */
    bool starts, from_referral, child;
    uint32_t grounds, extension_min; /* so many of the three grounds, in their order */
    double more_min;                 /* that the hours have by an extension */
};

static int64_t at_min(double minutes)
{
    return STORY_START_MS + (int64_t)(minutes * (double)STORY_MIN_MS);
}

static void tell_entry(struct entry entry)
{
    Concordat__V1__Flag found[] = {CONCORDAT__V1__FLAG__FLAG_UNDER_18_AT_POLICE_STATION};
    Concordat__V1__StationGround grounds[] = {
        CONCORDAT__V1__STATION_GROUND__STATION_GROUND_IMMINENT_RISK,
        CONCORDAT__V1__STATION_GROUND__STATION_GROUND_NO_OTHER_PLACE,
        CONCORDAT__V1__STATION_GROUND__STATION_GROUND_HEALTH_PROFESSIONAL};
    Concordat__V1__Instant occurred = CONCORDAT__V1__INSTANT__INIT;
    Concordat__V1__DetentionNoted what = CONCORDAT__V1__DETENTION_NOTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    occurred.unix_ms = at_min(entry.occurred_min);
    occurred.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    what.step = entry.step;
    what.state = entry.state;
    what.place = entry.place;
    what.end = entry.end;
    what.occurred = &occurred;
    what.power = entry.step == STEP(USED) ? SECTION_136 : 0;
    what.from_referral = entry.from_referral;
    what.started_ms = entry.starts ? at_min(entry.started_min) : 0;
    what.until_ms = entry.starts ? at_min(entry.started_min + 1440 + entry.more_min) : 0;
    what.n_grounds = entry.grounds;
    what.grounds = grounds;
    what.minutes = entry.extension_min;
    what.extension_reason =
        entry.extension_min ? CONCORDAT__V1__EXTENSION_REASON__EXTENSION_REASON_CONDITION : 0;
    what.n_found = entry.child;
    what.found = found;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_DETENTION_NOTED;
    event.detention_noted = &what;
    story_tell(&story, 1, &event);
}

static void tell_used(double minutes)
{
    tell_entry((struct entry){.step = STEP(USED), .state = STATE(USED), .occurred_min = minutes});
}

static void tell_arrived(double minutes, Concordat__V1__PlaceOfSafety place, double started_min)
{
    tell_entry((struct entry){.step = STEP(ARRIVED),
                              .state = STATE(HELD),
                              .place = place,
                              .occurred_min = minutes,
                              .starts = true,
                              .started_min = started_min});
}

/* After an arrival at the start. */
static void tell_then(Concordat__V1__DetentionStep step, Concordat__V1__DetentionState state, double minutes)
{
    tell_entry((struct entry){
        .step = step,
        .state = state,
        .end = step == STEP(ENDED) ? CONCORDAT__V1__DETENTION_END__DETENTION_END_NONE_NEEDED : 0,
        .occurred_min = minutes,
        .starts = true});
}

static void read_at(double minutes)
{
    story_at(&story, minutes);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "section136", 0, 0);
}

static void who_is_only_on_the_way_has_not_arrived(void **state)
{
    (void)state;
    tell_used(0);
    tell_entry((struct entry){.step = STEP(GOING),
                              .state = STATE(USED),
                              .place = PLACE(POLICE_STATION),
                              .occurred_min = 5,
                              .child = true});
    read_at(10);
    assert_false(report_reader_has_row("place", "police station"));
    cell_is("summary", "under 18 at a police station", "count", "0");
    tell_arrived(20, PLACE(HEALTH_BASED), 20);
    read_at(30);
    cell_is("place", "health based", "people", "1");
    tell_arrived(40, PLACE(POLICE_STATION), 20);
    tell_entry((struct entry){.step = STEP(NOTED),
                              .state = STATE(HELD),
                              .occurred_min = 50,
                              .child = true,
                              .starts = true,
                              .started_min = 20});
    read_at(60);
    cell_is("summary", "under 18 at a police station", "count", "1");
    cell_is("summary", "under 18 at the receipt", "count", "1");
}

/* As the clock does. */
static void the_first_end_stands_until_the_power_is_used_again(void **state)
{
    (void)state;
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    tell_then(STEP(ENDED), STATE(ENDED), 1440);
    tell_then(STEP(ENDED), STATE(ENDED), 1500);
    read_at(2000);
    cell_is("summary", "held for more than 24 hours", "count", "0");
    cell_is("summary", "held beyond their hours", "count", "0");
    tell_then(STEP(USED), STATE(USED), 2000);
    tell_arrived(2010, PLACE(HEALTH_BASED), 0);
    read_at(2010);
    cell_is("summary", "held for more than 24 hours", "count", "0"); /* free meanwhile */
    cell_is("summary", "held beyond their hours", "count", "1");     /* which run from the first arrival */
    read_at(2011);
    cell_is("summary", "held for more than 24 hours", "count", "1");
}

static void a_use_that_never_was_is_left_out_and_a_later_one_is_counted(void **state)
{
    (void)state;
    tell_used(0);
    tell_arrived(0, PLACE(POLICE_STATION), 0);
    tell_entry((struct entry){.step = STEP(ENDED),
                              .state = STATE(ENDED),
                              .end = CONCORDAT__V1__DETENTION_END__DETENTION_END_NEVER_DETAINED,
                              .occurred_min = 10,
                              .starts = true});
    read_at(20);
    cell_is("summary", "people detained under section 136", "count", "0");
    assert_false(report_reader_has_row("station", "northmoor"));
    tell_then(STEP(USED), STATE(USED), 3000);
    tell_arrived(3010, PLACE(HEALTH_BASED), 0);
    read_at(3100);
    cell_is("summary", "people detained under section 136", "count", "1");
    cell_is("summary", "held for more than 24 hours", "count", "0");
    cell_is("summary", "held beyond their hours", "count", "0");
    cell_is("place", "health based", "people", "1");
}

static void who_escaped_is_not_held(void **state)
{
    (void)state;
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    tell_then(STEP(ESCAPED), STATE(AWAY), 60);
    read_at(3000);
    cell_is("summary", "escaped", "count", "1");
    cell_is("summary", "escaped, and not back", "count", "1");
    cell_is("summary", "held for more than 24 hours", "count", "0");
    cell_is("summary", "held beyond their hours", "count", "0");
    tell_arrived(3000, PLACE(HEALTH_BASED), 0); /* an hour before, and from now on */
    read_at(3000 + 1380);
    cell_is("summary", "escaped, and not back", "count", "0");
    cell_is("summary", "held for more than 24 hours", "count", "0");
    cell_is("summary", "held beyond their hours", "count", "1");
    read_at(3000 + 1381);
    cell_is("summary", "held for more than 24 hours", "count", "1");
}

static void the_police_left_when_it_was_said_first_unless_an_update_corrects_it(void **state)
{
    (void)state;
    struct entry left = {
        .step = STEP(POLICE_LEFT), .state = STATE(HELD), .starts = true, .from_referral = true};
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    left.occurred_min = 30;
    tell_entry(left);
    left.occurred_min = 70; /* the update */
    tell_entry(left);
    read_at(100);
    cell_is("summary", "handover by the police took more than 60 min", "count", "1");
    left.from_referral = false;
    left.occurred_min = 50;
    tell_entry(left);
    left.occurred_min = 90; /* told again by somebody */
    tell_entry(left);
    read_at(101);
    cell_is("summary", "handover by the police took more than 60 min", "count", "0");
}

/* No form takes "not known" as an answer to these. */
static void what_nobody_said_is_not_recorded_and_not_called_not_known(void **state)
{
    (void)state;
    tell_used(0);
    read_at(10);
    cell_is("transport", "not recorded", "people", "1");
    cell_is("place", "not recorded", "people", "1");
}

/* How it ended is the first end of the last use. */
static void a_detention_that_began_again_has_not_ended(void **state)
{
    (void)state;
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    tell_then(STEP(ENDED), STATE(ENDED), 100);
    read_at(200);
    cell_is("ended", "none needed", "people", "1");
    tell_then(STEP(USED), STATE(USED), 200);
    read_at(300);
    cell_is("ended", "not ended", "people", "1");
    assert_false(report_reader_has_row("ended", "none needed"));
}

static void an_extension_that_gave_no_hours_is_recorded_all_the_same(void **state)
{
    (void)state;
    struct entry extended = {
        .step = STEP(EXTENDED), .state = STATE(HELD), .starts = true, .extension_min = 60};
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    extended.occurred_min = 1500; /* too late */
    tell_entry(extended);
    read_at(1510);
    cell_is("summary", "extension recorded", "count", "1");
    cell_is("summary", "has more than 24 hours by an extension", "count", "0");
    cell_is("extensions", "condition", "people", "1");
    extended.more_min = 60;
    tell_entry(extended);
    read_at(1520);
    cell_is("extensions", "condition", "people", "1");
    cell_is("summary", "has more than 24 hours by an extension", "count", "1");
}

static void a_police_station_after_a_suite_is_in_its_grounds_and_in_the_table_of_organisations(void **state)
{
    (void)state;
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    tell_arrived(60, PLACE(POLICE_STATION), 0);
    tell_entry((struct entry){.step = STEP(STATION_AUTHORISED),
                              .state = STATE(HELD),
                              .starts = true,
                              .occurred_min = 61,
                              .grounds = 2});
    read_at(70);
    cell_is("place", "health based", "people", "1");
    cell_is("station_grounds", "at a police station at any time", "people", "1");
    cell_is("station_grounds", "all three grounds recorded", "people", "0");
    cell_is("station_grounds", "imminent risk", "people", "1");
    cell_is("station_grounds", "no other place", "people", "1");
    cell_is("station_grounds", "a health professional", "people", "0");
    cell_is("organisations", "ZZ9", "at_a_police_station", "1");
    cell_is("organisations", "all", "transport_not_recorded", "1");
    cell_is("organisations", "all", "under_18", "1");
    tell_entry((struct entry){.step = STEP(STATION_AUTHORISED),
                              .state = STATE(HELD),
                              .starts = true,
                              .occurred_min = 62,
                              .grounds = 3});
    read_at(80);
    cell_is("station_grounds", "all three grounds recorded", "people", "1");
}

static void people_detained_are_told_apart_by_sex_and_by_ethnic_group(void **state)
{
    (void)state;
    tell_used(0);
    tell_arrived(0, PLACE(HEALTH_BASED), 0);
    tell_then(STEP(POLICE_LEFT), STATE(HELD), 90);
    read_at(100);
    cell_is("sexes", "female", "under_18", "1");
    cell_is("sexes", "all", "people", "1");
    cell_is("ethnic_groups", "Asian", "by_whom_not_recorded", "1");
    cell_is("ethnic_categories", "H|Asian", "people", "1");
    cell_is("police_time", "health based", "hours", "1.5");
    cell_is("police_time", "all", "median_min", "90.0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, detained_set_up, detained_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_detention_that_began_again_has_not_ended),
        TEST(an_extension_that_gave_no_hours_is_recorded_all_the_same),
        TEST(a_police_station_after_a_suite_is_in_its_grounds_and_in_the_table_of_organisations),
        TEST(people_detained_are_told_apart_by_sex_and_by_ethnic_group),
        TEST(what_nobody_said_is_not_recorded_and_not_called_not_known),
        TEST(who_is_only_on_the_way_has_not_arrived),
        TEST(the_first_end_stands_until_the_power_is_used_again),
        TEST(a_use_that_never_was_is_left_out_and_a_later_one_is_counted),
        TEST(who_escaped_is_not_held),
        TEST(the_police_left_when_it_was_said_first_unless_an_update_corrects_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
