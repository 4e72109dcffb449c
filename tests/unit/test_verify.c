/* test_verify.c: P2 and P8 by the trail's own proof: custody tiles, and no byte can change unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "services/audit/trail_schema.h"
#include "services/audit/verify.h"
#include "tests/worlds/chained.h"
#include "tests/worlds/story.h"

static struct story story;

static int open_story(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int close_story(void **state)
{
    (void)state;
    story_close(&story);
    return 0;
}

static json_t *verdict; /* of the latest run */

static int verify_story(void)
{
    char *bytes = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    int result = verify_run(story.path, out, true, message, sizeof message);
    fclose(out);
    json_decref(verdict);
    verdict = json_loadb(bytes, size, 0, NULL);
    free(bytes);
    assert_true(result == VERIFY_HOLDS || result == VERIFY_FINDINGS);
    assert_true((result == VERIFY_HOLDS) == json_is_true(json_object_get(verdict, "verified")));
    return result;
}

static bool was_found(const char *check, const char *referral, const char *text)
{
    size_t at;
    json_t *finding;
    json_array_foreach (json_object_get(verdict, "findings"), at, finding)
        if (strcmp(json_string_value(json_object_get(finding, "check")), check) == 0 &&
            strcmp(json_string_value(json_object_get(finding, "referral")), referral) == 0 &&
            strstr(json_string_value(json_object_get(finding, "text")), text))
            return true;
    return false;
}

