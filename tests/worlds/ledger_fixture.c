/* ledger_fixture.c: see ledger_fixture.h. */
#include "tests/worlds/ledger_fixture.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[FOLDER_PATH_BYTES], path[256], address[512], message[512];

enum { OPENINGS_MAX = 500 /* 10 ms apart */ };

int fixture_make_folder(void **state)
{
    (void)state;
    assert_int_equal(folder_make(folder, "ledger"), 0);
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    ledger_home_make(folder, address, sizeof address);
    return 0;
}

int fixture_remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder);
}

/* Servers notice in their own time that a writer was killed. */
struct ledger *fixture_open(void)
{
    enum ledger_status status;
    struct ledger *ledger = NULL;
    for (int tries = 0; tries < OPENINGS_MAX && !ledger; tries++) {
        ledger = ledger_open(address, &status, message, sizeof message);
        if (ledger || status != LEDGER_IN_USE || !ledger_is_served(address))
            break;
        usleep(10000);
    }
    if (!ledger)
        fail_msg("%s", message);
    assert_int_equal(status, LEDGER_OK);
    return ledger;
}

void fixture_expect_refused(enum ledger_status expected, const char *says)
{
    enum ledger_status status;
    assert_null(ledger_open(address, &status, message, sizeof message));
    if (status != expected || !strstr(message, says))
        fail_msg("status %d, message: %s", status, message);
}

uint64_t fixture_head(const struct ledger *ledger)
{
    uint8_t chain[CHAIN_BYTES];
    return ledger_head(ledger, chain);
}

size_t fixture_body(uint64_t seq, uint8_t body[64])
{
    return (size_t)snprintf((char *)body, 64, "event %llu %.*s", (unsigned long long)seq, (int)(seq % 40),
                            "........................................");
}

/* The ledger takes it as it is given. */
static void fixture_reduced(uint64_t seq, uint8_t reduced[CHAIN_BYTES])
{
    chain_digest((const uint8_t *)&seq, sizeof seq, reduced);
}

enum ledger_status fixture_append(struct ledger *ledger, uint64_t first, size_t count)
{
    static uint8_t bodies[BATCH_MAX][64], reduced[BATCH_MAX][CHAIN_BYTES];
    static const uint8_t referral[16] = {1};
    struct ledger_event events[BATCH_MAX];
    assert_true(count <= BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        bool has_more = (first + i) % 3 == 0;
        size_t size = fixture_body(first + i, bodies[i]);
        fixture_reduced(first + i, reduced[i]);
        events[i] = (struct ledger_event){.seq = first + i,
                                          .at_ms = 1700000000000 + (int64_t)i,
                                          .kind = 20,
                                          .referral = has_more ? referral : NULL,
                                          .body = bodies[i],
                                          .body_size = size,
                                          .reduced = reduced[i],
                                          .sealed = has_more ? bodies[i] : NULL,
                                          .sealed_size = has_more ? size : 0};
    }
    return ledger_append(ledger, events, count);
}

bool fixture_expect_event(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    struct fixture_reading *reading = context;
    uint8_t expected[64];
    assert_int_equal(event->seq, reading->next++);
    assert_int_equal(event->kind, 20);
    assert_true(!event->referral == (event->seq % 3 != 0));
    assert_int_equal(event->body_size, fixture_body(event->seq, expected));
    assert_memory_equal(event->body, expected, event->body_size);
    uint8_t full[CHAIN_BYTES], reduced[CHAIN_BYTES];
    fixture_reduced(event->seq, reduced);
    assert_memory_equal(event->reduced, reduced, CHAIN_BYTES);
    chain_digest(event->body, event->body_size, full);
    chain_next(reading->chain, reduced, full, reading->chain);
    assert_memory_equal(chain, reading->chain, CHAIN_BYTES);
    return event->seq != reading->stop_at;
}

void fixture_expect_events(struct ledger *ledger, uint64_t last)
{
    struct fixture_reading reading = {.next = 1};
    assert_int_equal(fixture_head(ledger), last);
    while (reading.next <= last)
        assert_int_equal(ledger_read(ledger, reading.next - 1, 1000, fixture_expect_event, &reading),
                         LEDGER_OK);
    uint8_t chain[CHAIN_BYTES];
    ledger_head(ledger, chain);
    assert_memory_equal(chain, reading.chain, sizeof chain);
    assert_int_equal(ledger_read(ledger, last, 1000, fixture_expect_event, &reading), LEDGER_OK);
    assert_int_equal(reading.next, last + 1);
}

bool fixture_count_event(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)event, (void)chain;
    ++*(uint64_t *)context;
    return true;
}

int fixture_meddle(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return rc;
}

off_t fixture_size(const char *suffix)
{
    char name[300];
    struct stat about;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &about) == 0 ? about.st_size : 0;
}
