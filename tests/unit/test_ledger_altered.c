/* test_ledger_altered.c: P8: an altered ledger is found, and a file that is not our ledger is neither read
 * nor touched. */
#include "tests/worlds/ledger_fixture.h"

#include <sodium.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/ledger/sqlite/ledger_file.h"

/* Each is done to a ledger of 30 events by somebody who has first dropped the triggers. */
static const struct {
    const char *what, *sql;
} alterations[] = {
    {"a body changed", "UPDATE event SET body = x'00' WHERE seq = 10"},
    {"the first body changed", "UPDATE event SET body = x'00' WHERE seq = 1"},
    {"the last body changed", "UPDATE event SET body = x'00' WHERE seq = 30"},
    {"a chain value changed", "UPDATE event SET chain = zeroblob(32) WHERE seq = 10"},
    {"the digest of a reduced form changed", "UPDATE event SET reduced = zeroblob(32) WHERE seq = 10"},
    {"an event dropped", "DELETE FROM event WHERE seq = 10"},
    {"the first event dropped", "DELETE FROM event WHERE seq = 1"},
    {"the last event dropped", "DELETE FROM event WHERE seq = 30"},
    {"everything dropped", "DELETE FROM event"},
    {"an event added",
     "INSERT INTO event SELECT 31, at_ms, kind, referral, chain, reduced, body FROM event WHERE seq = 3"},
    {"an event added before the first",
     "INSERT INTO event SELECT -1, at_ms, kind, referral, chain, reduced, body FROM event WHERE seq = 3"},
    {"two events exchanged",
     "UPDATE event SET seq = 100 WHERE seq = 10; UPDATE event SET seq = 10 WHERE seq = 20;"
     "UPDATE event SET seq = 20 WHERE seq = 100"},
    {"an event dropped and the rest moved up",
     "DELETE FROM event WHERE seq = 10; UPDATE event SET seq = seq - 1 WHERE seq > 10"},
};

static void test_p8_an_altered_dropped_added_or_moved_event_is_found(void **state)
{
    for (size_t i = 0; i < sizeof alterations / sizeof alterations[0]; i++) {
        struct ledger *ledger = fixture_open();
        assert_int_equal(fixture_append(ledger, 1, 30), LEDGER_OK);
        assert_int_equal(fixture_meddle("DROP TRIGGER event_in_order; DROP TRIGGER event_not_changed;"
                                        "DROP TRIGGER event_not_removed"),
                         SQLITE_OK);
        assert_int_equal(fixture_meddle(alterations[i].sql), SQLITE_OK);
        uint64_t seen = 0;
        enum ledger_status status = ledger_read(ledger, 0, 1000, fixture_count_event, &seen);
        if (status != LEDGER_CORRUPT || !strstr(ledger_message(ledger), "event "))
            fail_msg("not found: %s", alterations[i].what);
        ledger_close(&ledger);
        fixture_expect_refused(LEDGER_CORRUPT, "event");
        fixture_remove_folder(state);
        fixture_make_folder(state);
    }
}

static void test_p8_an_event_that_the_writer_did_not_write_is_found_though_it_fits_the_chain(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 3), LEDGER_OK);
    uint8_t chain[CHAIN_BYTES];
    uint8_t digest[CHAIN_BYTES];
    char hex[2 * CHAIN_BYTES + 1], digest_hex[2 * CHAIN_BYTES + 1], sql[512];
    ledger_head(ledger, chain);
    chain_digest((const uint8_t *)"forged", 6, digest);
    chain_next(chain, digest, digest, chain);
    sodium_bin2hex(digest_hex, sizeof digest_hex, digest, sizeof digest);
    sodium_bin2hex(hex, sizeof hex, chain, sizeof chain);
    snprintf(sql, sizeof sql,
             "INSERT INTO event VALUES(4, 0, 20, NULL, x'%s', x'%s', CAST('forged' AS BLOB))", hex,
             digest_hex);
    assert_int_equal(fixture_meddle(sql), SQLITE_OK);
    uint64_t seen = 0;
    assert_int_equal(ledger_read(ledger, 0, 1000, fixture_count_event, &seen), LEDGER_CORRUPT);
    assert_int_equal(seen, 3);
    ledger_close(&ledger);
}

static void test_p8_an_alteration_near_the_end_is_found_on_opening(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    for (uint64_t first = 1; first <= 2000; first += 50)
        assert_int_equal(fixture_append(ledger, first, 50), LEDGER_OK);
    ledger_close(&ledger);
    static const char triggers_back[] = "CREATE TRIGGER event_not_changed BEFORE UPDATE ON event "
                                        "BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END";
    char sql[512];
    snprintf(sql, sizeof sql,
             "DROP TRIGGER event_not_changed; UPDATE event SET body=x'00' WHERE seq=1500; %s", triggers_back);
    assert_int_equal(fixture_meddle(sql), SQLITE_OK);
    fixture_expect_refused(LEDGER_CORRUPT, "event 1500");
}

static void test_p8_a_dropped_trigger_is_found_on_opening(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    ledger_close(&ledger);
    assert_int_equal(fixture_meddle("DROP TRIGGER event_not_removed"), SQLITE_OK);
    fixture_expect_refused(LEDGER_CORRUPT, "event_not_removed");
}