static void change_trail(const char *sql)
{
    sqlite3 *database = NULL;
    char *error = NULL;
    assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
    if (sqlite3_exec(database, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    sqlite3_close(database);
}

static void an_untouched_trail_verifies_with_0_unowned_seconds(void **state)
{
    (void)state;
    story_of_a_day(&story);
    assert_int_equal(verify_story(), VERIFY_HOLDS);
    assert_int_equal(json_integer_value(json_object_get(verdict, "events")), (json_int_t)story.count);
    assert_int_equal(json_integer_value(json_object_get(verdict, "referrals")), 3);
    assert_int_equal(json_integer_value(json_object_get(verdict, "decisions")), 5);
    assert_true(json_number_value(json_object_get(verdict, "unowned_s")) <= 0.0);
}

static void the_verdict_reads_as_text(void **state)
{
    (void)state;
    story_of_a_day(&story);
    char text[4096] = "", message[TRAIL_MESSAGE_BYTES] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_int_equal(verify_run(story.path, out, false, message, sizeof message), VERIFY_HOLDS);
    fclose(out);
    assert_non_null(strstr(text, "0 unowned seconds"));
    assert_non_null(strstr(text, "trail verified"));
}

static void an_empty_trail_verifies_and_a_missing_one_does_not(void **state)
{
    (void)state;
    assert_int_equal(verify_story(), VERIFY_HOLDS);
    char message[TRAIL_MESSAGE_BYTES] = "";
    assert_int_equal(verify_run("/nonexistent/trail.db", stderr, false, message, sizeof message),
                     VERIFY_FAILED);
    assert_string_not_equal(message, "");
}

static void a_trail_with_alarms_in_it_does_not_verify_and_each_is_told(void **state)
{
    (void)state;
    story_of_a_day(&story);
    assert_int_equal(trail_alarm(story.trail, STORY_START_MS, "history has been rewritten"), TRAIL_OK);
    assert_int_equal(trail_alarm(story.trail, STORY_START_MS + 1500, "history has been cut short"), TRAIL_OK);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_int_equal(json_integer_value(json_object_get(verdict, "finding_count")), 2);
    assert_true(was_found("alarm", "-", "2026-09-21T14:13:20.000Z: history has been rewritten"));
    assert_true(was_found("alarm", "-", "2026-09-21T14:13:21.500Z: history has been cut short"));
}

/* ---- tampering ---- */

/* Changes one stored value: one byte of a blob, the last letter of a text, a number by a thousand. */
static void flip_value(sqlite3 *database, const char *table, int64_t row, const char *column, int byte)
{
    char *sql = sqlite3_mprintf(
        "UPDATE %s SET %s = CASE typeof(%s) WHEN 'integer' THEN %s + 1000 WHEN 'blob' THEN"
        " CAST(substr(%s, 1, %d) || (CASE substr(%s, %d, 1) WHEN x'00' THEN x'01' ELSE x'00' END) ||"
        " substr(%s, %d) AS BLOB) WHEN 'text' THEN substr(%s, 1, length(%s) - 1) ||"
        " (CASE substr(%s, -1) WHEN '.' THEN ',' ELSE '.' END) ELSE 1 END WHERE rowid = %lld",
        table, column, column, column, column, byte, column, byte + 1, column, byte + 2, column, column,
        column, row);
    char *error = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    assert_int_equal(sqlite3_changes(database), 1);
    sqlite3_free(sql);
}

static int64_t ask_integer(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

/* Puts back the trail that keep_trail has kept, so that each change starts from what was true. */
static void restore_trail(const void *bytes, size_t size)
{
    FILE *file = fopen(story.path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void *keep_trail(size_t *size)
{
    story_close_trail(&story); /* the last to close moves the log into the file */
    FILE *file = fopen(story.path, "rb");
    assert_non_null(file);
    static unsigned char bytes[1 << 20];
    *size = fread(bytes, 1, sizeof bytes, file);
    assert_true(*size > 0 && *size < sizeof bytes);
    fclose(file);
    return bytes;
}

static void any_byte_of_any_stored_event_is_found(void **state)
{
    (void)state;
    story_receive(&story, 1, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_at(&story, 4);
    story_finish(&story, 1, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    size_t size, tried = 0;
    const void *kept = keep_trail(&size);
    for (size_t row = 1; row <= story.count; row++) {
        size_t body_size = story.events[row - 1].size;
        for (size_t byte = 0; byte < body_size + CHAIN_BYTES; byte++, tried++) {
            restore_trail(kept, size);
            sqlite3 *database = NULL;
            assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
            bool chain = byte >= body_size;
            flip_value(database, "event", (int64_t)row, chain ? "chain" : "body",
                       (int)(chain ? byte - body_size : byte));
            sqlite3_close(database);
            assert_int_equal(verify_story(), VERIFY_FINDINGS);
        }
    }
    assert_true(tried > 200);
}

/* Changes every value of one column, one after the other, and asks verify each time. */
static size_t try_column(const char *table, const char *column, int64_t rows, const void *kept, size_t size)
{
    for (int64_t row = 0; row < rows; row++) {
        char sql[128];
        restore_trail(kept, size);
        sqlite3 *database = NULL;
        assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
        snprintf(sql, sizeof sql, "SELECT rowid FROM %s LIMIT 1 OFFSET %d", table, (int)row);
        flip_value(database, table, ask_integer(database, sql), column, 0);
        sqlite3_close(database);
        if (verify_story() != VERIFY_FINDINGS)
            fail_msg("not found: %s.%s of row %d", table, column, (int)row + 1);
    }
    return (size_t)rows;
}

static void any_value_of_any_row_of_any_table_is_found(void **state)
{
    (void)state;
    story_of_a_day(&story);
    story_cover(&story, 60, CONCORDAT__V1__COVER_REASON__COVER_REASON_ASKED);
    story_set_hold(&story, 1, true);
    story_set_hold(&story, 1, false);
    story_erase(&story, 1, "p117", "p204");
    size_t size, tried = 0;
    const void *kept = keep_trail(&size);
    sqlite3 *whole = NULL;
    assert_int_equal(sqlite3_open(":memory:", &whole), SQLITE_OK);
    assert_int_equal(trail_schema_create(whole), SQLITE_OK);
    for (const char *const *table = trail_schema_derived; *table; table++) {
        char sql[128];
        sqlite3 *database = NULL;
        sqlite3_stmt *statement = NULL;
        restore_trail(kept, size);
        assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", *table);
        int64_t rows = ask_integer(database, sql);
        sqlite3_close(database);
        snprintf(sql, sizeof sql, "SELECT * FROM %s", *table);
        assert_int_equal(sqlite3_prepare_v2(whole, sql, -1, &statement, NULL), SQLITE_OK);
        for (int column = 0; column < sqlite3_column_count(statement); column++)
            tried += try_column(*table, sqlite3_column_name(statement, column), rows, kept, size);
        sqlite3_finalize(statement);
    }
    sqlite3_close(whole);
    assert_true(tried > 400);
    restore_trail(kept, size);
    assert_int_equal(verify_story(), VERIFY_HOLDS);
}

static void rows_dropped_added_or_reordered_and_texts_cut_are_found(void **state)
{
    (void)state;
    story_of_a_day(&story);
    size_t size;
    const void *kept = keep_trail(&size);
    static const char *const changes[] = {
        "DELETE FROM event WHERE seq = 1",
        "DELETE FROM event WHERE seq = 5",
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", /* the tables remember it */
        "UPDATE event SET seq = seq + 1000 WHERE seq = (SELECT max(seq) FROM event)",
        "UPDATE event SET seq = 1000 WHERE seq = 4; UPDATE event SET seq = 4 WHERE seq = 5;"
        " UPDATE event SET seq = 5 WHERE seq = 1000",
        "INSERT INTO event SELECT seq + 1, at_ms, kind, referral, actor, actor_device, person, person_role, body, chain, other FROM event ORDER BY seq DESC "
        "LIMIT 1",
        "DELETE FROM referral WHERE number = 'R-0002'",
        "DELETE FROM finding WHERE rowid = 1",
        "UPDATE offer SET team = team || '.' WHERE rowid = 1",
        "UPDATE offer SET team = substr(team, 1, length(team) - 1) WHERE rowid = 1",
        "INSERT INTO breach SELECT seq + 1, referral, at_ms, clock, standard, due_at_ms FROM breach",
        "DROP TABLE breach",
        "DROP INDEX referral_received",
        "DROP VIEW custody_fault; CREATE VIEW custody_fault AS SELECT 1 AS referral, 'gap' AS fault, 0 AS "
        "from_ms,"
        " 0 AS to_ms WHERE 0",
        "CREATE TRIGGER quiet AFTER INSERT ON offer BEGIN DELETE FROM offer; END",
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        restore_trail(kept, size);
        assert_int_equal(verify_story(), VERIFY_HOLDS);
        change_trail(changes[i]);
        if (verify_story() != VERIFY_FINDINGS)
            fail_msg("not found: %s", changes[i]);
        restore_trail(kept, size);
    }
}

static void a_rewritten_chain_without_its_tables_is_found(void **state)
{
    (void)state;
    story_of_a_day(&story);
    story_close_trail(&story);
    /* The last event is forged whole, chain and all; only the plain tables tell. */
    struct story_event *last = &story.events[story.count - 1];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    uint8_t chain[CHAIN_BYTES], reduced[CHAIN_BYTES];
    Concordat__V1__Event *event = concordat__v1__event__unpack(NULL, last->size, last->body);
    event->closed->outcome = CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE;
    concordat__v1__event__pack(event, last->body);
    concordat__v1__event__free_unpacked(event, NULL);
    chained_full(story.events[story.count - 2].chain, last->body, last->size, reduced, chain);
    assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            database,
            "UPDATE event SET body = ?1, chain = ?2, other = ?3 WHERE seq = (SELECT max(seq) FROM event)", -1,
            &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_blob(statement, 1, last->body, (int)last->size, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, chain, sizeof chain, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 3, reduced, sizeof reduced, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("tables", "-", "table referral"));
}

/* ---- what must hold of a history ---- */

static void P2_a_custody_gap_is_found_and_named(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_at(&story, 2);
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED, "", 0);
    story_told(&story, 7, CONCORDAT__V1__STATE__STATE_OFFERED);
    story_at(&story, 2.5);
    story_offer(&story, 7, 1, "north");
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("custody", "R-0007", "nobody owned it for 30.000 s from 2026-09-21T14:15:20.000Z"));
    assert_true(json_number_value(json_object_get(verdict, "unowned_s")) > 29.9);
}

static void P2_being_unowned_right_now_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED, "", 0);
    story_told(&story, 7, CONCORDAT__V1__STATE__STATE_OFFERED);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("custody", "R-0007", "nobody owned it"));
}

static void P2_being_owned_after_the_end_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_finish(&story, 7, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    story_at(&story, 1);
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM, "north", 10);
    story_told(&story, 7, CONCORDAT__V1__STATE__STATE_CLOSED);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("custody", "R-0007", "owned twice over"));
}

