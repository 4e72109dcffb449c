/* test_verify_replay.c: P8: verify finds an event that does not follow by the router's own rules, though
 * everything else about the trail holds; and says so if it could not ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "broker/record/replay.h"
#include "services/audit/trail.h"
#include "services/audit/verify.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/routed_day.h"

static struct stage *day;
static char folder[FOLDER_PATH_BYTES], trail_path[96], program_path[96];
static json_t *verdict; /* of the latest run */

static int open_routed_day(void **state)
{
    (void)state;
    day = routed_day();
    assert_int_equal(folder_make(folder, "verify"), 0);
    snprintf(trail_path, sizeof trail_path, "%s/trail.db", folder);
    snprintf(program_path, sizeof program_path, "%s/concordat-replay", folder);
    setenv("PATH", REPLAY_FOLDER, 1);
    return 0;
}

static int close_routed_day(void **state)
{
    (void)state;
    stage_close(&day);
    json_decref(verdict);
    verdict = NULL;
    return folder_remove(folder);
}

/* An auditor who has followed from the first event has this trail. */
static void follow_the_day(void)
{
    char message[TRAIL_MESSAGE_BYTES];
    struct trail *trail = trail_open(trail_path, message, sizeof message);
    assert_non_null(trail);
    for (size_t i = 0; i < day->store.count; i++) {
        const struct stored *stored = &day->store.events[i];
        const struct chained_event event = {stored->body, stored->size, stored->chain, stored->reduced};
        if (trail_append(trail, &event, 1, message, sizeof message) != TRAIL_OK)
            fail_msg("%s", message);
    }
    trail_close(&trail);
}

static int verify_the_trail(void)
{
    char *bytes = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    int result = verify_run(trail_path, out, true, message, sizeof message);
    fclose(out);
    json_decref(verdict);
    verdict = json_loadb(bytes, size, 0, NULL);
    free(bytes);
    assert_non_null(verdict);
    return result;
}

static const json_t *said_of_replay(const char *key)
{
    return json_object_get(json_object_get(verdict, "replay"), key);
}

