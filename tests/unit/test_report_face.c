/* test_report_face.c: what a report says of itself: its period, how far its trail goes, and what is sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "proto/words/london.h"
#include "services/audit/report.h"
#include "services/audit/report_period.h"
#include "tests/worlds/story.h"

#define STREET CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define URGENT CONCORDAT__V1__URGENCY__URGENCY_URGENT

static struct story story;
static json_t *document; /* the latest report */
static char message[TRAIL_MESSAGE_BYTES], *text;

static int face_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int face_tear_down(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    free(text);
    text = NULL;
    story_close(&story);
    return 0;
}

static int ask(const struct report_question *question, enum report_format format)
{
    size_t size = 0;
    free(text);
    text = NULL;
    message[0] = '\0';
    FILE *out = open_memstream(&text, &size);
    int result = report_run(story.path, question, format, out, message, sizeof message);
    fclose(out);
    return result;
}

static int ask_period(const char *period)
{
    struct report_question question = {.name = "volume"};
    assert_true(report_period_read(period, &question.from_ms, &question.to_ms));
    int result = ask(&question, REPORT_JSON);
    json_decref(document);
    document = json_loads(text, 0, NULL);
    return result;
}

static const char *face(const char *key)
{
    const char *said = json_string_value(json_object_get(document, key));
    return said ? said : "";
}

static json_int_t received(void)
{
    json_t *sources = json_object_get(json_array_get(json_object_get(document, "tables"), 1), "rows");
    return json_integer_value(
        json_object_get(json_array_get(sources, json_array_size(sources) - 1), "received"));
}

static double minutes_of(int64_t unix_ms)
{
    return (double)(unix_ms - STORY_START_MS) / (double)STORY_MIN_MS;
}

static void receive_at(uint32_t number, int64_t unix_ms)
{
    story_at(&story, minutes_of(unix_ms));
    story_receive(&story, number, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
}

/* 25 October 2026 has 25 hours in London. The story's clock is kept at whole milliseconds. */
static void a_day_on_which_the_clocks_change_has_all_its_hours_and_no_others(void **state)
{
    (void)state;
    int64_t midnight = london_instant(london_day(2026, 10, 25), 0), hour = INT64_C(3600000);
    receive_at(1, midnight - 1000);
    receive_at(2, midnight);
    receive_at(3, midnight + hour + 1800000);     /* 01:30, */
    receive_at(4, midnight + 2 * hour + 1800000); /* and 01:30 once more */
    receive_at(5, midnight + 25 * hour - 1000);
    receive_at(6, midnight + 25 * hour);
    assert_int_equal(ask_period("2026-10-25"), REPORT_DONE);
    assert_int_equal(received(), 4);
    assert_string_equal(face("period"), "on 25 October 2026");
    assert_string_equal(face("from"), "2026-10-24T23:00:00.000Z");
    assert_string_equal(face("to"), "2026-10-26T00:00:00.000Z");
    assert_int_equal(ask_period("2026-10"), REPORT_PROVISIONAL);
    assert_int_equal(received(), 6);
}

static void a_period_that_has_not_ended_is_printed_as_provisional(void **state)
{
    (void)state;
    story_of_a_day(&story); /* on 21 September 2026 */
    assert_int_equal(ask_period("2026-09"), REPORT_PROVISIONAL);
    assert_true(json_is_true(json_object_get(document, "provisional")));
    assert_int_equal(received(), 2);
    struct report_question question = {.name = "volume"};
    assert_true(report_period_read("2026-09", &question.from_ms, &question.to_ms));
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_PROVISIONAL);
    assert_non_null(strstr(text, "from 1 September 2026 to 30 September 2026, by the days of London"));
    assert_non_null(strstr(text, "PROVISIONAL: the period had not ended by then"));
    receive_at(9, question.to_ms);
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_DONE);
    assert_null(strstr(text, "PROVISIONAL"));
    question.to_ms = 0; /* until now: it has no end that could be wanting */
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_DONE);
}

static void a_period_of_which_the_trail_has_nothing_is_refused_and_one_without_referrals_is_not(void **state)
{
    (void)state;
    assert_int_equal(ask_period("2026-08"), REPORT_EMPTY);
    assert_non_null(strstr(message, "it has no event yet"));
    story_policy(&story); /* at 14:13 on 21 September */
    receive_at(1, london_instant(london_day(2026, 9, 22), 0));
    assert_int_equal(ask_period("2026-08"), REPORT_EMPTY);
    assert_string_equal(message,
                        "the trail has nothing from 1 August 2026 to 31 August 2026: its events are from "
                        "2026-09-21T14:13:20.000Z to 2026-09-21T23:00:00.000Z");
    assert_string_equal(text, "");
    assert_int_equal(ask_period("2026-10"), REPORT_EMPTY);
    assert_int_equal(ask_period("2026-09-21"), REPORT_DONE);
    assert_int_equal(received(), 0);
    free(text);
    text = json_dumps(json_object_get(document, "notes"), 0);
    assert_non_null(strstr(text, "no referral was received in that time"));
}

static void tell_started(const char *version)
{
    Concordat__V1__BrokerStarted what = CONCORDAT__V1__BROKER_STARTED__INIT;
    uint8_t digest[CHAIN_BYTES] = {1};
    what.version = (char *)(uintptr_t)version;
    what.state_digest = (ProtobufCBinaryData){sizeof digest, digest};
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_BROKER_STARTED;
    event.broker_started = &what;
    story_tell(&story, 0, &event);
}

static void a_trail_of_a_later_router_is_refused(void **state)
{
    (void)state;
    const struct report_question question = {.name = "times"};
    tell_started("0.0.9");
    tell_started(CONCORDAT_VERSION);
    tell_started("some build");
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_DONE);
    tell_started("0.100.0");
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_NEWER);
    assert_non_null(strstr(message, "from event 4 on the trail is of a router of version 0.100.0"));
    assert_string_equal(text, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, face_set_up, face_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_day_on_which_the_clocks_change_has_all_its_hours_and_no_others),
        TEST(a_period_that_has_not_ended_is_printed_as_provisional),
        TEST(a_period_of_which_the_trail_has_nothing_is_refused_and_one_without_referrals_is_not),
        TEST(a_trail_of_a_later_router_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
