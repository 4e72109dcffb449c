/* region.c: a core in memory, with a directory and the cases that go through it. */
#include "tests/bench/region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/measure.h"

enum { LADDER = 10, RUNG = 2, MINUTE_MS = 60 * 1000 };

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        measure_fail("out of memory");
    return memory;
}

/* --- a made-up region ------------------------------------------------------------------------------- */

static void make_team(struct policy_team *team, int number)
{
    *team = (struct policy_team){.sources = 0xe,
                                 .needs = 0x1fe,
                                 .age_first = 18,
                                 .age_last = AGE_MAX,
                                 .detained = DETAINED_ALSO,
                                 .offers = TEAM_COMES};
    snprintf(team->id, sizeof team->id, "team-%05d", number);
    snprintf(team->name, sizeof team->name, "Team %d", number);
    strcpy(team->telephone, "01632 960001");
    team->interpreter = true;
    team->expected_arrival_ms = 30 * MINUTE_MS;
    team->rota.count = 1;
    team->rota.shifts[0] = (struct shift){ROTA_WEEK | ROTA_BANK_HOLIDAY, 0, MINUTES_PER_DAY};
}

static void make_area(struct policy *policy, int number, int first_team, int teams)
{
    struct policy_area *area = &policy->areas[number];
    snprintf(area->id, sizeof area->id, "area-%04d", number);
    snprintf(area->name, sizeof area->name, "Area %d", number);
    area->coordinator = (uint16_t)number;
    for (int i = 0; i < LADDER && first_team + i < teams; i++)
        area->steps[area->step_count++] =
            (struct policy_step){.team = (uint16_t)(first_team + i), .rung = (uint8_t)(1 + i / RUNG)};
    snprintf(policy->coordinators[number].id, sizeof policy->coordinators[number].id, "duty-%04d", number);
    strcpy(policy->coordinators[number].telephone, "01632 960002");
    snprintf(policy->districts[number].key, sizeof policy->districts[number].key, "%04d", number);
    policy->districts[number].area = (uint16_t)number;
}

static void make_policy(struct policy *policy, int teams)
{
    int areas = (teams + LADDER - 1) / LADDER;
    policy->team_count = (uint16_t)teams;
    policy->teams = take((size_t)teams, sizeof *policy->teams);
    policy->area_count = policy->coordinator_count = (uint16_t)areas;
    policy->areas = take((size_t)areas, sizeof *policy->areas);
    policy->coordinators = take((size_t)areas, sizeof *policy->coordinators);
    policy->districts = take((size_t)areas, sizeof *policy->districts);
    policy->district_count = (uint32_t)areas;
    for (int i = 0; i < teams; i++)
        make_team(&policy->teams[i], i);
    for (int i = 0; i < areas; i++)
        make_area(policy, i, i * LADDER, teams);
    policy->standards[policy->standard_count++] = (struct policy_standard){.id = "very-urgent",
                                                                           .clock = CLOCK_RESPONSE,
                                                                           .sources = 0xff,
                                                                           .urgencies = 0xff,
                                                                           .allowed_ms = 240 * MINUTE_MS};
    policy->standards[policy->standard_count++] = (struct policy_standard){.id = "section-136",
                                                                           .clock = CLOCK_SECTION_136,
                                                                           .sources = 0xff,
                                                                           .urgencies = 0xff,
                                                                           .allowed_ms = 1440 * MINUTE_MS};
    policy->urgency_when_missing = URGENCY_VERY_URGENT;
    for (int i = 0; i < URGENCY_COUNT; i++)
        policy->answer_ms[i] = 5 * MINUTE_MS;
    policy->arrival_grace_ms = 30 * MINUTE_MS;
    policy->contact_lease_ms = 720 * MINUTE_MS;
    policy->lease_grace_ms = 15 * MINUTE_MS;
    policy->remind_ms = policy->acknowledge_ms = policy->silent_after_ms = 5 * MINUTE_MS;
    policy->coordinator_lease_ms = 60 * MINUTE_MS;
    policy->undo_within_ms = INT64_C(24) * 60 * MINUTE_MS;
    policy->capacity_good_ms = 30 * MINUTE_MS;
    policy->rounds_max = 2;
    policy->retention_days = RETENTION_DAYS_DEFAULT;
}

/* --- any region ------------------------------------------------------------------------------------- */

static void apply(struct region *region, uint32_t names)
{
    for (int i = 0; i < region->decision.count; i++)
        if (region->each)
            region->each(region->context, region, &region->decision.events[i]);
    if (!state_reserve(region->state, names))
        measure_fail("out of memory");
    for (int i = 0; i < region->decision.count; i++)
        if (!state_apply(region->state, &region->decision.events[i]))
            measure_fail("an event cannot follow on this state");
}

enum refusal region_do(struct region *region, const struct command *command)
{
    decide(region->state, region->directory, command, region->now_ms, &region->decision);
    apply(region, 0);
    return region->decision.refusal;
}

void region_wait(struct region *region, int64_t until_ms)
{
    while (state_due(region->state) <= until_ms) {
        if (state_due(region->state) > region->now_ms)
            region->now_ms = state_due(region->state);
        decide_time(region->state, region->directory, region->now_ms, &region->decision);
        apply(region, 0);
    }
    region->now_ms = until_ms > region->now_ms ? until_ms : region->now_ms;
}

static void begin(struct region *region, const struct policy *policy)
{
    struct command command = {.kind = COMMAND_LOAD_POLICY, .actor = "", .opaque = region->file};
    region->state = state_new(1);
    region->directory = directory_new(policy);
    if (!region->state || !region->directory)
        measure_fail("out of memory");
    command.is.policy.digest = policy->digest;
    command.is.policy.teams = region->directory->teams;
    command.is.policy.areas = region->directory->areas;
    command.is.policy.coordinators = region->directory->coordinators;
    decide(region->state, region->directory, &command, region->now_ms, &region->decision);
    apply(region, (uint32_t)policy->team_count + policy->area_count + policy->coordinator_count);
    if (!directory_bind(region->directory, region->state))
        measure_fail("out of memory");
    for (uint16_t i = 0; i < policy->team_count; i++) {
        struct command there = {.kind = COMMAND_PRESENCE, .party = PARTY_TEAM, .actor = policy->teams[i].id};
        there.slot = region->directory->team_slots[i];
        there.is.presence.present = true;
        region_do(region, &there);
    }
}

void region_open_file(struct region *region, const char *path)
{
    struct policy_problems problems = {0};
    region->file = policy_file_read(path, &problems);
    if (!region->file)
        measure_fail("%s: line %d: %s", path, problems.items[0].line, problems.items[0].text);
    begin(region, &region->file->policy);
}

void region_open_teams(struct region *region, int teams)
{
    make_policy(&region->policy, teams);
    begin(region, &region->policy);
}

void region_close(struct region *region)
{
    directory_destroy(&region->directory);
    state_destroy(&region->state);
    policy_file_destroy(&region->file);
    free(region->policy.teams);
    free(region->policy.areas);
    free(region->policy.coordinators);
    free(region->policy.districts);
    *region = (struct region){0};
}
