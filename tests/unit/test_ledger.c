/* test_ledger.c: P1: what the ledger acknowledged is on disk, whatever happens to the process or the disk. */
#include "tests/worlds/ledger_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES_MAX = 60000 /* of a millisecond */ };
/* Enough of the log for a checkpoint when nothing else is to be done, and too little for one at once. */
enum { IDLE_CHECKPOINT_BYTES = 5 * 1024 * 1024 / 4 };

static uint8_t big_body[2 * 1024 * 1024];

static enum ledger_status append_big(struct ledger *ledger, size_t size)
{
    struct ledger_event event = {.seq = fixture_head(ledger) + 1,
                                 .at_ms = 1,
                                 .kind = 43,
                                 .body = big_body,
                                 .body_size = size,
                                 .reduced = big_body};
    return ledger_append(ledger, &event, 1);
}

static void test_p1_what_was_appended_is_there_after_reopening(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_head(ledger), 0);
    assert_int_equal(fixture_append(ledger, 1, 1), LEDGER_OK);
    assert_int_equal(fixture_append(ledger, 2, 20), LEDGER_OK);
    assert_int_equal(fixture_append(ledger, 22, 0), LEDGER_OK);
    fixture_expect_events(ledger, 21);
    ledger_close(&ledger);
    assert_null(ledger);
    ledger = fixture_open();
    fixture_expect_events(ledger, 21);
    assert_int_equal(fixture_append(ledger, 22, 3), LEDGER_OK);
    fixture_expect_events(ledger, 24);
    ledger_close(&ledger);
}

static void test_reading_keeps_to_its_limit_and_stops_when_told(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 30), LEDGER_OK);
    struct fixture_reading reading = {.next = 1, .stop_at = 7};
    assert_int_equal(ledger_read(ledger, 0, 100, fixture_expect_event, &reading), LEDGER_OK);
    assert_int_equal(reading.next, 8);
    assert_int_equal(ledger_read(ledger, 7, 5, fixture_expect_event, &reading), LEDGER_OK);
    assert_int_equal(reading.next, 13);
    assert_int_equal(ledger_read(ledger, 12, 0, fixture_expect_event, &reading), LEDGER_OK);
    assert_int_equal(ledger_read(ledger, 31, 5, fixture_expect_event, &reading), LEDGER_NOT_FOUND);
    assert_int_equal(ledger_read(ledger, UINT64_MAX, 5, fixture_expect_event, &reading), LEDGER_NOT_FOUND);
    assert_int_equal(reading.next, 13);
    uint8_t chain[CHAIN_BYTES];
    assert_int_equal(ledger_chain_at(ledger, 12, chain), LEDGER_OK);
    assert_memory_equal(chain, reading.chain, sizeof chain);
    assert_int_equal(ledger_chain_at(ledger, 31, chain), LEDGER_NOT_FOUND);
    ledger_close(&ledger);
}

static void test_p9_sealed_texts_are_kept_apart(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 9), LEDGER_OK);
    uint8_t buffer[64] = {0}, expected[64];
    size_t size = 0, expected_size = fixture_body(3, expected);
    assert_int_equal(ledger_sealed(ledger, 3, buffer, 4, &size), LEDGER_OK);
    assert_int_equal(size, expected_size);
    assert_int_equal(buffer[0], 0);
    assert_int_equal(ledger_sealed(ledger, 3, buffer, sizeof buffer, &size), LEDGER_OK);
    assert_memory_equal(buffer, expected, expected_size);
    assert_int_equal(ledger_sealed(ledger, 4, buffer, sizeof buffer, &size), LEDGER_NOT_FOUND);
    assert_int_equal(fixture_meddle("DROP TRIGGER sealed_not_removed; DELETE FROM sealed WHERE seq = 3"),
                     SQLITE_OK);
    assert_int_equal(ledger_sealed(ledger, 3, buffer, sizeof buffer, &size), LEDGER_NOT_FOUND);
    fixture_expect_events(ledger, 9);
    ledger_close(&ledger);
}

