/* trail_closing.h: what the trail keeps of a case that its team wanted to close without contact. */
#ifndef CONCORDAT_AUDIT_TRAIL_CLOSING_H
#define CONCORDAT_AUDIT_TRAIL_CLOSING_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* SQLITE_OK, or the error. */
int trail_keep_closing_asked(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_kept_open(struct sql *sql, const Concordat__V1__Event *event);

#endif
