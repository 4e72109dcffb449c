/* trail_passed.h: what the trail keeps of a case that was passed on to another provider. */
#ifndef CONCORDAT_AUDIT_TRAIL_PASSED_H
#define CONCORDAT_AUDIT_TRAIL_PASSED_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* SQLITE_OK, or the error. */
int trail_keep_passed_on(struct sql *sql, const Concordat__V1__Event *event);

#endif
