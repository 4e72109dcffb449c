/* trail_detention.h: what the trail keeps of detentions: an entry each, and the warnings of clocks. */
#ifndef CONCORDAT_TRAIL_DETENTION_H
#define CONCORDAT_TRAIL_DETENTION_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* An SQLite result code each. */
int trail_keep_detention(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_clock_warned(struct sql *sql, const Concordat__V1__Event *event);

#endif