static void P2_an_owner_without_a_time_to_act_by_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM, "north", 0);
    story_told(&story, 7, CONCORDAT__V1__STATE__STATE_OFFERED);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("owner named", "R-0007", "time to act by"));
}

static void P3_two_live_offers_are_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_offer(&story, 7, 1, "north");
    story_offer(&story, 7, 2, "south");
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(
        was_found("one live offer", "R-0007", "offer 2 to south was made while offer 1 to north was live"));
}

static void P3_two_acceptances_at_a_time_are_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_offer(&story, 7, 1, "north");
    story_accept(&story, 7, 1, "north", "");
    story_offer(&story, 7, 2, "south");
    story_accept(&story, 7, 2, "south", "");
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("one acceptance", "R-0007", "south accepted while north held it"));
}

static void P3_accepting_an_expired_offer_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_offer(&story, 7, 1, "north");
    story_at(&story, 10);
    story_end_offer(&story, 7, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_EXPIRED, 0);
    story_accept(&story, 7, 1, "north", "");
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("accepted what was offered", "R-0007", "north accepted"));
}

static void P4_an_offer_that_outlives_its_referral_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_offer(&story, 7, 1, "north");
    story_withdraw(&story, 7);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("every offer ends", "R-0007", "offer 1 to north"));
}

