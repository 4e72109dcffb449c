/* trail_tables.h: what each kind of event writes into the trail's plain tables. */
#ifndef CONCORDAT_TRAIL_TABLES_H
#define CONCORDAT_TRAIL_TABLES_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* Writes one event into every table but `event` itself. An SQLite result code: SQLITE_OK, a constraint if the
 * event contradicts what came before it, or an error of the environment. */
int trail_tables_apply(struct sql *sql, const Concordat__V1__Event *event);

/* The name of an event's kind, such as "offer_seen"; NULL if the kind is not known. */
const char *trail_tables_kind(const Concordat__V1__Event *event);

#endif
