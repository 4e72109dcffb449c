/* own_events.c: what the broker writes of itself: that it started, and from which state; its snapshots. */
#include "broker/record/replay.h"
#include "broker/shell/adopt.h"
#include "broker/shell/broker.h"
#include "broker/shell/inside.h"
#include "broker/shell/time.h"

void broker_record_start(struct broker *b, uint64_t replayed, struct now now)
{
    struct command command = {.kind = COMMAND_RECORD_START, .actor = ""};
    uint8_t digest[STATE_DIGEST_BYTES];
    now = time_of_ledger(b, now);
    time_record_correction(b, now);
    replay_digest(b->state, digest);
    command.is.started = (struct started){b->self.software, replayed, digest, state_layout};
    adopt_own(b, &command, now.wall_ms);
}

bool broker_begin_snapshot(struct broker *b, struct now now)
{
    const struct command command = {.kind = COMMAND_BEGIN_SNAPSHOT, .actor = ""};
    now = time_of_ledger(b, now);
    return adopt_own(b, &command, now.wall_ms) == REFUSAL_NONE;
}

bool broker_keep_snapshot(struct broker *b, const struct kept *kept, struct now now)
{
    struct command command = {.kind = COMMAND_KEEP_SNAPSHOT, .actor = ""};
    now = time_of_ledger(b, now);
    command.is.kept = *kept;
    return adopt_own(b, &command, now.wall_ms) == REFUSAL_NONE;
}
