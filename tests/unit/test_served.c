/* test_served.c: a ledger on servers: what their faults and settings lead to, with a server and its standby.
 * Nothing that was answered with LEDGER_OK is ever missing; whatever else happens ends in a reason. */
#include <errno.h>
#include <libpq-fe.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/ledger_reader.h"
#include "broker/ledger/postgres/servers.h"
#include "broker/seals/seals_served.h"
#include "tests/worlds/ledger_fixture.h"
#include "tests/worlds/postgres_world.h"

static struct postgres_world world;

static int begin_world(void **state)
{
    (void)state;
    postgres_world_begin(&world, true);
    return sodium_init() < 0;
}

static int end_world(void **state)
{
    (void)state;
    postgres_world_end(&world);
    return 0;
}

static int make_ledger(void **state)
{
    (void)state;
    postgres_world_make_ledger(&world, address, sizeof address);
    return 0;
}

#define ON_SERVERS(test) cmocka_unit_test_setup(test, make_ledger)

/* --- who may write ---------------------------------------------------------------------------------- */

/* What another router might have done meanwhile, and what the router that led before gets then. */
static const char *const begun_by_another[] = {
    "INSERT INTO event SELECT 6, at_ms, kind, referral, chain, reduced, body FROM event WHERE seq = 5",
    "ALTER TABLE event DISABLE TRIGGER ALL; UPDATE event SET chain = reduced WHERE seq = 5; "
    "ALTER TABLE event ENABLE TRIGGER ALL",
    "ALTER TABLE event DISABLE TRIGGER ALL; ALTER TABLE sealed DISABLE TRIGGER ALL; DELETE FROM sealed; "
    "DELETE FROM event WHERE seq = 5; ALTER TABLE event ENABLE TRIGGER ALL; ALTER TABLE sealed ENABLE TRIGGER ALL",
};

static void test_p1_nothing_is_stored_behind_another_event_than_the_writer_believes(void **state)
{
    for (size_t i = 0; i < sizeof begun_by_another / sizeof begun_by_another[0]; i++) {
        make_ledger(state);
        struct ledger *ledger = fixture_open();
        assert_int_equal(fixture_append(ledger, 1, 5), LEDGER_OK);
        postgres_world_run(&world, begun_by_another[i]);
        assert_int_equal(fixture_append(ledger, 6, 3), LEDGER_FENCED);
        assert_non_null(strstr(ledger_message(ledger), "another router leads"));
        assert_int_equal(fixture_append(ledger, 9, 1), LEDGER_UNKNOWN);
        ledger_close(&ledger);
        postgres_world_run(&world, "SELECT 1 / (count(*) = 0)::int FROM event WHERE seq > 6");
    }
}

static void test_p1_a_pulse_after_another_has_begun_says_so(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(ledger_write(ledger, NULL, 0), LEDGER_OK); /* the claim is fresh */
    assert_false(ledger_is_syncing(ledger));
    assert_int_equal(ledger_sync(ledger), LEDGER_OK);
    usleep((LEDGER_PULSE_MS + 50) * 1000); /* the time is what is promised */
    assert_int_equal(ledger_append(ledger, NULL, 0), LEDGER_OK);
    postgres_world_run(&world, "SELECT 1 / (clock_timestamp() - at < '1 s')::int FROM pulse");
    postgres_world_run(&world, "UPDATE pulse SET epoch = epoch + 1");
    usleep((LEDGER_PULSE_MS + 50) * 1000);
    assert_int_equal(ledger_append(ledger, NULL, 0), LEDGER_FENCED);
    ledger_close(&ledger);
}

static void test_each_start_is_a_claim(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct ledger *ledger = fixture_open();
        ledger_close(&ledger);
    }
    postgres_world_run(
        &world, "SELECT 1 / (count(*) = 3 AND max(epoch) = (SELECT epoch FROM pulse))::int FROM writer");
}

/* --- an answer that never comes, or that says less than it seems ------------------------------------- */

static void signal_standby(int which)
{
    char pid_path[256];
    long pid = 0;
    snprintf(pid_path, sizeof pid_path, "%s/b/data/postmaster.pid", world.folder);
    FILE *file = fopen(pid_path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &pid), 1);
    fclose(file);
    char command[128];
    snprintf(command, sizeof command, "kill -%d %ld $(cat /proc/%ld/task/*/children)", which, pid, pid);
    assert_int_equal(system(command), 0);
}

