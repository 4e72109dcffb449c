/* counted.c: see counted.h. */
#include "broker/shell/counted.h"

#include <stdlib.h>

#include "broker/shell/broker.h"
#include "broker/shell/inside.h"

#define MS_PER_DAY INT64_C(86400000)

static bool clock_still_runs(const struct clock *clock)
{
    return clock->started_ms && !clock->stopped_ms;
}

static void count_clocks(const struct referral *r, int64_t now_ms, struct counted *counted)
{
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++)
        if (clock_still_runs(&r->clocks[kind]) && now_ms > r->clocks[kind].due_ms)
            counted->late[kind]++;
    const struct clock *hours = &r->clocks[CLOCK_SECTION_136];
    if (clock_still_runs(hours) && hours->warn_ms && now_ms >= hours->warn_ms && now_ms <= hours->due_ms)
        counted->ending_soon++;
}

static void count_without_team(const struct referral *r, struct counted *counted)
{
    counted->without_team++;
    if (r->received_ms < counted->oldest_received_ms)
        counted->oldest_received_ms = r->received_ms;
}

static void count_open_case(const struct referral *r, int64_t now_ms, struct counted *counted)
{
    counted->unowned += r->owner.kind == OWNER_NONE;
    counted->altered += r->altered != 0;
    if (r->drill) {
        counted->drills++;
        return;
    }
    struct counted_area *area = &counted->areas[r->facts.area];
    area->by_state[r->state]++;
    area->of_coordinator += r->owner.kind == OWNER_COORDINATOR;
    area->unheard += referral_is_reminded(r) ? r->unheard : 0;
    if (!referral_is_with_team(r))
        count_without_team(r, counted);
    count_clocks(r, now_ms, counted);
}

bool counted_cases(const struct broker *b, struct counted *counted)
{
    *counted = (struct counted){.oldest_received_ms = INT64_MAX,
                                .areas = calloc(b->state->areas.count + 1u, sizeof *counted->areas)};
    if (!counted->areas)
        return false;
    for (uint32_t row = 0; row < state_referral_rows(b->state); row++) {
        const struct referral *r = state_referral_row(b->state, row);
        if (referral_is_open(r))
            count_open_case(r, b->time.now_ms, counted);
    }
    return true;
}

void counted_close(struct counted *counted)
{
    free(counted->areas);
    counted->areas = NULL;
}

uint32_t counted_connections(const struct broker *b, Concordat__V1__Role role, bool only_behind)
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        const struct session *session = sessions_row(&b->sessions, row);
        count += session->live && session->peer.key.role == role &&
                 (!only_behind || (session->news.wanted && session->news.catching_up));
    }
    return count;
}

int64_t counted_holidays_end_ms(const struct broker *b)
{
    const struct bank_holidays *holidays = &b->directory->policy->holidays;
    return holidays->count ? (holidays->days[holidays->count - 1] + INT64_C(1)) * MS_PER_DAY : 0;
}