static void P7_a_decision_without_findings_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    Concordat__V1__Offered what = CONCORDAT__V1__OFFERED__INIT;
    what.attempt = 1;
    what.team = (char[]){"north"};
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_OFFERED;
    event.offered = &what;
    story_tell(&story, 7, &event);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("decision explained", "R-0007", "does not say what was found"));
}

static void P7_a_hold_without_findings_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    Concordat__V1__Held what = CONCORDAT__V1__HELD__INIT;
    what.reason = CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ALL_FULL;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_HELD;
    event.held = &what;
    story_tell(&story, 7, &event);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("hold explained", "R-0007", "(all full) does not say"));
}

static void P7_a_hold_after_a_team_chosen_by_hand_needs_no_findings(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    Concordat__V1__Offered offered = CONCORDAT__V1__OFFERED__INIT;
    offered.attempt = 1;
    offered.team = (char[]){"north"};
    offered.assigned = true;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_OFFERED;
    event.offered = &offered;
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM, "north", 10);
    story_tell(&story, 7, &event);
    story_end_offer(&story, 7, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_EXPIRED, 0);
    Concordat__V1__Held held = CONCORDAT__V1__HELD__INIT;
    held.reason = CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ASSIGNED_NOT_TAKEN;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_HELD;
    event.held = &held;
    story_tell(&story, 7, &event);
    assert_int_equal(verify_story(), VERIFY_HOLDS);
}

static void a_finding_without_a_code_is_found(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    Concordat__V1__Considered team = CONCORDAT__V1__CONSIDERED__INIT, *teams[] = {&team};
    team.team = (char[]){"north"};
    Concordat__V1__Held what = CONCORDAT__V1__HELD__INIT;
    what.reason = CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ALL_FULL;
    what.n_considered = 1;
    what.considered = teams;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_HELD;
    event.held = &what;
    story_tell(&story, 7, &event);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("finding coded", "R-0007", "no finding of north"));
}

static void an_event_of_a_referral_never_received_is_found(void **state)
{
    (void)state;
    story_withdraw(&story, 7);
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("received first", "-", "event 1 (withdrawn)"));
}

