/* test_ledger_file.c: P1: what the ledger of one machine acknowledged is on disk, whatever happens to the
 * disk. */
#include "tests/worlds/ledger_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
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

/* A change of the mark that was broken off leaves both files. */
static void test_p1_of_two_marks_the_copy_that_is_not_finished_counts(void **state)
{
    (void)state;
    char name[sizeof path + 16];
    for (const char *const *ending = (const char *const[]){".moved", ".copying", NULL}; *ending; ending++) {
        snprintf(name, sizeof name, "%s%s", path, *ending);
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
        fixture_expect_refused(LEDGER_SET_ASIDE, strcmp(*ending, ".moved") == 0
                                                     ? "copied to another place"
                                                     : "a copy to here is not finished");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_the_write_ahead_log_is_checkpointed_when_idle_and_bounded_when_never_idle),
        ON_A_FAILING_DISK(test_p1_each_batch_is_synced_once_before_it_is_acknowledged),
        ON_A_FAILING_DISK(test_p1_after_a_failed_sync_nothing_is_done_until_it_is_opened_again),
        ON_A_FAILING_DISK(test_p1_a_sync_that_fails_while_idle_stops_the_ledger_too),
        ON_A_FAILING_DISK(test_p1_a_sync_that_fails_in_the_thread_stops_the_ledger_too),
        IN_A_FOLDER(test_the_write_ahead_log_is_checkpointed_by_a_thread_while_the_writer_goes_on),
        IN_A_FOLDER(test_p1_a_full_disk_is_named_and_nothing_acknowledged_is_lost),
        IN_A_FOLDER(test_p1_of_two_marks_the_copy_that_is_not_finished_counts),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
