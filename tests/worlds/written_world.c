/* written_world.c: see written_world.h. */
#include "tests/worlds/written_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/shell/keeper.h"
#include "proto/wire/reduced.h"
#include "tests/worlds/ledger_home.h"
#include "tests/worlds/packed_world.h"
#include "tests/worlds/random_walk.h"

char written_home[FOLDER_PATH_BYTES], written_address[512];
struct ledger *written;

int written_set_up(void **unused)
{
    (void)unused;
    enum ledger_status status;
    char why[512];
    /* In memory: thousands of snapshots are written and synced here, and none has to outlive the machine. */
    strcpy(written_home, "/dev/shm/concordat-written-XXXXXX");
    if (!mkdtemp(written_home))
        return -1;
    ledger_home_make(written_home, written_address, sizeof written_address);
    written = ledger_open(written_address, &status, why, sizeof why);
    return written ? 0 : -1;
}

int written_tear_down(void **unused)
{
    (void)unused;
    ledger_close(&written);
    return folder_remove(written_home);
}

static void written_write(struct core_world *w, const struct event *event)
{
    static uint8_t packed[PACKED_BYTES_MAX], reduced[PACKED_BYTES_MAX];
    uint8_t digest[CHAIN_BYTES];
    struct ledger_event stored = {.seq = event->seq, .at_ms = event->at_ms, .kind = (uint32_t)event->kind};
    stored.referral = event->has_referral ? event->referral : NULL;
    stored.body = packed;
    stored.body_size = packed_event(w, event, SOURCE_NONE, packed, sizeof packed);
    assert_true(reduced_digest(packed, stored.body_size, reduced, digest));
    stored.reduced = digest;
    assert_int_equal(ledger_append(written, &stored, 1), LEDGER_OK);
}

static void written_adjust(struct core_world *w)
{
    walk_adjust(w);
    w->watch = written_write;
}

static void written_do(struct core_world *w, enum command_kind kind, const struct kept *kept)
{
    struct command command = {.kind = kind, .actor = ""};
    if (kept)
        command.is.kept = *kept;
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
}

struct core_world *written_world_open(void)
{
    return core_world_open(5, written_adjust);
}

void written_leave_snapshot(struct core_world *w, struct written_snapshot how)
{
    struct keeper keeper = {0};
    struct kept kept;
    uint8_t chain[CHAIN_BYTES];
    written_do(w, COMMAND_BEGIN_SNAPSHOT, NULL);
    assert_int_equal(ledger_head(written, chain), w->state->counters.seq);
    w->state->counters.open_count += how.off;
    keeper_write_now(&keeper, w->state, chain, written_home);
    w->state->counters.open_count -= how.off;
    assert_true(keeper_has_written(&keeper, &kept));
    if (!how.untold)
        written_do(w, COMMAND_KEEP_SNAPSHOT, &kept);
    keeper_keep(&keeper, written_home);
    keeper_close(&keeper);
}
