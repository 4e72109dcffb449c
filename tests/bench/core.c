/* core.c: measures the core alone: nanoseconds and allocations of deciding and applying, with few teams and
 * with many.
 *
 * core TEAMS. Deciding changes nothing, so it decides the same commands again and again on one state.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/now.h"
#include "tests/bench/lives.h"
#include "tests/bench/measure.h"

enum { CASES = 1000, ROUNDS = 20, EVENTS_MAX = 4 * CASES };

/* The linker's --wrap counts the calls of all our code. */
static uint64_t allocations;
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    allocations++;
    return __real_realloc(memory, size);
}

struct keeping {
    struct event *events; /* owned */
    size_t count;
};

static void keep_event(void *context, const struct region *region, const struct event *event)
{
    (void)region;
    struct keeping *k = context;
    if (k->count < EVENTS_MAX)
        k->events[k->count++] = *event;
}

static void print(const char *name, double ns, double count, uint64_t allocated)
{
    printf("\"%s\":{\"ns\":%.1f,\"per_s\":%.0f,\"allocations\":%.3f}", name, ns / count, count * 1e9 / ns,
           (double)allocated / count);
}

/* Returns the fastest of several rounds, because disturbances can only slow a round down. */
static void measure_decide(struct region *region, const char *name, const struct command *commands)
{
    int64_t best_ns = INT64_MAX;
    uint64_t before = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start_ns = now_monotonic_ns();
        before = allocations;
        for (int i = 0; i < CASES; i++) {
            decide(region->state, region->directory, &commands[i], region->now_ms, &region->decision);
            if (region->decision.refusal != REFUSAL_NONE)
                measure_fail("%s was refused: %d", name, (int)region->decision.refusal);
        }
        int64_t took_ns = now_monotonic_ns() - start_ns;
        best_ns = took_ns < best_ns ? took_ns : best_ns;
    }
    print(name, (double)best_ns, CASES, allocations - before);
}

/* Applies the kept events to another state that has lived through the same until then. */
static void measure_apply(const struct region *region, struct keeping *kept)
{
    struct state *state = region->state;
    uint64_t before = allocations, seq = state->counters.seq;
    int64_t start_ns = now_monotonic_ns();
    for (size_t i = 0; i < kept->count; i++) {
        kept->events[i].seq = ++seq;
        if (!state_reserve(state, 0) || !state_apply(state, &kept->events[i]))
            measure_fail("an event cannot follow");
    }
    print("apply", (double)(now_monotonic_ns() - start_ns), (double)kept->count, allocations - before);
}

static void set_place(struct command *command, char *district, size_t size, int number, int areas)
{
    snprintf(district, size, "%04d", number % areas);
    command->is.submit.at.district = district;
}

int main(int argc, char **argv)
{
    static struct life_submission submissions[2 * CASES];
    static struct command commands[CASES];
    static char districts[2 * CASES][16];
    int teams = argc > 1 ? atoi(argv[1]) : 10, areas = (teams + 9) / 10;
    struct keeping kept = {calloc(EVENTS_MAX, sizeof *kept.events), 0};
    struct region region = {.now_ms = INT64_C(1771847940000)};
    if (!kept.events || teams < 1 || teams > TEAMS_MAX)
        measure_fail("usage: bench-core TEAMS");
    region_open_teams(&region, teams);
    for (int i = 0; i < 2 * CASES; i++) {
        lives_submission(&submissions[i], (uint32_t)i, region.now_ms);
        set_place(&submissions[i].command, districts[i], sizeof districts[i], i * 7919, areas);
    }
    for (int i = 0; i < CASES; i++)
        if (region_do(&region, &submissions[i].command) != REFUSAL_NONE)
            measure_fail("a submission was refused");
    printf("{\"teams\":%d,\"open_cases\":%d,", teams, CASES);
    for (int i = 0; i < CASES; i++)
        commands[i] = submissions[CASES + i].command;
    measure_decide(&region, "decide_submit", commands);
    for (uint32_t i = 0; i < CASES; i++)
        lives_command(&region, LIFE_ACCEPT, i, &commands[i]);
    putchar(',');
    measure_decide(&region, "decide_accept", commands);
    putchar(',');
    region.each = keep_event;
    region.context = &kept;
    struct region again = {.now_ms = region.now_ms};
    region_open_teams(&again, teams);
    for (int i = 0; i < CASES; i++)
        region_do(&again, &submissions[i].command);
    for (uint32_t i = 0; i < CASES; i++)
        region_do(&region, &commands[i]);
    for (uint32_t i = 0; i < CASES; i++) {
        lives_command(&region, LIFE_CLOSE, i, &commands[i]);
        region_do(&region, &commands[i]);
    }
    measure_apply(&again, &kept);
    printf("}\n");
    region_close(&region);
    region_close(&again);
    free(kept.events);
    return 0;
}