static void test_p1_a_long_batch_is_stored_whole(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, BATCH_MAX), LEDGER_OK);
    fixture_expect_events(ledger, BATCH_MAX);
    for (uint64_t seq = 1; seq <= BATCH_MAX; seq++) {
        uint8_t buffer[64], expected[64];
        size_t size = 0, expected_size = fixture_body(seq, expected);
        enum ledger_status kept = ledger_sealed(ledger, seq, buffer, sizeof buffer, &size);
        assert_int_equal(kept, seq % 3 == 0 ? LEDGER_OK : LEDGER_NOT_FOUND);
        if (kept == LEDGER_OK) {
            assert_int_equal(size, expected_size);
            assert_memory_equal(buffer, expected, size);
        }
    }
    ledger_close(&ledger);
}

/* A batch of two that fits behind five events, with one thing wrong. */
static const struct misfit {
    const char *what;
    struct ledger_event first, second;
} misfits[] = {
    {"a number left out", {.seq = 7}, {.seq = 8}},
    {"a number for the second time", {.seq = 5}, {.seq = 6}},
    {"a gap within the batch", {.seq = 6}, {.seq = 8}},
    {"an earlier time within the batch", {.seq = 6, .at_ms = 2}, {.seq = 7, .at_ms = 1}},
    {"no body", {.seq = 6, .body_size = SIZE_MAX}, {.seq = 7}},
    {"a body that is too long", {.seq = 6, .body_size = LEDGER_BLOB_BYTES_MAX + 1}, {.seq = 7}},
    {"sealed texts that are not there", {.seq = 6, .sealed_size = 1}, {.seq = 7}},
};

static struct ledger_event with_body(struct ledger_event event)
{
    event.body = event.body_size == SIZE_MAX ? NULL : big_body;
    event.body_size = event.body_size ? event.body_size : 1;
    event.reduced = big_body;
    return event;
}

/* The writer's assertion ends it: the caller has a bug. */
static void append_misfit(struct ledger *ledger, const struct misfit *misfit)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct ledger_event events[] = {with_body(misfit->first), with_body(misfit->second)};
        fclose(stderr);
        signal(SIGABRT, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        ledger_append(ledger, events, 2);
        _exit(0);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    if (!WIFSIGNALED(how) || WTERMSIG(how) != SIGABRT)
        fail_msg("taken: %s", misfit->what);
}

static void test_a_batch_that_does_not_fit_is_a_bug_and_nothing_is_written(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 5), LEDGER_OK);
    for (size_t i = 0; i < sizeof misfits / sizeof misfits[0]; i++)
        append_misfit(ledger, &misfits[i]);
    fixture_expect_events(ledger, 5);
    assert_int_equal(fixture_append(ledger, 6, 1), LEDGER_OK);
    ledger_close(&ledger);
}

static size_t batch_size(unsigned seed, uint64_t first)
{
    return (size_t)((seed + first * 2654435761U) >> 7) % BATCH_MAX + 1;
}

/* Appends for ever, and writes the last number of each batch to the pipe once it is on disk. */
static void append_until_killed(unsigned seed, int acknowledge)
{
    enum ledger_status status;
    struct ledger *ledger = ledger_open(path, &status, message, sizeof message);
    if (!ledger)
        _exit(1);
    for (uint64_t first = fixture_head(ledger) + 1;;) {
        size_t count = batch_size(seed, first);
        if (fixture_append(ledger, first, count) != LEDGER_OK)
            _exit(2);
        first += count;
        uint64_t last = first - 1;
        if (write(acknowledge, &last, sizeof last) != (ssize_t)sizeof last)
            _exit(3);
        ledger_idle(ledger);
    }
}

