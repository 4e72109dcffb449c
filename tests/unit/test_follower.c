/* test_follower.c: a router that follows has the leader's state, keeps snapshots of its own, and begins with
 * them; and a router does not lead on a history that lacks what it acknowledged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "broker/ledger/acknowledged.h"
#include "broker/shell/follower.h"
#include "broker/shell/recovery.h"
#include "tests/worlds/ledger_home.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/state_copy.h"
#include "tests/worlds/written_world.h"

static char own_folder[256], why[1024];

static int follower_set_up(void **unused)
{
    if (written_set_up(unused))
        return -1;
    snprintf(own_folder, sizeof own_folder, "%s/own", written_home);
    return mkdir(own_folder, 0700);
}

static struct follower follower_of_test(void)
{
    return (struct follower){
        .open_reader = ledger_reader_open, .address = written_address, .folder = own_folder};
}

/* Until it has read all that there is; a snapshot that it writes meanwhile is awaited, and kept if it may. */
static void follow_to_the_end(struct follower *follower)
{
    siginfo_t ended;
    while (follower_turn(follower))
        if (follower->keeper.child > 0)
            assert_int_equal(waitid(P_PID, (id_t)follower->keeper.child, &ended, WEXITED | WNOWAIT), 0);
    while (follower->keeper.child > 0) {
        assert_int_equal(waitid(P_PID, (id_t)follower->keeper.child, &ended, WEXITED | WNOWAIT), 0);
        (void)follower_turn(follower);
    }
}

static void expect_same(const struct follower *follower, const struct core_world *w)
{
    uint8_t chain[CHAIN_BYTES];
    assert_non_null(follower->state);
    assert_int_equal(follower_reached(follower, chain), w->state->counters.seq);
    assert_true(state_same(follower->state, w->state));
}

/* The event as of which the snapshot is that a start with the follower's folder uses; 0: none. */
static uint64_t snapshot_in_own_folder(const struct core_world *w)
{
    struct recovery found;
    struct state *state = recovery_read(written, own_folder, 7, &found, why, sizeof why);
    assert_non_null(state);
    assert_true(state_same(state, w->state));
    state_destroy(&state);
    return w->state->counters.seq - found.replayed;
}

static void it_follows_a_leader_and_keeps_snapshots_of_its_own(void **unused)
{
    (void)unused;
    struct follower follower = follower_of_test();
    struct core_world *w = written_world_open();
    walk_world(w, walk_first_seed(), 10);
    follow_to_the_end(&follower);
    expect_same(&follower, w);
    assert_int_equal(snapshot_in_own_folder(w), 0);
    walk_world(w, walk_first_seed() + 1, 10);
    written_leave_snapshot(w, (struct written_snapshot){0});
    walk_world(w, walk_first_seed() + 2, 10);
    follow_to_the_end(&follower);
    expect_same(&follower, w);
    uint64_t begun = world_event(w, EVENT_SNAPSHOT_BEGUN)->seq;
    assert_int_equal(snapshot_in_own_folder(w), begun);

    struct state *given = follower_give(&follower);
    assert_true(state_same(given, w->state));
    state_destroy(&given);
    assert_null(follower_give(&follower));

    /* Another one, in the same folder, begins with that snapshot. */
    struct follower again = follower_of_test();
    assert_false(follower_turn(&again));
    assert_int_equal(again.keeper.kept_seq, begun);
    expect_same(&again, w);
    follower_close(&again);
    core_world_close(&w);
}

/* The leader was stopped before it could say the digest of its snapshot. */
static void a_snapshot_that_the_leader_does_not_vouch_for_is_not_kept_and_the_next_one_is(void **unused)
{
    (void)unused;
    struct follower follower = follower_of_test();
    struct core_world *w = written_world_open();
    walk_world(w, walk_first_seed(), 10);
    written_leave_snapshot(w, (struct written_snapshot){.untold = true});
    walk_world(w, walk_first_seed() + 1, 5);
    follow_to_the_end(&follower);
    assert_int_equal(snapshot_in_own_folder(w), 0);
    written_leave_snapshot(w, (struct written_snapshot){0});
    follow_to_the_end(&follower);
    expect_same(&follower, w);
    assert_int_equal(snapshot_in_own_folder(w), w->state->counters.seq - 1);
    follower_close(&follower);
    core_world_close(&w);
}

