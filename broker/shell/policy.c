/* policy.c: the policy that is in force. */
#include <string.h>

#include "broker/shell/adopt.h"
#include "broker/shell/broker.h"
#include "broker/shell/inside.h"
#include "broker/shell/time.h"

static bool record_policy(struct broker *b, const struct policy_file *file, struct now now)
{
    struct command command = {.kind = COMMAND_LOAD_POLICY, .actor = "", .opaque = file};
    command.is.policy.digest = file->policy.digest;
    command.is.policy.teams = b->directory->teams;
    command.is.policy.areas = b->directory->areas;
    command.is.policy.coordinators = b->directory->coordinators;
    return adopt_own(b, &command, now.wall_ms) == REFUSAL_NONE;
}

/* The ledger keeps each policy once: a restart under the same one is no event. */
static bool policy_is_recorded(const struct broker *b, const struct policy_file *file)
{
    return memcmp(b->state->counters.policy_digest, file->policy.digest, POLICY_DIGEST_BYTES) == 0;
}

bool broker_load_policy(struct broker *b, const struct policy_file *file, struct now now)
{
    now = time_of_ledger(b, now);
    struct directory *before = b->directory;
    statuses_forget(&b->statuses);
    b->directory = directory_new(&file->policy);
    if (!b->directory || (!policy_is_recorded(b, file) && !record_policy(b, file, now)) ||
        !directory_bind(b->directory, b->state)) {
        directory_destroy(&b->directory);
        b->directory = before;
        return false;
    }
    directory_destroy(&before);
    time_return_leases(b, now);
    b->passing_over = (struct passing_over){.is_going = true};
    adopt_rematch(b);
    return true;
}
