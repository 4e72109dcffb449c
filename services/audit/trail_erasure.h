/* trail_erasure.h: what the trail's tables keep of erasures and of holds on them. */
#ifndef CONCORDAT_AUDIT_TRAIL_ERASURE_H
#define CONCORDAT_AUDIT_TRAIL_ERASURE_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* SQLITE_OK, or the fault. */
int trail_keep_erased(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_hold_set(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_hold_lifted(struct sql *sql, const Concordat__V1__Event *event);

#endif