/* Case 8 was reopened between its ends. */
static void a_referral_that_ended_twice_is_found(void **state)
{
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__Reopened what = CONCORDAT__V1__REOPENED__INIT;
    (void)state;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_REOPENED;
    event.reopened = &what;
    for (uint32_t number = 7; number <= 8; number++) {
        story_receive(&story, number, (struct story_person){.source = 1, .urgency = 2, .age = 40});
        story_withdraw(&story, number);
        if (number == 8)
            story_tell(&story, number, &event);
        story_finish(&story, number, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    }
    assert_int_equal(verify_story(), VERIFY_FINDINGS);
    assert_true(was_found("ended once", "R-0007", "ended 2 times"));
    assert_false(was_found("ended once", "R-0008", "ended"));
}

/* A story in which case 7 is erased, as it may be or not. */
static int verify_erased(bool ended, bool held, const char *second, int times)
{
    story_receive(&story, 7, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    if (ended)
        story_withdraw(&story, 7);
    story_set_hold(&story, 7, true);
    if (!held)
        story_set_hold(&story, 7, false);
    for (int i = 0; i < times; i++)
        story_erase(&story, 7, "p117", second);
    return verify_story();
}

static void an_erasure_and_a_hold_are_counted_and_the_trail_verifies(void **state)
{
    (void)state;
    story_receive(&story, 8, (struct story_person){.source = 1, .urgency = 2, .age = 40});
    story_set_hold(&story, 8, true);
    assert_int_equal(verify_erased(true, false, "p204", 1), VERIFY_HOLDS);
    assert_int_equal(json_integer_value(json_object_get(verdict, "erased")), 1);
    assert_int_equal(json_integer_value(json_object_get(verdict, "on_hold")), 1);
    assert_string_equal(story_ask(&story, "SELECT count(erased_at_ms) FROM referral"), "1");
}

static void an_erasure_before_the_end_of_its_case_is_found(void **state)
{
    (void)state;
    assert_int_equal(verify_erased(false, false, "p204", 1), VERIFY_FINDINGS);
    assert_true(was_found("erased rightly", "R-0007", "before its end"));
}

static void an_erasure_under_a_hold_is_found(void **state)
{
    (void)state;
    assert_int_equal(verify_erased(true, true, "p204", 1), VERIFY_FINDINGS);
    assert_true(was_found("erased rightly", "R-0007", "under a hold"));
}

static void an_erasure_by_one_person_alone_is_found(void **state)
{
    (void)state;
    assert_int_equal(verify_erased(true, false, "p117", 1), VERIFY_FINDINGS);
    assert_true(was_found("erased rightly", "R-0007", "on the word of one person alone"));
}

static void a_second_erasure_is_found(void **state)
{
    (void)state;
    assert_int_equal(verify_erased(true, false, "p204", 2), VERIFY_FINDINGS);
    assert_true(was_found("erased rightly", "R-0007", "a second time"));
}

static int forget_verdict(void **state)
{
    (void)state;
    json_decref(verdict);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_story, close_story)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_untouched_trail_verifies_with_0_unowned_seconds),
        TEST(the_verdict_reads_as_text),
        TEST(an_empty_trail_verifies_and_a_missing_one_does_not),
        TEST(a_trail_with_alarms_in_it_does_not_verify_and_each_is_told),
        TEST(any_byte_of_any_stored_event_is_found),
        TEST(any_value_of_any_row_of_any_table_is_found),
        TEST(rows_dropped_added_or_reordered_and_texts_cut_are_found),
        TEST(a_rewritten_chain_without_its_tables_is_found),
        TEST(P2_a_custody_gap_is_found_and_named),
        TEST(P2_being_unowned_right_now_is_found),
        TEST(P2_being_owned_after_the_end_is_found),
        TEST(P2_an_owner_without_a_time_to_act_by_is_found),
        TEST(P3_two_live_offers_are_found),
        TEST(P3_two_acceptances_at_a_time_are_found),
        TEST(P3_accepting_an_expired_offer_is_found),
        TEST(P4_an_offer_that_outlives_its_referral_is_found),
        TEST(P7_a_decision_without_findings_is_found),
        TEST(P7_a_hold_without_findings_is_found),
        TEST(P7_a_hold_after_a_team_chosen_by_hand_needs_no_findings),
        TEST(a_finding_without_a_code_is_found),
        TEST(an_event_of_a_referral_never_received_is_found),
        TEST(a_referral_that_ended_twice_is_found),
        TEST(an_erasure_and_a_hold_are_counted_and_the_trail_verifies),
        TEST(an_erasure_before_the_end_of_its_case_is_found),
        TEST(an_erasure_under_a_hold_is_found),
        TEST(an_erasure_by_one_person_alone_is_found),
        TEST(a_second_erasure_is_found),
    };
    /* A story does not follow by the router's rules, so that verify must not find the program that asks. */
    setenv("PATH", "/nonexistent", 1);
    return cmocka_run_group_tests(tests, NULL, forget_verdict);
}