static void a_snapshot_of_another_state_than_the_leaders_is_not_kept(void **unused)
{
    (void)unused;
    struct follower follower = follower_of_test();
    struct core_world *w = written_world_open();
    walk_world(w, walk_first_seed(), 10);
    written_leave_snapshot(w, (struct written_snapshot){.off = 1});
    follow_to_the_end(&follower);
    assert_int_equal(snapshot_in_own_folder(w), 0);
    expect_same(&follower, w);
    follower_close(&follower);
    core_world_close(&w);
}

/* --- what was acknowledged ------------------------------------------------------------------------------ */

static enum ledger_status stands(const struct acknowledged *acknowledged)
{
    why[0] = '\0';
    return acknowledged_is_in(acknowledged, written, own_folder, why, sizeof why);
}

static void a_router_leads_only_on_a_history_that_has_what_it_acknowledged(void **unused)
{
    (void)unused;
    struct acknowledged acknowledged;
    uint8_t chain[CHAIN_BYTES];
    struct core_world *w = written_world_open();
    walk_world(w, walk_first_seed(), 10);
    assert_true(acknowledged_open(&acknowledged, own_folder, why, sizeof why));
    assert_int_equal(stands(&acknowledged), LEDGER_OK); /* it has acknowledged nothing */
    uint64_t seq = ledger_head(written, chain);
    assert_true(acknowledged_note(&acknowledged, seq, chain));
    assert_int_equal(stands(&acknowledged), LEDGER_OK);
    walk_world(w, walk_first_seed() + 1, 10);
    acknowledged_close(&acknowledged);
    assert_true(acknowledged_open(&acknowledged, own_folder, why, sizeof why));
    assert_int_equal(acknowledged.seq, seq);
    assert_int_equal(stands(&acknowledged), LEDGER_OK);

    /* A history in which another event stands there, and one that ends before it. */
    chain[0] ^= 1;
    assert_true(acknowledged_note(&acknowledged, seq, chain));
    assert_int_equal(stands(&acknowledged), LEDGER_NOT_FOUND);
    assert_non_null(strstr(why, "lacks event"));
    assert_true(acknowledged_note(&acknowledged, w->state->counters.seq + 1, chain));
    assert_int_equal(stands(&acknowledged), LEDGER_NOT_FOUND);
    assert_non_null(strstr(why, "remove /dev/shm/"));
    acknowledged_close(&acknowledged);
    core_world_close(&w);
}

static void a_note_that_was_altered_is_refused(void **unused)
{
    (void)unused;
    struct acknowledged acknowledged;
    const uint8_t chain[CHAIN_BYTES] = {7};
    char path[300];
    snprintf(path, sizeof path, "%s/%s", own_folder, ACKNOWLEDGED_FILE);
    assert_true(acknowledged_open(&acknowledged, own_folder, why, sizeof why));
    assert_true(acknowledged_note(&acknowledged, 5, chain));
    acknowledged_close(&acknowledged);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 3, SEEK_SET), 0);
    assert_int_equal(fputc(9, file), 9);
    assert_int_equal(fclose(file), 0);
    assert_false(acknowledged_open(&acknowledged, own_folder, why, sizeof why));
    assert_non_null(strstr(why, path));
    assert_false(acknowledged_open(&acknowledged, "/nonexistent", why, sizeof why));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, follower_set_up, written_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_follows_a_leader_and_keeps_snapshots_of_its_own),
        TEST(a_snapshot_that_the_leader_does_not_vouch_for_is_not_kept_and_the_next_one_is),
        TEST(a_snapshot_of_another_state_than_the_leaders_is_not_kept),
        TEST(a_router_leads_only_on_a_history_that_has_what_it_acknowledged),
        TEST(a_note_that_was_altered_is_refused),
    };
    return cmocka_run_group_tests_name("follower", tests, ledger_home_begin, ledger_home_end);
}