static void test_p1_a_killed_writer_loses_nothing_acknowledged_and_tears_no_batch(void **state)
{
    (void)state;
    unsigned seed = randombytes_random();
    print_message("seed %u\n", seed);
    uint64_t acknowledged = 0;
    for (unsigned round = 0; round < 25; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            append_until_killed(seed, ends[1]);
        close(ends[1]);
        unsigned batches = (seed >> (round % 16)) % 12, spare_us = (seed ^ round * 7919) % 4000;
        for (unsigned i = 0; i < batches; i++)
            assert_int_equal(read(ends[0], &acknowledged, sizeof acknowledged), sizeof acknowledged);
        usleep(spare_us); /* a random instant; yields take for ever on a busy machine */
        kill(child, SIGKILL);
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how));
        while (read(ends[0], &acknowledged, sizeof acknowledged) == (ssize_t)sizeof acknowledged)
            ;
        close(ends[0]);
        struct ledger *ledger = fixture_open();
        uint64_t found = fixture_head(ledger);
        uint64_t next = acknowledged + batch_size(seed, acknowledged + 1);
        if (found != acknowledged && found != next)
            fail_msg("%llu acknowledged, %llu found", (unsigned long long)acknowledged,
                     (unsigned long long)found);
        fixture_expect_events(ledger, found);
        acknowledged = found;
        ledger_close(&ledger);
    }
}

static void test_a_second_writer_is_refused_in_this_and_in_another_process(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    fixture_expect_refused(LEDGER_IN_USE, "another broker");
    pid_t child = fork();
    if (child == 0) {
        enum ledger_status status;
        struct ledger *second = ledger_open(path, &status, message, sizeof message);
        _exit(!second && status == LEDGER_IN_USE ? 0 : 1);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(fixture_append(ledger, 1, 2), LEDGER_OK);
    ledger_close(&ledger);
    ledger = fixture_open();
    ledger_close(&ledger);
}

static void test_the_write_ahead_log_is_checkpointed_when_idle_and_bounded_when_never_idle(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(append_big(ledger, IDLE_CHECKPOINT_BYTES), LEDGER_OK);
    assert_true(fixture_size("") < 1024 * 1024);
    ledger_idle(ledger);
    assert_true(fixture_size("") > IDLE_CHECKPOINT_BYTES);
    for (int i = 0; i < 82; i++)
        assert_int_equal(append_big(ledger, sizeof big_body), LEDGER_OK);
    assert_true(fixture_size("-wal") < 6 * 1024 * 1024);
    uint64_t seen = 0;
    assert_int_equal(ledger_read(ledger, 0, 1000, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 83);
    ledger_close(&ledger);
}

/* The log has its whole length from the start; if it holds anything that begins with a header. */
static bool log_is_empty(void)
{
    static const char nothing[32];
    char log_path[sizeof path + 8], header[sizeof nothing];
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    int fd = open(log_path, O_RDONLY | O_CLOEXEC);
    bool empty = fd >= 0 && read(fd, header, sizeof header) == (ssize_t)sizeof header &&
                 memcmp(header, nothing, sizeof header) == 0;
    close(fd);
    return empty;
}

/* A disk that counts its syncs and can be told to fail them: SQLite's own files with one method replaced. */
static sqlite3_vfs failing_disk;
static sqlite3_io_methods methods[2]; /* SQLite has others for the database than for its log */
static int (*real_sync)(sqlite3_file *, int);
static atomic_int syncs; /* threads sync too */
static atomic_bool syncs_fail;

static int sync_or_fail(sqlite3_file *file, int flags)
{
    syncs++;
    return syncs_fail ? SQLITE_IOERR_FSYNC : real_sync(file, flags);
}

static int open_failing(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    (void)vfs;
    sqlite3_vfs *real = sqlite3_vfs_find("unix");
    int rc = real->xOpen(real, name, file, flags, flags_out);
    if (rc == SQLITE_OK && file->pMethods) {
        sqlite3_io_methods *ours = &methods[(flags & SQLITE_OPEN_MAIN_DB) != 0];
        real_sync = file->pMethods->xSync;
        *ours = *file->pMethods;
        ours->xSync = sync_or_fail;
        file->pMethods = ours;
    }
    return rc;
}

static int use_failing_disk(void **state)
{
    failing_disk = *sqlite3_vfs_find("unix");
    failing_disk.zName = "failing";
    failing_disk.xOpen = open_failing;
    syncs_fail = false;
    sqlite3_vfs_register(&failing_disk, 1);
    return fixture_make_folder(state);
}

static int use_real_disk(void **state)
{
    sqlite3_vfs_unregister(&failing_disk);
    sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
    return fixture_remove_folder(state);
}

static void test_p1_each_batch_is_synced_once_before_it_is_acknowledged(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 2), LEDGER_OK);
    for (uint64_t i = 0; i < 15; i++) {
        syncs = 0;
        assert_int_equal(fixture_append(ledger, 3 + i * 40, 40), LEDGER_OK);
        assert_int_equal(syncs, 1);
    }
    assert_true(ledger_start_threads(ledger));
    for (uint64_t i = 15; i < 20; i++) {
        syncs = 0;
        assert_int_equal(fixture_append(ledger, 3 + i * 40, 40), LEDGER_OK);
        assert_int_equal(syncs, 1);
        assert_false(ledger_is_syncing(ledger));
    }
    ledger_close(&ledger);
}

