/* schema.h: what a database administrator makes for a ledger, and what a router sees to before it uses one.
 */
#ifndef CONCORDAT_SCHEMA_H
#define CONCORDAT_SCHEMA_H

#include "broker/ledger/postgres/line.h"

/* Whether the database has these tables, and the server is set as a ledger needs it. If `several`, one other
 * server has to confirm each commit. False with a message that says what to change. */
bool schema_check(struct line *line, bool several, int64_t patience_ms);

#endif
