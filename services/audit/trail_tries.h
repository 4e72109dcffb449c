/* trail_tries.h: what the trail keeps of tries to reach a person. */
#ifndef CONCORDAT_TRAIL_TRIES_H
#define CONCORDAT_TRAIL_TRIES_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* An SQLite result code each. */
int trail_keep_contact_tried(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_tries_used_up(struct sql *sql, const Concordat__V1__Event *event);

#endif
