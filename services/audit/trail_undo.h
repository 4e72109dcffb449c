/* trail_undo.h: what the trail keeps of a case that was reopened because its end was a mistake. */
#ifndef CONCORDAT_AUDIT_TRAIL_UNDO_H
#define CONCORDAT_AUDIT_TRAIL_UNDO_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* SQLITE_OK, or the error. */
int trail_keep_reopened(struct sql *sql, const Concordat__V1__Event *event);

#endif
