/* trail_duty.h: what the trail's tables keep of the coordinators on duty. */
#ifndef CONCORDAT_AUDIT_TRAIL_DUTY_H
#define CONCORDAT_AUDIT_TRAIL_DUTY_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* SQLITE_OK, or the fault; one row for each event. */
int trail_keep_passed_over(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_reminded(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_acknowledged(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_asked_again(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_shift(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_message(struct sql *sql, const Concordat__V1__Event *event);
/* The changes and the messages that somebody says they saw. */
int trail_keep_changes_seen(struct sql *sql, const Concordat__V1__Event *event);
int trail_keep_team_silent(struct sql *sql, const Concordat__V1__Event *event);

#endif