static const char *const forbidden[] = {
    "UPDATE event SET body = x'00' WHERE seq = 2",
    "DELETE FROM event WHERE seq = 2",
    "DELETE FROM event",
    "INSERT OR REPLACE INTO event SELECT 2, at_ms, kind, referral, chain, reduced, body FROM event WHERE seq = 1",
    "INSERT INTO event SELECT 9, at_ms, kind, referral, chain, reduced, body FROM event WHERE seq = 1",
    "UPDATE sealed SET body = x'00'",
    "INSERT OR REPLACE INTO sealed VALUES(3, x'00')",
    "DELETE FROM sealed",
};

static void test_p8_sql_cannot_change_or_remove_an_event(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 3), LEDGER_OK);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        if (fixture_meddle(forbidden[i]) != SQLITE_CONSTRAINT)
            fail_msg("done: %s", forbidden[i]);
    assert_int_equal(
        fixture_meddle(
            "PRAGMA recursive_triggers=ON; "
            "INSERT OR REPLACE INTO event SELECT 2, at_ms, kind, referral, chain, reduced, body FROM event "
            "WHERE seq = 1"),
        SQLITE_CONSTRAINT);
    fixture_expect_events(ledger, 3);
    ledger_close(&ledger);
}

static void test_p8_the_writers_own_connection_can_only_add(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 3), LEDGER_OK);
    ledger_close(&ledger);
    enum ledger_status status;
    struct incoming incoming = {0};
    sqlite3 *db = ledger_file_open(path, &incoming, &status, message, sizeof message);
    assert_non_null(db);
    static const char *const denied[] = {
        "UPDATE event SET kind = 1",
        "DELETE FROM event",
        "DELETE FROM sealed",
        "DROP TABLE event",
        "DROP TRIGGER event_not_changed",
        "ALTER TABLE event RENAME TO other",
        "CREATE TABLE other(a)",
        "PRAGMA writable_schema=ON",
        "PRAGMA recursive_triggers=OFF",
        "DELETE FROM sqlite_schema",
        "UPDATE sqlite_schema SET sql=''",
        "INSERT INTO meta VALUES('a', 'b')",
        "ATTACH ':memory:' AS other",
        "CREATE INDEX other ON event(kind)",
        "CREATE TEMP TRIGGER other AFTER INSERT ON event BEGIN SELECT 1; END",
    };
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++)
        if (sqlite3_exec(db, denied[i], NULL, NULL, NULL) == SQLITE_OK)
            fail_msg("allowed: %s (%s)", denied[i], sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_p1_a_table_in_place_of_what_is_stored_is_noticed(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 3), LEDGER_OK);
    assert_int_equal(
        fixture_meddle("CREATE TABLE Incoming(seq, at_ms, kind, referral, chain, reduced, body, sealed)"),
        SQLITE_OK);
    assert_int_equal(fixture_append(ledger, 4, 2), LEDGER_UNKNOWN);
    assert_non_null(strstr(ledger_message(ledger), "not all of it was stored"));
    ledger_close(&ledger);
    fixture_expect_refused(LEDGER_CORRUPT, "a table incoming");
    assert_int_equal(fixture_meddle("DROP TABLE incoming"), SQLITE_OK);
    ledger = fixture_open();
    fixture_expect_events(ledger, 3);
    ledger_close(&ledger);
}

static void test_another_version_is_refused_and_left_alone(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    ledger_close(&ledger);
    assert_int_equal(fixture_meddle("PRAGMA user_version=2"), SQLITE_OK);
    fixture_expect_refused(LEDGER_OTHER_VERSION, "version 2");
    assert_int_equal(fixture_meddle("PRAGMA user_version=1"), SQLITE_OK);
    ledger = fixture_open();
    ledger_close(&ledger);
}

static void write_ledger_file(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void test_what_is_not_a_ledger_is_refused_and_left_alone(void **state)
{
    (void)state;
    write_ledger_file("a list", 6);
    fixture_expect_refused(LEDGER_OTHER_VERSION, "not a ledger");
    assert_int_equal(fixture_size(""), 6);
    uint8_t noise[100000];
    randombytes_buf(noise, sizeof noise);
    write_ledger_file(noise, sizeof noise);
    fixture_expect_refused(LEDGER_OTHER_VERSION, "not a ledger");
    assert_int_equal(fixture_size(""), 100000);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fixture_meddle("CREATE TABLE other(a)"), SQLITE_OK);
    fixture_expect_refused(LEDGER_OTHER_VERSION, "not a ledger");
    snprintf(address, sizeof address, "%s/missing/ledger.db", folder);
    fixture_expect_refused(LEDGER_UNKNOWN, "No such file");
}

static void test_only_its_owner_can_read_the_files(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 3), LEDGER_OK);
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < 4; i++) {
        char name[300];
        struct stat about;
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        assert_int_equal(stat(name, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
    }
    ledger_close(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_p8_an_altered_dropped_added_or_moved_event_is_found),
        IN_A_FOLDER(test_p8_an_event_that_the_writer_did_not_write_is_found_though_it_fits_the_chain),
        IN_A_FOLDER(test_p8_an_alteration_near_the_end_is_found_on_opening),
        IN_A_FOLDER(test_p8_a_dropped_trigger_is_found_on_opening),
        IN_A_FOLDER(test_p8_sql_cannot_change_or_remove_an_event),
        IN_A_FOLDER(test_p8_the_writers_own_connection_can_only_add),
        IN_A_FOLDER(test_p1_a_table_in_place_of_what_is_stored_is_noticed),
        IN_A_FOLDER(test_another_version_is_refused_and_left_alone),
        IN_A_FOLDER(test_what_is_not_a_ledger_is_refused_and_left_alone),
        IN_A_FOLDER(test_only_its_owner_can_read_the_files),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("ledger altered", tests, NULL, NULL);
}