static void test_p1_without_the_standby_nothing_is_acknowledged(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 5), LEDGER_OK);
    signal_standby(SIGSTOP);
    enum ledger_status status = fixture_append(ledger, 6, 2);
    signal_standby(SIGCONT);
    assert_int_equal(status, LEDGER_UNKNOWN);
    assert_non_null(strstr(ledger_message(ledger), "no answer"));
    ledger_close(&ledger);
    ledger = fixture_open(); /* it claims, so what it reads is on both */
    uint64_t found = fixture_head(ledger);
    assert_true(found == 5 || found == 7);
    fixture_expect_events(ledger, found);
    ledger_close(&ledger);
}

static size_t fixture_bodies(struct ledger_event events[2])
{
    static const uint8_t body[] = "an event", reduced[CHAIN_BYTES];
    for (uint64_t i = 0; i < 2; i++)
        events[i] = (struct ledger_event){.seq = 6 + i,
                                          .at_ms = 1700000000001,
                                          .kind = 20,
                                          .body = body,
                                          .body_size = sizeof body,
                                          .reduced = reduced,
                                          .sealed = i ? body : NULL,
                                          .sealed_size = i ? sizeof body : 0};
    return 2;
}

static void test_p1_a_commit_whose_waiting_was_cancelled_is_not_believed(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    struct ledger_event events[2];
    assert_int_equal(fixture_append(ledger, 1, 5), LEDGER_OK);
    signal_standby(SIGSTOP);
    assert_int_equal(ledger_write(ledger, events, fixture_bodies(events)), LEDGER_OK);
    postgres_world_run(
        &world, "DO $$BEGIN FOR i IN 1..200 LOOP "
                "PERFORM pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'; "
                "EXIT WHEN FOUND; PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END$$");
    enum ledger_status status = ledger_sync(ledger);
    signal_standby(SIGCONT);
    assert_int_equal(status, LEDGER_UNKNOWN);
    assert_non_null(strstr(ledger_message(ledger), "canceling wait for synchronous replication"));
    ledger_close(&ledger);
}