static void test_p1_after_a_failed_sync_nothing_is_done_until_it_is_opened_again(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 5), LEDGER_OK);
    syncs_fail = true;
    assert_int_equal(fixture_append(ledger, 6, 5), LEDGER_UNKNOWN);
    assert_non_null(strstr(ledger_message(ledger), "disk"));
    syncs_fail = false;
    assert_int_equal(fixture_append(ledger, 6, 5), LEDGER_UNKNOWN);
    uint64_t seen = 0;
    uint8_t chain[CHAIN_BYTES];
    size_t size;
    assert_int_equal(ledger_read(ledger, 0, 10, fixture_count_event, &seen), LEDGER_UNKNOWN);
    assert_int_equal(seen, 0);
    assert_int_equal(ledger_chain_at(ledger, 1, chain), LEDGER_UNKNOWN);
    assert_int_equal(ledger_sealed(ledger, 3, chain, sizeof chain, &size), LEDGER_UNKNOWN);
    syncs = 0;
    ledger_idle(ledger);
    ledger_close(&ledger);
    assert_int_equal(syncs, 0);
    syncs = 0;
    ledger = fixture_open();
    /* The commits that came back are made durable before anybody acts on them. */
    assert_true(syncs >= 2);
    assert_true(log_is_empty());
    uint64_t found = fixture_head(ledger);
    assert_true(found == 5 || found == 10);
    fixture_expect_events(ledger, found);
    assert_int_equal(fixture_append(ledger, found + 1, 5), LEDGER_OK);
    ledger_close(&ledger);
}

static void test_p1_a_sync_that_fails_while_idle_stops_the_ledger_too(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_int_equal(append_big(ledger, IDLE_CHECKPOINT_BYTES), LEDGER_OK);
    syncs_fail = true;
    ledger_idle(ledger);
    syncs_fail = false;
    assert_int_equal(append_big(ledger, 10), LEDGER_UNKNOWN);
    ledger_close(&ledger);
    ledger = fixture_open();
    assert_int_equal(fixture_head(ledger), 1);
    ledger_close(&ledger);
}

/* Waits until the thread has copied that much: it goes on only when the writer tends the log. */
static void await_checkpoint(struct ledger *ledger, off_t bytes)
{
    for (int i = 0; i < TRIES_MAX && fixture_size("") < bytes; i++) {
        ledger_idle(ledger);
        usleep(1000);
    }
    assert_true(fixture_size("") >= bytes);
}

