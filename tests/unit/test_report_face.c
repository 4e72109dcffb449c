/* test_report_face.c: what a report says of itself: its period, how far its trail goes, and what is sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "proto/words/london.h"
#include "services/audit/report.h"
#include "services/audit/report_period.h"
#include "services/audit/verify.h"
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
    struct report_question question = {.name = "volume", .unsuppressed = true};
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
    struct report_question question = {.name = "volume", .unsuppressed = true};
    assert_true(report_period_read("2026-09", &question.from_ms, &question.to_ms));
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_PROVISIONAL);
    assert_non_null(strstr(text, "from 1 September 2026 to 30 September 2026, by the days of London"));
    assert_non_null(strstr(text, "PROVISIONAL: the period had not ended by then"));
    receive_at(8, question.to_ms - 1);
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_PROVISIONAL);
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
    const struct report_question question = {.name = "times", .unsuppressed = true};
    tell_started("0.0.9");
    tell_started(CONCORDAT_VERSION);
    tell_started("some build");
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_DONE);
    tell_started("0.100.0");
    assert_int_equal(ask(&question, REPORT_TEXT), REPORT_NEWER);
    assert_non_null(strstr(message, "from event 4 on the trail is of a router of version 0.100.0"));
    assert_string_equal(text, "");
}

/* ---- how far the trail goes, and what is known of it ---- */

static int ask_times(void)
{
    int result = ask(&(struct report_question){.name = "times", .unsuppressed = true}, REPORT_JSON);
    json_decref(document);
    document = json_loads(text, 0, NULL);
    return result;
}

static bool is_said(const char *sentence)
{
    ask(&(struct report_question){.name = "times", .unsuppressed = true}, REPORT_TEXT);
    return strstr(text, sentence) != NULL;
}

static void verify(void)
{
    json_t *verdict;
    if (verify_ask(story.path, NULL, &verdict, message, sizeof message) == VERIFY_FAILED)
        fail_msg("%s", message);
    assert_null(json_object_get(verdict, "not_kept"));
    json_decref(verdict);
}

/* Somebody with write access to the file. */
static void alter(const char *sql)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_changes(database) > 0);
    sqlite3_close(database);
}

static void every_report_has_the_number_and_the_chain_value_of_the_newest_event(void **state)
{
    (void)state;
    char hex[2 * CHAIN_BYTES + 1];
    uint8_t chain[CHAIN_BYTES];
    assert_int_equal(ask_times(), REPORT_DONE);
    assert_int_equal(json_integer_value(json_object_get(document, "event")), 0);
    assert_true(json_is_null(json_object_get(document, "chain")));
    story_of_a_day(&story);
    for (int more = 0; more < 2; more++) {
        uint64_t head = trail_head(story.trail, chain);
        sodium_bin2hex(hex, sizeof hex, chain, sizeof chain);
        assert_int_equal(ask_times(), REPORT_DONE);
        assert_int_equal(json_integer_value(json_object_get(document, "event")), head);
        assert_string_equal(face("chain"), hex);
        assert_string_equal(face("policy"),
                            story_ask(&story, "SELECT digest FROM policy ORDER BY seq DESC LIMIT 1"));
        assert_true(is_said(hex));
        story_told(&story, 2, CONCORDAT__V1__STATE__STATE_TAKEN);
    }
}

static void a_report_says_how_far_its_trail_was_verified_and_no_more(void **state)
{
    (void)state;
    char sentence[128];
    story_of_a_day(&story);
    assert_int_equal(ask_times(), REPORT_DONE);
    assert_true(json_is_null(json_object_get(document, "verified")));
    assert_true(is_said("not verified: no verdict"));
    uint64_t head = trail_head(story.trail, NULL);
    verify();
    story_told(&story, 2, CONCORDAT__V1__STATE__STATE_TAKEN);
    assert_int_equal(ask_times(), REPORT_DONE);
    const json_t *verified = json_object_get(document, "verified");
    assert_int_equal(json_integer_value(json_object_get(verified, "upToEvent")), head);
    assert_int_equal(json_integer_value(json_object_get(document, "event")), head + 1);
    snprintf(sentence, sizeof sentence, "verified on %s up to event %d\n",
             json_string_value(json_object_get(verified, "at")), (int)head);
    assert_true(is_said(sentence));
}

static void a_trail_that_is_not_the_verified_one_is_printed_as_altered(void **state)
{
    (void)state;
    story_of_a_day(&story);
    verify();
    alter("UPDATE event SET chain = zeroblob(32) WHERE seq = (SELECT max(seq) FROM event)");
    assert_int_equal(ask_times(), REPORT_ALTERED);
    assert_true(is_said("is not the one that was verified on"));
}

static void a_trail_that_did_not_hold_is_printed_as_altered(void **state)
{
    (void)state;
    story_of_a_day(&story);
    alter("UPDATE offer SET reason = 'too far' WHERE reason IS NOT NULL");
    assert_int_equal(ask_times(), REPORT_DONE); /* a report alone cannot see it, and does not claim to */
    assert_true(is_said("not verified"));
    verify();
    assert_int_equal(ask_times(), REPORT_ALTERED);
    assert_true(is_said("ALTERED: it did not hold when it was verified on"));
}

static void an_alarm_in_the_trail_is_said_without_a_verdict(void **state)
{
    (void)state;
    story_of_a_day(&story);
    assert_int_equal(trail_alarm(story.trail, story.now_ms, "history has been rewritten"), TRAIL_OK);
    assert_int_equal(ask_times(), REPORT_ALTERED);
    assert_true(is_said("ALTERED: 1 alarms of concordat-audit stand in this trail"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, face_set_up, face_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_day_on_which_the_clocks_change_has_all_its_hours_and_no_others),
        TEST(a_period_that_has_not_ended_is_printed_as_provisional),
        TEST(a_period_of_which_the_trail_has_nothing_is_refused_and_one_without_referrals_is_not),
        TEST(a_trail_of_a_later_router_is_refused),
        TEST(every_report_has_the_number_and_the_chain_value_of_the_newest_event),
        TEST(a_report_says_how_far_its_trail_was_verified_and_no_more),
        TEST(a_trail_that_is_not_the_verified_one_is_printed_as_altered),
        TEST(a_trail_that_did_not_hold_is_printed_as_altered),
        TEST(an_alarm_in_the_trail_is_said_without_a_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