static void test_what_is_on_its_way_can_be_read(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    struct ledger_event events[2];
    uint8_t chain[CHAIN_BYTES], last[CHAIN_BYTES], buffer[16];
    size_t size = 0;
    uint64_t seen = 0;
    assert_int_equal(fixture_append(ledger, 1, 5), LEDGER_OK);
    signal_standby(SIGSTOP);
    assert_int_equal(ledger_write(ledger, events, fixture_bodies(events)), LEDGER_OK);
    assert_true(ledger_is_syncing(ledger));
    assert_int_equal(ledger_head(ledger, last), 7);
    assert_int_equal(ledger_read(ledger, 5, 10, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 2);
    assert_int_equal(ledger_read(ledger, 6, 10, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 3);
    assert_int_equal(ledger_chain_at(ledger, 7, chain), LEDGER_OK);
    assert_memory_equal(chain, last, sizeof chain);
    assert_int_equal(ledger_sealed(ledger, 6, buffer, sizeof buffer, &size), LEDGER_NOT_FOUND);
    assert_int_equal(ledger_sealed(ledger, 7, buffer, sizeof buffer, &size), LEDGER_OK);
    assert_int_equal(size, events[1].sealed_size);
    signal_standby(SIGCONT);
    assert_int_equal(ledger_sync(ledger), LEDGER_OK);
    assert_int_equal(ledger_chain_at(ledger, 7, chain), LEDGER_OK);
    assert_memory_equal(chain, last, sizeof chain);
    ledger_close(&ledger);
}

static void test_a_connection_that_an_administrator_ends_is_noticed_though_nothing_is_written(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    postgres_world_run(&world, "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE "
                               "datname = current_database() AND usename = 'concordat_broker'");
    assert_int_equal(ledger_sync(ledger), LEDGER_UNKNOWN);
    assert_true(*ledger_message(ledger));
    ledger_close(&ledger);
}

/* --- altered ----------------------------------------------------------------------------------------- */

static const char *const alterations[] = {
    "UPDATE event SET body = 'x' WHERE seq = 3",      "UPDATE event SET reduced = chain WHERE seq = 3",
    "UPDATE event SET chain = reduced WHERE seq = 3", "DELETE FROM event WHERE seq = 4",
    "UPDATE event SET seq = 30 WHERE seq = 4",
};

static void test_p8_an_altered_dropped_or_moved_event_is_found_by_both_who_read(void **state)
{
    for (size_t i = 0; i < sizeof alterations / sizeof alterations[0]; i++) {
        char sql[300];
        uint64_t seen = 0;
        enum ledger_status status;
        make_ledger(state);
        struct ledger *ledger = fixture_open();
        assert_int_equal(fixture_append(ledger, 1, 9), LEDGER_OK);
        snprintf(sql, sizeof sql,
                 "ALTER TABLE event DISABLE TRIGGER ALL; %s; ALTER TABLE event ENABLE TRIGGER ALL",
                 alterations[i]);
        postgres_world_run(&world, sql);
        assert_int_equal(ledger_read(ledger, 0, 100, fixture_count_event, &seen), LEDGER_CORRUPT);
        assert_true(seen < 4);
        ledger_close(&ledger);
        assert_null(ledger_open(address, &status, message, sizeof message));
        assert_int_equal(status, LEDGER_CORRUPT);
        struct ledger_reader *reader = ledger_reader_open(address, &status, message, sizeof message);
        assert_non_null(reader);
        assert_int_equal(ledger_reader_next(reader, 100, fixture_count_event, &seen), LEDGER_CORRUPT);
        ledger_reader_close(&reader);
    }
}

static void test_a_reader_goes_on_with_what_is_added(void **state)
{
    (void)state;
    enum ledger_status status;
    uint64_t seen = 0;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 9), LEDGER_OK);
    struct ledger_reader *reader = ledger_reader_open(address, &status, message, sizeof message);
    assert_non_null(reader);
    assert_int_equal(ledger_reader_next(reader, 5, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(fixture_append(ledger, 10, 3), LEDGER_OK);
    assert_int_equal(ledger_reader_next(reader, 100, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 9);
    assert_int_equal(ledger_reader_next(reader, 100, fixture_count_event, &seen), LEDGER_NOT_FOUND);
    assert_int_equal(ledger_reader_look(reader), LEDGER_OK);
    assert_int_equal(ledger_reader_next(reader, 100, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 12);
    ledger_reader_close(&reader);
    ledger_close(&ledger);
}

/* --- what is refused ----------------------------------------------------------------------------------- */

/* A look that leads nothing. */
static void expect_look(bool good, const char *says)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    bool is_good = ledger_look(address, out);
    assert_int_equal(fclose(out), 0);
    if (is_good != good || !strstr(text, says))
        fail_msg("%s: %s", says, text);
    free(text);
}

/* How a server can be set so that what is acknowledged might be lost, or altered. */
static const struct wrong_setting {
    const char *set, *says, *mend;
} wrong_settings[] = {
    {"ALTER ROLE concordat_broker SET synchronous_commit = local", "synchronous_commit must be on",
     "ALTER ROLE concordat_broker SET synchronous_commit = on"},
    {"ALTER ROLE concordat_broker SET synchronous_commit = remote_write", "synchronous_commit must be on",
     "ALTER ROLE concordat_broker SET synchronous_commit = on"},
    {"ALTER ROLE concordat_broker SET default_transaction_read_only = on", "takes no commits now",
     "ALTER ROLE concordat_broker RESET default_transaction_read_only"},
    {"DROP TRIGGER sealed_never_changed ON sealed", "a trigger", "SELECT 1"},
    {"ALTER TABLE event DISABLE TRIGGER event_never_changed", "a trigger", "SELECT 1"},
    {"GRANT DELETE ON event TO concordat_broker", "may change events", "SELECT 1"},
    {"UPDATE meta SET value = '2' WHERE name = 'version'", "another version", "SELECT 1"},
    {"DROP TABLE meta", "no ledger", "SELECT 1"},
};

static void test_a_server_that_could_lose_or_alter_something_is_refused_with_a_remedy(void **state)
{
    for (size_t i = 0; i < sizeof wrong_settings / sizeof wrong_settings[0]; i++) {
        make_ledger(state);
        postgres_world_run(&world, wrong_settings[i].set);
        fixture_expect_refused(LEDGER_UNKNOWN, wrong_settings[i].says);
        expect_look(false, wrong_settings[i].says);
        postgres_world_run(&world, wrong_settings[i].mend);
    }
}

static const struct wrong_standby {
    const char *names, *says;
} wrong_standbys[] = {
    {"", "synchronous_standby_names is empty"},
    {"*", "no standby is named yet"},
    {"ANY 1 (b, c)", "must name one standby"},
    {"b, c", "must name one standby"},
};

static void set_standbys(const char *names)
{
    char sql[128];
    snprintf(sql, sizeof sql, "ALTER SYSTEM SET synchronous_standby_names = '%s'", names);
    postgres_world_run(&world, sql);
    postgres_world_run(&world, "SELECT pg_reload_conf()");
    snprintf(
        sql, sizeof sql, /* the postmaster tells its children in its own time */
        "DO $$BEGIN WHILE current_setting('synchronous_standby_names') <> '%s' LOOP PERFORM pg_sleep(0.01); "
        "END LOOP; END$$",
        names);
    postgres_world_run(&world, "SELECT 1");
    postgres_world_run(&world, sql);
}

static void test_several_servers_without_one_named_standby_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_standbys / sizeof wrong_standbys[0]; i++) {
        set_standbys(wrong_standbys[i].names);
        fixture_expect_refused(LEDGER_UNKNOWN, wrong_standbys[i].says);
    }
    set_standbys("b");
    struct ledger *ledger = fixture_open();
    ledger_close(&ledger);
}

static void test_a_server_that_only_follows_is_passed_over_and_named_if_it_is_alone(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open(); /* so that the standby has the database */
    ledger_close(&ledger);
    snprintf(address, sizeof address, "postgresql://concordat_broker@/%s?host=%s/b,%s/a", world.database,
             world.folder, world.folder);
    ledger = fixture_open();
    expect_look(true, "b: this server only follows another"); /* and the router that leads goes on */
    expect_look(true, "a: leads, and is set as a ledger needs it");
    assert_int_equal(fixture_append(ledger, 1, 3), LEDGER_OK);
    ledger_close(&ledger);
    snprintf(address, sizeof address, "postgresql://concordat_broker@/%s?host=%s/b", world.database,
             world.folder);
    fixture_expect_refused(LEDGER_UNKNOWN, "only follows another");
}

/* --- the keys of referrals ---------------------------------------------------------------------------- */

enum { KEY_SLOTS = 3, FIRST_SLOT = 4 };

static void expect_slots(const struct seals_file *file, const uint8_t *expected)
{
    uint8_t found[KEY_SLOTS * SLOT_BYTES];
    size_t got;
    assert_int_equal(file->read(file->context, found, sizeof found, FIRST_SLOT * SLOT_BYTES, &got), 0);
    assert_int_equal(got, sizeof found);
    assert_memory_equal(found, expected, sizeof found);
}

/* Writes the same few bytes into each slot, there and in `slots`. */
static void patch_slots(const struct seals_file *file, uint8_t *slots, size_t at, uint8_t byte)
{
    const uint8_t patch[] = {byte, byte, byte, byte};
    for (size_t i = 0; i < KEY_SLOTS; i++) {
        memcpy(slots + i * SLOT_BYTES + at, patch, sizeof patch);
        assert_int_equal(file->write(file->context, patch, sizeof patch, (FIRST_SLOT + i) * SLOT_BYTES + at),
                         0);
    }
}

static void test_p9_keys_are_read_as_they_were_written_and_a_sync_waits_for_both_disks(void **state)
{
    (void)state;
    char why[256];
    struct ledger *ledger = fixture_open();
    struct seals_served *served = seals_served_open(address, ledger_epoch(ledger), why, sizeof why),
                        *another = seals_served_open(address, ledger_epoch(ledger), why, sizeof why);
    assert_true(served && another);
    const struct seals_file file = seals_served_file(served), beside = seals_served_file(another);
    uint8_t slots[KEY_SLOTS * SLOT_BYTES];
    memset(slots, 7, sizeof slots);
    assert_int_equal(file.write(file.context, slots, sizeof slots, FIRST_SLOT * SLOT_BYTES), 0);
    patch_slots(&file, slots, 88, 0);
    patch_slots(&file, slots, 90, 5); /* what is held back of the one before it goes first */
    patch_slots(&file, slots, 8, 0);
    expect_slots(&file, slots);
    patch_slots(&file, slots, 100, 0);
    assert_int_equal(file.flush(file.context), 0);
    expect_slots(&beside, slots); /* on the server, and not only here */
    signal_standby(SIGSTOP);
    patch_slots(&file, slots, 8, 9);
    int flushed = file.flush(file.context), synced = file.sync(file.context);
    signal_standby(SIGCONT);
    assert_int_equal(flushed, 0);
    assert_int_equal(synced, EIO);
    seals_served_close(&served);
    seals_served_close(&another);
    ledger_close(&ledger);
}

static void test_p9_once_another_router_leads_no_key_is_written(void **state)
{
    (void)state;
    char why[256];
    const uint8_t slot[SLOT_BYTES] = {7};
    struct ledger *ledger = fixture_open();
    struct seals_served *served = seals_served_open(address, ledger_epoch(ledger), why, sizeof why);
    assert_non_null(served);
    const struct seals_file file = seals_served_file(served);
    assert_int_equal(file.write(file.context, slot, sizeof slot, FIRST_SLOT * SLOT_BYTES), 0);
    assert_int_equal(file.sync(file.context), 0);
    ledger_close(&ledger);
    ledger = fixture_open();
    assert_int_equal(file.write(file.context, slot, 4, FIRST_SLOT * SLOT_BYTES + 8), 0); /* held back */
    assert_int_equal(file.flush(file.context), EIO);
    assert_int_equal(file.write(file.context, slot, sizeof slot, FIRST_SLOT * SLOT_BYTES), EIO);
    assert_int_equal(file.sync(file.context), EIO);
    seals_served_close(&served);
    ledger_close(&ledger);
}

static const struct wrong_address {
    const char *address, *says;
} wrong_addresses[] = {
    {"postgresql://broker:secret@a,b/concordat", "a password"},
    {"postgresql://broker@/concordat", "names no server"},
    {"postgresql://a,,b/concordat", "one of the servers is empty"},
    {"postgresql://a,b,a/concordat", "one server twice"},
    {"postgresql://a,b,c,d,e,f,g,h,i/concordat", "more than 8"},
    {"postgresql://a/concordat?hostaddr=127.0.0.1", "hostaddr"},
    {"postgresql://a/concordat?host_name=b", "invalid URI query parameter"},
    {"postgresql://a/%zz", "invalid percent-encoded token"},
};

static void test_a_wrong_address_is_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_addresses / sizeof wrong_addresses[0]; i++) {
        snprintf(address, sizeof address, "%s", wrong_addresses[i].address);
        fixture_expect_refused(LEDGER_UNKNOWN, wrong_addresses[i].says);
        assert_null(strstr(message, "secret"));
    }
}

