/* trail_schema.h: the tables of trail.db. */
#ifndef CONCORDAT_TRAIL_SCHEMA_H
#define CONCORDAT_TRAIL_SCHEMA_H

#include <sqlite3.h>

enum { TRAIL_APPLICATION_ID = 0x436f5472 /* "CoTr" */, TRAIL_VERSION = 5 };

/* Makes every table and view in an empty database. An SQLite result code. */
int trail_schema_create(sqlite3 *database);

/* The names of the tables that are made from events alone, so that verify can make and compare them; ends
 * with NULL. */
extern const char *const trail_schema_derived[];

#endif
