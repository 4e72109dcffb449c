/* test_recovery.c: a broker that starts reads the newest snapshot and the ledger's tail; a snapshot whose
 * books do not add up, or of whose state the ledger says something else, is passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "broker/ledger/snapshot.h"
#include "broker/shell/recovery.h"
#include "tests/worlds/ledger_home.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"
#include "tests/worlds/written_world.h"

static char why[512];

/* What a snapshot says. */
struct said {
    uint64_t seq;
    uint8_t chain[CHAIN_BYTES];
    struct snapshot_part parts[STATE_PARTS];
};

struct forging {
    struct said good, forged;
    uint8_t *bytes[STATE_PARTS]; /* owned: the forged parts, writable */
};

/* A world some way on, with a snapshot of it, and a little further. */
static struct core_world *world_with_snapshot(struct written_snapshot how)
{
    struct core_world *w = written_world_open();
    walk_world(w, walk_first_seed(), 20);
    written_leave_snapshot(w, how);
    walk_world(w, walk_first_seed() + 1, 5);
    return w;
}

static struct recovery found;

/* The event as of which the snapshot was that the start used; 0 if it used none. */
static uint64_t recovered_from(const struct core_world *w)
{
    struct state *state = recovery_read(written, written_home, 7, &found, why, sizeof why);
    assert_non_null(state);
    assert_true(state_same(state, w->state));
    state_destroy(&state);
    return w->state->counters.seq - found.replayed;
}

static void a_start_replays_only_the_ledgers_tail(void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot((struct written_snapshot){0});
    assert_int_equal(recovered_from(w), world_event(w, EVENT_SNAPSHOT_BEGUN)->seq);
    assert_int_equal(found.refused_snapshot, 0);
    assert_int_equal(found.found.differs, 0);
    core_world_close(&w);
}

static void a_snapshot_with_wrong_books_is_passed_over_and_the_whole_ledger_read(void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot((struct written_snapshot){.off = 1});
    assert_int_equal(recovered_from(w), 0);
    assert_int_equal(found.refused_snapshot, 0);
    assert_int_equal(found.found.differs, world_event(w, EVENT_SNAPSHOT_KEPT)->seq);
    core_world_close(&w);
}

static void P8_a_snapshot_that_the_ledger_does_not_vouch_for_is_refused_and_the_one_before_it_used(
    void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot((struct written_snapshot){0});
    uint64_t first = world_event(w, EVENT_SNAPSHOT_BEGUN)->seq;
    written_leave_snapshot(w, (struct written_snapshot){.untold = true});
    uint64_t untold = w->state->counters.seq;
    walk_world(w, walk_first_seed() + 2, 5);
    assert_int_equal(recovered_from(w), first);
    assert_int_equal(found.refused_snapshot, untold);
    core_world_close(&w);
}

/* --- forged ----------------------------------------------------------------------------------------- */

static bool accept_any(void *context, uint64_t seq, const uint8_t *chain, const uint8_t *digest)
{
    (void)digest;
    struct said *said = context;
    said->seq = seq;
    memcpy(said->chain, chain, CHAIN_BYTES);
    return true;
}

static uint8_t *copy_of(const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    assert_non_null(copy);
    return memcpy(copy, bytes, size);
}

/* Takes over what the snapshot that is there says. */
static void forging_open(struct forging *f)
{
    struct snapshot *snapshot = snapshot_open_newest(written_home, state_layout, accept_any, &f->good);
    assert_non_null(snapshot);
    f->forged = f->good;
    for (size_t i = 0; i < STATE_PARTS; i++) {
        size_t size;
        const void *bytes = snapshot_part_at(snapshot, i, &size);
        f->good.parts[i] = (struct snapshot_part){copy_of(bytes, size), size};
        f->bytes[i] = copy_of(bytes, size);
        f->forged.parts[i] = (struct snapshot_part){f->bytes[i], size};
    }
    snapshot_close(&snapshot);
}

static void forging_close(struct forging *f)
{
    for (size_t i = 0; i < STATE_PARTS; i++) {
        free((void *)(uintptr_t)f->good.parts[i].bytes);
        free(f->bytes[i]);
    }
}

static void put_snapshot(const struct said *said)
{
    uint8_t digest[SNAPSHOT_DIGEST_BYTES];
    assert_int_equal(snapshot_write(written_home, said->seq, said->chain, state_layout, said->parts,
                                    STATE_PARTS, false, digest),
                     0);
    assert_int_equal(snapshot_keep(written_home), 0);
}

