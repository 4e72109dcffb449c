/* agenda.c: a binary heap of open cases by due instant. Ties go by row, so that every replay agrees. */
#include "broker/core/agenda.h"

#include <assert.h>

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

static uint32_t *place_of_row(const struct agenda *agenda, uint32_t row)
{
    return (uint32_t *)(void *)agenda->places.rows + row;
}

static struct agenda_entry *entry_at(const struct agenda *agenda, uint32_t place)
{
    return (struct agenda_entry *)(void *)agenda->entries.rows + place;
}

/* The place of a row that has an entry. */
static uint32_t taken_place(const struct agenda *agenda, uint32_t row)
{
    assert(row < agenda->places.count);
    uint32_t place = *place_of_row(agenda, row);
    assert(place < agenda->entries.count && entry_at(agenda, place)->row == row);
    return place;
}

static bool is_due_before(const struct agenda_entry *a, const struct agenda_entry *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->row < b->row;
}

static void put_entry(struct agenda *agenda, uint32_t place, struct agenda_entry what)
{
    *entry_at(agenda, place) = what;
    *place_of_row(agenda, what.row) = place;
}

/* Moves the entry at a place up or down until the heap is in order again. */
static void sift(struct agenda *agenda, uint32_t place)
{
    struct agenda_entry what = *entry_at(agenda, place);
    while (place > 0 && is_due_before(&what, entry_at(agenda, (place - 1) / 2))) {
        put_entry(agenda, place, *entry_at(agenda, (place - 1) / 2));
        place = (place - 1) / 2;
    }
    for (;;) {
        uint32_t child = place * 2 + 1;
        if (child >= agenda->entries.count)
            break;
        if (child + 1 < agenda->entries.count &&
            is_due_before(entry_at(agenda, child + 1), entry_at(agenda, child)))
            child++;
        if (!is_due_before(entry_at(agenda, child), &what))
            break;
        put_entry(agenda, place, *entry_at(agenda, child));
        place = child;
    }
    put_entry(agenda, place, what);
}

void agenda_add(struct agenda *agenda, uint32_t row, int64_t due_ms)
{
    while (agenda->places.count <= row)
        *(uint32_t *)table_add(&agenda->places) = ROW_NONE;
    assert(*place_of_row(agenda, row) == ROW_NONE);
    struct agenda_entry *added = table_add(&agenda->entries);
    *added = (struct agenda_entry){.due_ms = due_ms, .row = row};
    sift(agenda, agenda->entries.count - 1);
}

void agenda_change(struct agenda *agenda, uint32_t row, int64_t due_ms)
{
    uint32_t place = taken_place(agenda, row);
    if (entry_at(agenda, place)->due_ms == due_ms)
        return;
    entry_at(agenda, place)->due_ms = due_ms;
    sift(agenda, place);
}

void agenda_remove(struct agenda *agenda, uint32_t row)
{
    uint32_t place = taken_place(agenda, row);
    uint32_t last = agenda->entries.count - 1;
    struct agenda_entry moved = *entry_at(agenda, last);
    *place_of_row(agenda, row) = ROW_NONE;
    agenda->entries.count = last;
    if (place == last)
        return;
    *entry_at(agenda, place) = moved;
    sift(agenda, place);
}

const struct agenda_entry *agenda_first(const struct agenda *agenda)
{
    return agenda->entries.count ? entry_at(agenda, 0) : NULL;
}

const struct agenda_entry *agenda_find(const struct agenda *agenda, uint32_t row)
{
    uint32_t place = row < agenda->places.count ? *place_of_row(agenda, row) : ROW_NONE;
    return place < agenda->entries.count ? entry_at(agenda, place) : NULL;
}

const char *agenda_check(const struct agenda *agenda)
{
    for (uint32_t place = 0; place < agenda->entries.count; place++) {
        const struct agenda_entry *entry = entry_at(agenda, place);
        if (entry->row >= agenda->places.count || *place_of_row(agenda, entry->row) != place)
            return "an entry of the agenda does not stand where its row says";
        if (place && is_due_before(entry, entry_at(agenda, (place - 1) / 2)))
            return "the agenda is out of order";
    }
    return NULL;
}
