/* agenda.h: which open case needs time's attention next: a heap ordered by due instant, then row. */
#ifndef CONCORDAT_CORE_AGENDA_H
#define CONCORDAT_CORE_AGENDA_H

#include <stdint.h>

#include "broker/core/table.h"

struct agenda_entry {
    int64_t due_ms;
    uint32_t row;
    uint32_t unused;
};

struct agenda {
    struct table entries; /* the heap */
    struct table places;  /* by row: where its entry stands in the heap; ROW_NONE: it has none */
};

void agenda_open(struct agenda *agenda);
void agenda_close(struct agenda *agenda);
/* Room for all rows below `rows`. False if memory is short. */
bool agenda_reserve(struct agenda *agenda, uint32_t rows);

/* A row has one entry or none: agenda_add needs a row that has none, the other two a row that has one. */
void agenda_add(struct agenda *agenda, uint32_t row, int64_t due_ms);
void agenda_change(struct agenda *agenda, uint32_t row, int64_t due_ms);
void agenda_remove(struct agenda *agenda, uint32_t row);
/* The entry that is due first; NULL if the agenda is empty. */
const struct agenda_entry *agenda_first(const struct agenda *agenda);
/* The entry of a row; NULL if it has none. */
const struct agenda_entry *agenda_find(const struct agenda *agenda, uint32_t row);

/* Tells in words what is wrong with the heap or the places; NULL: nothing. */
const char *agenda_check(const struct agenda *agenda);

#endif