/* Puts what was altered before the good one; its hash is right. */
static void assert_refused(const struct core_world *w, const struct forging *f, uint64_t refused)
{
    put_snapshot(&f->good);
    put_snapshot(&f->forged);
    assert_int_equal(recovered_from(w), f->good.seq);
    assert_int_equal(found.refused_snapshot, refused);
}

static void alter_and_refuse(const struct core_world *w, struct forging *f, size_t part, size_t at,
                             uint8_t by)
{
    f->bytes[part][at] ^= by;
    assert_refused(w, f, f->good.seq);
    f->bytes[part][at] ^= by;
}

enum { DRAWN_BYTES = 2000 };

/* Snapshots with drawn bytes altered and their hash made anew: none is believed. */
static void P8_of_2000_forged_snapshots_none_is_believed(void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot((struct written_snapshot){0});
    struct forging f;
    forging_open(&f);
    uint64_t random = walk_first_seed() * 2 + 1;
    size_t all = 0;
    for (size_t i = 0; i < STATE_PARTS; i++)
        all += f.good.parts[i].size;
    for (int i = 0; i < DRAWN_BYTES; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t at = (size_t)(random >> 20) % all, part = 0;
        while (at >= f.good.parts[part].size)
            at -= f.good.parts[part++].size;
        alter_and_refuse(w, &f, part, at, (uint8_t)(1u << (random >> 60) % 8));
    }
    forging_close(&f);
    core_world_close(&w);
}

static void P8_no_byte_of_a_row_can_be_altered_in_a_snapshot(void **unused)
{
    (void)unused;
    static const size_t row_bytes[STATE_PARTS] = {sizeof(struct counters),   sizeof(struct team),
                                                  sizeof(struct name),       sizeof(struct name),
                                                  sizeof(struct name),       sizeof(struct referral),
                                                  sizeof(struct ended_case), sizeof(struct remembered),
                                                  sizeof(struct cover),      sizeof(struct undoable)};
    struct core_world *w = world_with_snapshot((struct written_snapshot){0});
    struct forging f;
    forging_open(&f);
    for (size_t part = 0; part < STATE_PARTS; part++)
        for (size_t at = 0; at < row_bytes[part] && at < f.good.parts[part].size; at++)
            alter_and_refuse(w, &f, part, at, 0x01);
    forging_close(&f);
    core_world_close(&w);
}

static void P8_nor_can_a_snapshot_be_cut_or_said_to_be_of_another_event(void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot((struct written_snapshot){0});
    struct forging f;
    forging_open(&f);
    struct snapshot_part *referrals = &f.forged.parts[5], *origins = &f.forged.parts[4];
    assert_true(referrals->size > 0 && origins->size > 0);
    referrals->size -= sizeof(struct referral);
    assert_refused(w, &f, f.good.seq);
    referrals->size += sizeof(struct referral);
    origins->size = 0;
    assert_refused(w, &f, f.good.seq);
    origins->size = f.good.parts[4].size;
    f.forged.seq++; /* with the chain value of another event */
    assert_refused(w, &f, 0);
    assert_int_equal(ledger_chain_at(written, f.forged.seq, f.forged.chain),
                     LEDGER_OK); /* and with its own */
    assert_refused(w, &f, f.forged.seq);
    forging_close(&f);
    core_world_close(&w);
}

/* --- an event in the ledger --------------------------------------------------------------------------- */

enum { LEAST_EVENTS = 200, STEPS_OF_THAT = 40, NUMBER_BYTES = 8 };

static sqlite3 *file; /* the ledger's, if it is in one */

