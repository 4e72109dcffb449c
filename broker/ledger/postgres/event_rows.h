/* event_rows.h: stored events as PostgreSQL gives them. */
#ifndef CONCORDAT_EVENT_ROWS_H
#define CONCORDAT_EVENT_ROWS_H

#include <libpq-fe.h>

#include "broker/ledger/served/engine.h"

/* The events from $1 on, at most $2 of them, in binary form; and the same with their sealed texts. */
extern const char event_rows_sql[], event_rows_whole_sql[];

/* Calls each for each row, until it returns false. */
void event_rows_give(const PGresult *rows, engine_each *each, void *context);

/* The number in the first row and column; 0 if there is none. */
int64_t event_rows_number(const PGresult *rows);

#endif