/* The value of one setting for one of the servers; NULL: libpq's own. */
static const char *setting_of(const struct servers *servers, size_t which, const char *name)
{
    const char *names[SERVERS_SETTINGS_MAX], *values[SERVERS_SETTINGS_MAX], *found = NULL;
    servers_settings(servers, which, "a test", names, values);
    for (size_t i = 0; names[i]; i++)
        found = strcmp(names[i], name) == 0 ? values[i] : found;
    return found;
}

static void test_between_machines_a_certificate_is_asked_for(void **state)
{
    (void)state;
    struct servers servers;
    assert_true(
        servers_open(&servers, "postgresql://broker@a,localhost:5433/concordat", message, sizeof message));
    assert_int_equal(servers.count, 2);
    assert_string_equal(setting_of(&servers, 0, "sslmode"), "verify-full");
    assert_null(setting_of(&servers, 1, "sslmode"));
    assert_string_equal(setting_of(&servers, 1, "host"), "localhost");
    assert_string_equal(setting_of(&servers, 1, "port"), "5433");
    assert_string_equal(setting_of(&servers, 1, "dbname"), "concordat");
    servers_close(&servers);
    assert_true(servers_open(&servers, "postgresql://a/concordat?sslmode=disable", message, sizeof message));
    assert_string_equal(setting_of(&servers, 0, "sslmode"), "disable");
    servers_close(&servers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVERS(test_p1_nothing_is_stored_behind_another_event_than_the_writer_believes),
        ON_SERVERS(test_p1_a_pulse_after_another_has_begun_says_so),
        ON_SERVERS(test_each_start_is_a_claim),
        ON_SERVERS(test_p1_without_the_standby_nothing_is_acknowledged),
        ON_SERVERS(test_p1_a_commit_whose_waiting_was_cancelled_is_not_believed),
        ON_SERVERS(test_what_is_on_its_way_can_be_read),
        ON_SERVERS(test_a_connection_that_an_administrator_ends_is_noticed_though_nothing_is_written),
        ON_SERVERS(test_p8_an_altered_dropped_or_moved_event_is_found_by_both_who_read),
        ON_SERVERS(test_a_reader_goes_on_with_what_is_added),
        ON_SERVERS(test_a_server_that_could_lose_or_alter_something_is_refused_with_a_remedy),
        ON_SERVERS(test_several_servers_without_one_named_standby_are_refused),
        ON_SERVERS(test_p9_keys_are_read_as_they_were_written_and_a_sync_waits_for_both_disks),
        ON_SERVERS(test_p9_once_another_router_leads_no_key_is_written),
        ON_SERVERS(test_a_server_that_only_follows_is_passed_over_and_named_if_it_is_alone),
        cmocka_unit_test(test_a_wrong_address_is_refused_with_a_reason),
        cmocka_unit_test(test_between_machines_a_certificate_is_asked_for),
    };
    return cmocka_run_group_tests_name("served", tests, begin_world, end_world);
}
