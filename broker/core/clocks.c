/* clocks.c: which standard sets which clock for a referral, and from when. */
#include "broker/core/clocks.h"

#include <string.h>

/* The standard that is meant for this referral; the shortest where several are. */
static const struct policy_standard *standard_for(const struct policy *policy, const struct facts *facts,
                                                  enum clock_kind clock)
{
    const struct policy_standard *found = NULL;
    for (int i = 0; i < policy->standard_count; i++) {
        const struct policy_standard *standard = &policy->standards[i];
        if (standard->clock == clock && (standard->sources & (1u << facts->source)) &&
            (standard->urgencies & (1u << facts->routed_as)) &&
            (!found || standard->allowed_ms < found->allowed_ms))
            found = standard;
    }
    return found;
}

/* When a clock starts, 0 where it does not. */
static int64_t start_of(enum clock_kind clock, const struct facts *facts, int64_t received_ms,
                        enum basis *basis)
{
    *basis = BASIS_STATED;
    if (clock == CLOCK_RESPONSE || clock == CLOCK_REFERRER_TOLD)
        return received_ms;
    *basis = facts->place_of_safety_basis;
    if (!facts->section_136 || (clock == CLOCK_HANDOVER && facts->handover_done_ms))
        return 0;
    return facts->place_of_safety_ms;
}

uint8_t clocks_start(const struct policy *policy, const struct facts *facts, int64_t received_ms,
                     struct clock_start out[CLOCK_COUNT])
{
    uint8_t count = 0;
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        const struct policy_standard *standard = standard_for(policy, facts, (enum clock_kind)kind);
        enum basis basis;
        int64_t started_ms = start_of((enum clock_kind)kind, facts, received_ms, &basis);
        if (!standard || !started_ms)
            continue;
        struct clock_start *start = &out[count++];
        *start = (struct clock_start){.clock = (enum clock_kind)kind,
                                      .basis = basis,
                                      .started_ms = started_ms,
                                      .due_ms = started_ms + standard->allowed_ms};
        memcpy(start->standard, standard->id, sizeof start->standard);
    }
    return count;
}

uint8_t clocks_move(const struct policy *policy, const struct referral *r, const struct facts *facts,
                    struct clock_start out[CLOCK_COUNT])
{
    struct clock_start all[CLOCK_COUNT];
    uint8_t count = 0, all_count = clocks_start(policy, facts, r->received_ms, all);
    for (int i = 0; i < all_count; i++) {
        const struct clock *clock = &r->clocks[all[i].clock];
        if (clock->stopped_ms == 0 &&
            (clock->started_ms != all[i].started_ms || clock->due_ms != all[i].due_ms))
            out[count++] = all[i];
    }
    return count;
}
