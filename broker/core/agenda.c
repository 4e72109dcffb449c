/* agenda.c: a binary heap of open cases by due instant. Ties go by row, so that every replay agrees. */
#include "broker/core/agenda.h"

#include <stdbool.h>

void agenda_open(struct agenda *agenda)
{
    table_open(&agenda->entries, sizeof(struct agenda_entry));
    table_open(&agenda->places, sizeof(uint32_t));
}

void agenda_close(struct agenda *agenda)
{
    table_close(&agenda->entries);
    table_close(&agenda->places);
}

bool agenda_reserve(struct agenda *agenda, uint32_t rows)
{
    uint32_t entries = agenda->entries.count, places = agenda->places.count;
    return table_reserve(&agenda->entries, rows > entries ? rows - entries : 0) &&
           table_reserve(&agenda->places, rows > places ? rows - places : 0);
}

static uint32_t *place_of(const struct agenda *agenda, uint32_t row)
{
    return table_row(&agenda->places, row);
}

static struct agenda_entry *entry(const struct agenda *agenda, uint32_t place)
{
    return table_row(&agenda->entries, place);
}

static bool before(const struct agenda_entry *a, const struct agenda_entry *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->row < b->row;
}

static void put(struct agenda *agenda, uint32_t place, struct agenda_entry what)
{
    *entry(agenda, place) = what;
    *place_of(agenda, what.row) = place;
}

static void settle(struct agenda *agenda, uint32_t place)
{
    struct agenda_entry what = *entry(agenda, place);
    while (place > 0 && before(&what, entry(agenda, (place - 1) / 2))) {
        put(agenda, place, *entry(agenda, (place - 1) / 2));
        place = (place - 1) / 2;
    }
    for (;;) {
        uint32_t child = place * 2 + 1;
        if (child >= agenda->entries.count)
            break;
        if (child + 1 < agenda->entries.count && before(entry(agenda, child + 1), entry(agenda, child)))
            child++;
        if (!before(entry(agenda, child), &what))
            break;
        put(agenda, place, *entry(agenda, child));
        place = child;
    }
    put(agenda, place, what);
}

void agenda_add(struct agenda *agenda, uint32_t row, int64_t due_ms)
{
    while (agenda->places.count <= row)
        table_add(&agenda->places);
    struct agenda_entry *added = table_add(&agenda->entries);
    *added = (struct agenda_entry){.due_ms = due_ms, .row = row};
    settle(agenda, agenda->entries.count - 1);
}

void agenda_change(struct agenda *agenda, uint32_t row, int64_t due_ms)
{
    uint32_t place = *place_of(agenda, row);
    if (entry(agenda, place)->due_ms == due_ms)
        return;
    entry(agenda, place)->due_ms = due_ms;
    settle(agenda, place);
}

void agenda_remove(struct agenda *agenda, uint32_t row)
{
    uint32_t place = *place_of(agenda, row);
    uint32_t last = --agenda->entries.count;
    if (place == last)
        return;
    *entry(agenda, place) = *entry(agenda, last);
    settle(agenda, place);
}

const struct agenda_entry *agenda_first(const struct agenda *agenda)
{
    return agenda->entries.count ? entry(agenda, 0) : NULL;
}
