/* trail_beside.h: what the trail keeps of the requests beside a case. */
#ifndef CONCORDAT_AUDIT_TRAIL_BESIDE_H
#define CONCORDAT_AUDIT_TRAIL_BESIDE_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* An SQLite result code each. */
int trail_keep_beside(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_beside_chased(struct sql *sql, const Concordat__V1__Event *event);

#endif