static void test_the_write_ahead_log_is_checkpointed_by_a_thread_while_the_writer_goes_on(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_true(ledger_start_threads(ledger));
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 6; i++)
            assert_int_equal(append_big(ledger, sizeof big_body), LEDGER_OK);
        await_checkpoint(ledger, round * 5 * (off_t)sizeof big_body);
    }
    uint64_t seen = 0;
    assert_int_equal(ledger_read(ledger, 0, 1000, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 18);
    ledger_close(&ledger);
    seen = 0;
    ledger = fixture_open();
    assert_int_equal(ledger_read(ledger, 0, 1000, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 18);
    ledger_close(&ledger);
}

static void test_p1_a_sync_that_fails_in_the_thread_stops_the_ledger_too(void **state)
{
    (void)state;
    struct ledger *ledger = fixture_open();
    assert_true(ledger_start_threads(ledger));
    assert_int_equal(append_big(ledger, IDLE_CHECKPOINT_BYTES), LEDGER_OK);
    syncs_fail = true;
    for (int i = 0; i < TRIES_MAX && !*ledger_message(ledger); i++) {
        ledger_idle(ledger);
        usleep(1000);
    }
    syncs_fail = false;
    assert_non_null(strstr(ledger_message(ledger), "checkpointing the write-ahead log"));
    assert_int_equal(append_big(ledger, 10), LEDGER_UNKNOWN);
    ledger_close(&ledger);
    ledger = fixture_open();
    assert_int_equal(fixture_head(ledger), 1);
    ledger_close(&ledger);
}

static void test_p1_a_full_disk_is_named_and_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", 0, "size=2m") != 0) {
        print_message("skipped: a small disk cannot be mounted here (%s)\n", strerror(errno));
        skip();
    }
    char ballast[300];
    snprintf(ballast, sizeof ballast, "%s/ballast", folder);
    int fd = open(ballast, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(posix_fallocate(fd, 0, 1024 * 1024), 0);
    close(fd);
    struct ledger *ledger = fixture_open();
    uint64_t acknowledged = 0;
    enum ledger_status status = LEDGER_OK;
    for (int i = 0; i < 1000 && status == LEDGER_OK; i++)
        if ((status = fixture_append(ledger, acknowledged + 1, 50)) == LEDGER_OK)
            acknowledged += 50;
    assert_int_equal(status, LEDGER_UNKNOWN);
    assert_non_null(strstr(ledger_message(ledger), "the disk is full"));
    assert_true(acknowledged > 0);
    assert_int_equal(fixture_append(ledger, acknowledged + 1, 1), LEDGER_UNKNOWN);
    ledger_close(&ledger);
    assert_int_equal(unlink(ballast), 0);
    ledger = fixture_open();
    fixture_expect_events(ledger, acknowledged);
    assert_int_equal(fixture_append(ledger, acknowledged + 1, 1), LEDGER_OK);
    ledger_close(&ledger);
    assert_int_equal(umount(folder), 0);
}

#define ON_A_FAILING_DISK(test) cmocka_unit_test_setup_teardown(test, use_failing_disk, use_real_disk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_p1_what_was_appended_is_there_after_reopening),
        IN_A_FOLDER(test_reading_keeps_to_its_limit_and_stops_when_told),
        IN_A_FOLDER(test_p9_sealed_texts_are_kept_apart),
        IN_A_FOLDER(test_p1_a_long_batch_is_stored_whole),
        IN_A_FOLDER(test_a_batch_that_does_not_fit_is_a_bug_and_nothing_is_written),
        IN_A_FOLDER(test_p1_a_killed_writer_loses_nothing_acknowledged_and_tears_no_batch),
        IN_A_FOLDER(test_a_second_writer_is_refused_in_this_and_in_another_process),
        IN_A_FOLDER(test_the_write_ahead_log_is_checkpointed_when_idle_and_bounded_when_never_idle),
        ON_A_FAILING_DISK(test_p1_each_batch_is_synced_once_before_it_is_acknowledged),
        ON_A_FAILING_DISK(test_p1_after_a_failed_sync_nothing_is_done_until_it_is_opened_again),
        ON_A_FAILING_DISK(test_p1_a_sync_that_fails_while_idle_stops_the_ledger_too),
        ON_A_FAILING_DISK(test_p1_a_sync_that_fails_in_the_thread_stops_the_ledger_too),
        IN_A_FOLDER(test_the_write_ahead_log_is_checkpointed_by_a_thread_while_the_writer_goes_on),
        IN_A_FOLDER(test_p1_a_full_disk_is_named_and_nothing_acknowledged_is_lost),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
