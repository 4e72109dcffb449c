/* test_recovery.c: a broker that starts reads the newest snapshot and the ledger's tail; a snapshot whose
 * books do not add up is passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/keeper.h"
#include "broker/shell/recovery.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/packed_world.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"

static char home[FOLDER_PATH_BYTES], why[512];
static struct ledger *written;

static int recovery_set_up(void **unused)
{
    (void)unused;
    enum ledger_status status;
    if (folder_make(home, "recovery"))
        return -1;
    written = ledger_open(folder_file(home, "ledger.db"), &status, why, sizeof why);
    return written ? 0 : -1;
}

static int recovery_tear_down(void **unused)
{
    (void)unused;
    ledger_close(&written);
    return folder_remove(home);
}

static void write_to_ledger(struct core_world *w, const struct event *event)
{
    static uint8_t packed[PACKED_BYTES_MAX];
    struct ledger_event stored = {.seq = event->seq, .at_ms = event->at_ms, .kind = (uint32_t)event->kind};
    stored.referral = event->has_referral ? event->referral : NULL;
    stored.body = packed;
    stored.body_size = packed_event(w, event, SOURCE_NONE, packed, sizeof packed);
    assert_int_equal(ledger_append(written, &stored, 1), LEDGER_OK);
}

static void with_a_ledger(struct core_world *w)
{
    walk_adjust(w);
    w->watch = write_to_ledger;
}

/* A world some way on, with a snapshot of it `off` open cases wrong, and some way further. */
static struct core_world *world_with_snapshot(uint32_t off)
{
    struct core_world *w = core_world_open(5, with_a_ledger);
    struct keeper keeper = {0};
    walk_world(w, walk_first_seed(), 20);
    w->state->counters.open_count += off;
    keeper_keep_now(&keeper, w->state, written, home);
    w->state->counters.open_count -= off;
    walk_world(w, walk_first_seed() + 1, 5);
    return w;
}

static uint64_t recovered_from(const struct core_world *w)
{
    uint64_t replayed;
    struct state *state = recovery_read(written, home, 7, &replayed, why, sizeof why);
    assert_non_null(state);
    assert_true(state_same(state, w->state));
    state_destroy(&state);
    return w->state->counters.seq - replayed;
}

static void a_start_replays_only_the_ledgers_tail(void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot(0);
    assert_int_not_equal(recovered_from(w), 0);
    core_world_close(&w);
}

static void a_snapshot_with_wrong_books_is_passed_over_and_the_whole_ledger_read(void **unused)
{
    (void)unused;
    struct core_world *w = world_with_snapshot(1);
    assert_int_equal(recovered_from(w), 0);
    core_world_close(&w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, recovery_set_up, recovery_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_start_replays_only_the_ledgers_tail),
        TEST(a_snapshot_with_wrong_books_is_passed_over_and_the_whole_ledger_read),
    };
    return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
