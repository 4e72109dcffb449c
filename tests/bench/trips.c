/* trips.c: the round trips of one load, and when each step of them happened. */
#include "tests/bench/trips.h"

#include <stdio.h>
#include <stdlib.h>

uint32_t trips_start(struct trips *t, int64_t due_ns)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 1 << 16;
        t->items = realloc(t->items, t->room * sizeof *t->items);
        if (!t->items)
            measure_fail("out of memory");
    }
    t->items[t->count] = (struct trip){.due = due_ns};
    return t->count++;
}

void trips_print(const struct trips *t, int64_t from_ns, int64_t until_ns)
{
    struct samples acknowledged = {0}, offered = {0}, accepted = {0}, told = {0}, whole = {0};
    for (uint32_t i = 0; i < t->count; i++) {
        const struct trip *trip = &t->items[i];
        if (trip->due < from_ns || trip->due > until_ns || !trip->done)
            continue;
        samples_add(&acknowledged, trip->acknowledged - trip->due);
        samples_add(&offered, trip->offered - trip->due);
        samples_add(&accepted, trip->done - trip->accepted);
        samples_add(&whole, trip->done - trip->due);
        if (trip->told)
            samples_add(&told, trip->told - trip->due);
    }
    samples_print(&acknowledged, "submit_to_acknowledged");
    putchar(',');
    samples_print(&offered, "submit_to_offered");
    putchar(',');
    samples_print(&accepted, "accept_to_acknowledged");
    putchar(',');
    samples_print(&told, "submit_to_referrer_told");
    putchar(',');
    samples_print(&whole, "round_trip");
    samples_close(&acknowledged);
    samples_close(&offered);
    samples_close(&accepted);
    samples_close(&told);
    samples_close(&whole);
}

uint32_t trips_done(const struct trips *t, int64_t from_ns, int64_t until_ns)
{
    uint32_t done = 0;
    for (uint32_t i = 0; i < t->count; i++)
        done += t->items[i].done >= from_ns && t->items[i].done < until_ns;
    return done;
}

void trips_close(struct trips *t)
{
    free(t->items);
    *t = (struct trips){0};
}
