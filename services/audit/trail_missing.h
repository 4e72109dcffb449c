/* trail_missing.h: what the trail keeps of a person who is missing, or could not be reached. */
#ifndef CONCORDAT_AUDIT_TRAIL_MISSING_H
#define CONCORDAT_AUDIT_TRAIL_MISSING_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* An SQLite result code each. */
int trail_keep_went_missing(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_found(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_contact_tried(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_tries_used_up(struct sql *sql, const Concordat__V1__Event *event);

#endif