static void P8_a_day_that_was_routed_follows_by_the_routers_own_rules(void **state)
{
    (void)state;
    uint8_t digest[STATE_DIGEST_BYTES];
    char hex[2 * STATE_DIGEST_BYTES + 1];
    follow_the_day();
    assert_int_equal(verify_the_trail(), VERIFY_HOLDS);
    assert_true(json_is_true(said_of_replay("ran")));
    assert_int_equal(json_integer_value(said_of_replay("events")), day->store.count);
    replay_digest(broker_state(day->broker), digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    assert_string_equal(json_string_value(said_of_replay("state_digest")), hex);
}

static void begin_from_another_state(Concordat__V1__Event *event)
{
    event->broker_started->state_digest.data[5] ^= 1;
}

static void P6_a_router_that_began_from_another_state_is_found_by_the_replay_alone(void **state)
{
    (void)state;
    uint64_t seq = routed_find(day, CONCORDAT__V1__EVENT__WHAT_BROKER_STARTED, 2);
    char text[128];
    routed_alter(day, seq, begin_from_another_state);
    follow_the_day();
    assert_int_equal(verify_the_trail(), VERIFY_FINDINGS);
    assert_int_equal(json_integer_value(json_object_get(verdict, "finding_count")), 1);
    const json_t *finding = json_array_get(json_object_get(verdict, "findings"), 0);
    snprintf(text, sizeof text, "event %llu: the router began from a state that its ledger does not give",
             (unsigned long long)seq);
    assert_string_equal(json_string_value(json_object_get(finding, "check")), "state");
    assert_string_equal(json_string_value(json_object_get(finding, "text")), text);
    assert_int_equal(json_integer_value(said_of_replay("events")), day->store.count);
}

static void promise_more_time(Concordat__V1__Event *event)
{
    event->owner->act_by_ms += MINUTES(5);
}

static void P8_an_owner_that_does_not_follow_is_found_by_the_replay_alone(void **state)
{
    (void)state;
    uint64_t seq = routed_find(day, CONCORDAT__V1__EVENT__WHAT_OFFERED, 1);
    char text[64];
    routed_alter(day, seq, promise_more_time);
    follow_the_day();
    assert_int_equal(verify_the_trail(), VERIFY_FINDINGS);
    assert_int_equal(json_integer_value(json_object_get(verdict, "finding_count")), 1);
    const json_t *finding = json_array_get(json_object_get(verdict, "findings"), 0);
    snprintf(text, sizeof text, "event %llu does not follow", (unsigned long long)seq);
    assert_string_equal(json_string_value(json_object_get(finding, "check")), "replay");
    assert_string_equal(json_string_value(json_object_get(finding, "referral")), "R-0001");
    assert_non_null(strstr(json_string_value(json_object_get(finding, "text")), text));
    assert_int_equal(json_integer_value(said_of_replay("events")), seq - 1);
    setenv("PATH", "/nonexistent", 1);
    assert_int_equal(verify_the_trail(), VERIFY_HOLDS);
}

static void without_the_program_the_trail_is_verified_and_the_gap_is_said(void **state)
{
    (void)state;
    char text[4096] = "", message[TRAIL_MESSAGE_BYTES] = "";
    setenv("PATH", "/nonexistent", 1);
    follow_the_day();
    assert_int_equal(verify_the_trail(), VERIFY_HOLDS);
    assert_true(json_is_false(said_of_replay("ran")));
    assert_string_equal(json_string_value(said_of_replay("why")), "concordat-replay is not installed");
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_int_equal(verify_run(trail_path, out, false, message, sizeof message), VERIFY_HOLDS);
    fclose(out);
    assert_non_null(strstr(text, "not run: concordat-replay is not installed"));
    assert_non_null(strstr(text, "trail verified"));
}

/* Programs of that name that do not do its work. */
static const struct {
    const char *script, *why;
} bad_programs[] = {
    {"exit 101", "ended with code 101"},
    {"exit 0", "gave no verdict"},
    {"kill -9 $$", "ended by signal 9"},
    {"echo '{\"follows\":true, \"events\":1, \"chain\":\"00\", \"state_digest\":\"00\"}'", "gave no verdict"},
    {"echo '{\"follows\":false, \"contradiction\":null}'; exit 1", "gave no verdict"},
    {"echo 'not installed properly'; exit 1", "gave no verdict"},
};

static void a_program_that_does_not_do_its_work_is_no_verdict_on_the_trail(void **state)
{
    (void)state;
    follow_the_day();
    setenv("PATH", folder, 1);
    for (size_t i = 0; i < sizeof bad_programs / sizeof bad_programs[0]; i++) {
        FILE *program = fopen(program_path, "w");
        assert_non_null(program);
        fprintf(program, "#!/bin/sh\n%s\n", bad_programs[i].script);
        assert_int_equal(fchmod(fileno(program), 0700), 0);
        assert_int_equal(fclose(program), 0);
        assert_int_equal(verify_the_trail(), VERIFY_HOLDS);
        assert_true(json_is_false(said_of_replay("ran")));
        if (!strstr(json_string_value(said_of_replay("why")), bad_programs[i].why))
            fail_msg("%s: %s", bad_programs[i].script, json_string_value(said_of_replay("why")));
    }
}

#define OF_A_ROUTED_DAY(test) cmocka_unit_test_setup_teardown(test, open_routed_day, close_routed_day)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_A_ROUTED_DAY(P8_a_day_that_was_routed_follows_by_the_routers_own_rules),
        OF_A_ROUTED_DAY(P6_a_router_that_began_from_another_state_is_found_by_the_replay_alone),
        OF_A_ROUTED_DAY(P8_an_owner_that_does_not_follow_is_found_by_the_replay_alone),
        OF_A_ROUTED_DAY(without_the_program_the_trail_is_verified_and_the_gap_is_said),
        OF_A_ROUTED_DAY(a_program_that_does_not_do_its_work_is_no_verdict_on_the_trail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