static void run_in_file(const char *sql)
{
    char *problem = NULL;
    if (sqlite3_exec(file, sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s: %s", sql, problem);
}

static void open_to_alter(void)
{
    if (ledger_home_is_served())
        return;
    assert_int_equal(sqlite3_open(written_address, &file), SQLITE_OK);
    run_in_file("DROP TRIGGER event_not_changed");
}

/* As the router has it bound: its numbers are numbers, and its bytes are bytes. */
static void flip_bytes_in_file(const char *column, uint64_t seq, size_t at)
{
    char sql[160];
    sqlite3_stmt *row = NULL;
    snprintf(sql, sizeof sql, "SELECT %s FROM event WHERE seq = %llu", column, (unsigned long long)seq);
    assert_int_equal(sqlite3_prepare_v2(file, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    int size = sqlite3_column_bytes(row, 0);
    uint8_t *bytes = copy_of(sqlite3_column_blob(row, 0), (size_t)size);
    bytes[at] ^= 1;
    sqlite3_finalize(row);
    snprintf(sql, sizeof sql, "UPDATE event SET %s = ? WHERE seq = %llu", column, (unsigned long long)seq);
    assert_int_equal(sqlite3_prepare_v2(file, sql, -1, &row, NULL), SQLITE_OK);
    sqlite3_bind_blob(row, 1, bytes, size, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(row);
    free(bytes);
}

static void flip_bytes_served(const char *column, uint64_t seq, size_t at)
{
    char sql[240];
    snprintf(sql, sizeof sql,
             "SET session_replication_role = replica;"
             "UPDATE event SET %s = set_byte(%s, %zu, get_byte(%s, %zu) # 1) WHERE seq = %llu",
             column, column, at, column, at, (unsigned long long)seq);
    ledger_home_run(sql);
}

/* Flips a bit in one byte of a number's value. */
static void flip_number(const char *column, uint64_t seq, size_t at)
{
    char sql[240];
    const long long bit = 1LL << (8 * at);
    snprintf(sql, sizeof sql, "%sUPDATE event SET %s = (%s | %lld) - (%s & %lld) WHERE seq = %llu",
             ledger_home_is_served() ? "SET session_replication_role = replica;" : "", column, column, bit,
             column, bit, (unsigned long long)seq);
    (ledger_home_is_served() ? ledger_home_run : run_in_file)(sql);
}

static bool take_body_size(void *size, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain;
    *(size_t *)size = event->body_size;
    return false;
}

/* Whether a start that reads the whole ledger refuses it, or says of which event the copies are wrong. */
static bool start_finds(uint64_t seq)
{
    struct state *state = recovery_read(written, "/nonexistent", 7, &found, why, sizeof why);
    bool refused = !state;
    state_destroy(&state);
    return refused || found.found.copy == seq;
}

static void P8_no_byte_of_an_event_can_be_altered_in_the_ledger_unseen(void **unused)
{
    (void)unused;
    struct core_world *w = written_world_open();
    for (uint64_t seed = walk_first_seed(); w->event_count < LEAST_EVENTS; seed++)
        walk_world(w, seed, STEPS_OF_THAT);
    uint64_t seq = w->event_count - walk_first_seed() % LEAST_EVENTS;
    while (!w->events[seq - 1].has_referral)
        seq--;
    print_message("event %llu of %u\n", (unsigned long long)seq, w->event_count);
    size_t body_size = 0;
    assert_int_equal(ledger_read(written, seq - 1, 1, take_body_size, &body_size), LEDGER_OK);
    const struct {
        const char *name;
        size_t size;
        bool is_number;
    } columns[] = {{"at_ms", NUMBER_BYTES, true},
                   {"kind", NUMBER_BYTES, true},
                   {"referral", LEDGER_REFERRAL_BYTES, false},
                   {"chain", CHAIN_BYTES, false},
                   {"body", body_size, false}};
    open_to_alter();
    assert_false(start_finds(seq));
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        void (*flip)(const char *, uint64_t, size_t) = columns[i].is_number      ? flip_number
                                                       : ledger_home_is_served() ? flip_bytes_served
                                                                                 : flip_bytes_in_file;
        for (size_t at = 0; at < columns[i].size; at++) {
            flip(columns[i].name, seq, at);
            if (!start_finds(seq))
                fail_msg("byte %zu of %s", at, columns[i].name);
            flip(columns[i].name, seq, at);
        }
    }
    assert_false(start_finds(seq));
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    core_world_close(&w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, written_set_up, written_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_start_replays_only_the_ledgers_tail),
        TEST(a_snapshot_with_wrong_books_is_passed_over_and_the_whole_ledger_read),
        TEST(P8_a_snapshot_that_the_ledger_does_not_vouch_for_is_refused_and_the_one_before_it_used),
        TEST(P8_of_2000_forged_snapshots_none_is_believed),
        TEST(P8_no_byte_of_a_row_can_be_altered_in_a_snapshot),
        TEST(P8_nor_can_a_snapshot_be_cut_or_said_to_be_of_another_event),
        TEST(P8_no_byte_of_an_event_can_be_altered_in_the_ledger_unseen),
    };
    return cmocka_run_group_tests_name("recovery", tests, ledger_home_begin, ledger_home_end);
}
