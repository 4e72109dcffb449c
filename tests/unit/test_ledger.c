/* test_ledger.c: P1: what the ledger acknowledged is there, whatever happens to the process: of each kind of
 * ledger. The disk of a file is for test_ledger_file.c, and servers for test_served.c. */
#include "tests/worlds/ledger_fixture.h"

#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/ledger/ledger_reader.h"

static uint8_t some_body[8];

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
    if (ledger_home_is_served())
        ledger_home_run("ALTER TABLE sealed DISABLE TRIGGER ALL; DELETE FROM sealed WHERE seq = 3");
    else
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

/* Longer than what a connection takes at once. */
static void test_p1_events_of_many_megabytes_are_stored_whole(void **state)
{
    (void)state;
    enum { BIG_BYTES = 2 * 1024 * 1024 };
    uint8_t *body = malloc(BIG_BYTES);
    assert_non_null(body);
    randombytes_buf(body, BIG_BYTES);
    struct ledger *ledger = fixture_open();
    for (uint64_t seq = 1; seq <= 3; seq++) {
        const struct ledger_event event = {.seq = seq,
                                           .at_ms = 1,
                                           .kind = 43,
                                           .body = body,
                                           .body_size = BIG_BYTES,
                                           .reduced = body,
                                           .sealed = body,
                                           .sealed_size = seq == 2 ? BIG_BYTES : 1};
        assert_int_equal(ledger_append(ledger, &event, 1), LEDGER_OK);
    }
    uint64_t seen = 0;
    size_t size = 0;
    assert_int_equal(ledger_read(ledger, 0, 10, fixture_count_event, &seen), LEDGER_OK);
    assert_int_equal(seen, 3);
    memset(body, 0, CHAIN_BYTES);
    assert_int_equal(ledger_sealed(ledger, 2, body, BIG_BYTES, &size), LEDGER_OK);
    assert_int_equal(size, BIG_BYTES);
    assert_false(sodium_is_zero(body, CHAIN_BYTES));
    ledger_close(&ledger);
    free(body);
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
    event.body = event.body_size == SIZE_MAX ? NULL : some_body;
    event.body_size = event.body_size ? event.body_size : 1;
    event.reduced = some_body;
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
    struct ledger *ledger = ledger_open(address, &status, message, sizeof message);
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
    fixture_expect_refused(LEDGER_IN_USE, "another");
    pid_t child = fork();
    if (child == 0) {
        enum ledger_status status;
        struct ledger *second = ledger_open(address, &status, message, sizeof message);
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

/* As fixture_open, whatever the mark is. */
static struct ledger *open_marked(enum ledger_mark expected)
{
    enum ledger_status status;
    struct ledger *ledger;
    while (!(ledger = ledger_open_marked(address, &status, message, sizeof message)) &&
           status == LEDGER_IN_USE && ledger_home_is_served())
        usleep(10000); /* servers notice in their own time that a writer has ended */
    if (!ledger)
        fail_msg("%s", message);
    assert_int_equal(ledger_mark(ledger), expected);
    return ledger;
}

static void expect_set_aside(const char *says)
{
    enum ledger_status status;
    struct ledger *ledger;
    while (!(ledger = ledger_open(address, &status, message, sizeof message)) && status == LEDGER_IN_USE &&
           ledger_home_is_served())
        usleep(10000);
    if (ledger || status != LEDGER_SET_ASIDE || !strstr(message, says))
        fail_msg("status %d, message: %s", status, message);
}

static void test_p1_a_ledger_that_is_copied_or_moved_is_led_by_nobody(void **state)
{
    (void)state;
    struct ledger *ledger = open_marked(LEDGER_IN_PLACE);
    assert_int_equal(ledger_set_mark(ledger, LEDGER_COPYING), LEDGER_OK);
    assert_int_equal(fixture_append(ledger, 1, 9), LEDGER_OK);
    ledger_close(&ledger);
    expect_set_aside("a copy to here is not finished");
    ledger = open_marked(LEDGER_COPYING);
    assert_int_equal(ledger_set_mark(ledger, LEDGER_MOVED), LEDGER_OK);
    ledger_close(&ledger);
    expect_set_aside("copied to another place");
    ledger = open_marked(LEDGER_MOVED);
    assert_int_equal(ledger_set_mark(ledger, LEDGER_IN_PLACE), LEDGER_OK);
    assert_int_equal(ledger_set_mark(ledger, LEDGER_IN_PLACE), LEDGER_OK);
    ledger_close(&ledger);
    ledger = fixture_open();
    fixture_expect_events(ledger, 9);
    ledger_close(&ledger);
}

/* What fixture_append wrote, with the sealed texts beside it. */
static bool expect_whole(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    assert_int_equal(event->sealed_size, event->seq % 3 == 0 ? event->body_size : 0);
    assert_true(!event->sealed == (event->seq % 3 != 0));
    if (event->sealed)
        assert_memory_equal(event->sealed, event->body, event->body_size);
    return fixture_expect_event(context, event, chain);
}

static void test_p9_who_copies_gets_sealed_texts_and_goes_on_behind_any_event(void **state)
{
    (void)state;
    enum ledger_status status;
    uint8_t chain[CHAIN_BYTES];
    struct ledger *ledger = fixture_open();
    assert_int_equal(fixture_append(ledger, 1, 20), LEDGER_OK);
    struct ledger_reader *reader = ledger_reader_open_whole(address, &status, message, sizeof message);
    if (!reader)
        fail_msg("%s", message);
    struct fixture_reading reading = {.next = 1};
    assert_int_equal(ledger_reader_next(reader, 7, expect_whole, &reading), LEDGER_OK);
    assert_int_equal(ledger_reader_skip(reader, 21), LEDGER_NOT_FOUND);
    assert_int_equal(ledger_reader_skip(reader, 12), LEDGER_OK);
    assert_int_equal(ledger_reader_at(reader, reading.chain), 12);
    assert_int_equal(ledger_chain_at(ledger, 12, chain), LEDGER_OK);
    assert_memory_equal(chain, reading.chain, sizeof chain);
    reading.next = 13;
    assert_int_equal(ledger_reader_next(reader, 100, expect_whole, &reading), LEDGER_OK);
    assert_int_equal(reading.next, 21);
    assert_int_equal(ledger_reader_skip(reader, 0), LEDGER_OK);
    reading = (struct fixture_reading){.next = 1};
    assert_int_equal(ledger_reader_next(reader, 100, expect_whole, &reading), LEDGER_OK);
    assert_int_equal(reading.next, 21);
    ledger_reader_close(&reader);
    ledger_close(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_p1_what_was_appended_is_there_after_reopening),
        IN_A_FOLDER(test_reading_keeps_to_its_limit_and_stops_when_told),
        IN_A_FOLDER(test_p9_sealed_texts_are_kept_apart),
        IN_A_FOLDER(test_p1_a_long_batch_is_stored_whole),
        IN_A_FOLDER(test_p1_events_of_many_megabytes_are_stored_whole),
        IN_A_FOLDER(test_a_batch_that_does_not_fit_is_a_bug_and_nothing_is_written),
        IN_A_FOLDER(test_p1_a_killed_writer_loses_nothing_acknowledged_and_tears_no_batch),
        IN_A_FOLDER(test_a_second_writer_is_refused_in_this_and_in_another_process),
        IN_A_FOLDER(test_p1_a_ledger_that_is_copied_or_moved_is_led_by_nobody),
        IN_A_FOLDER(test_p9_who_copies_gets_sealed_texts_and_goes_on_behind_any_event),
    };
    return sodium_init() < 0
               ? 1
               : cmocka_run_group_tests_name("ledger", tests, ledger_home_begin, ledger_home_end);
}
