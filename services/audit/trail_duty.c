/* trail_duty.c: what the trail keeps of the coordinators on duty: see trail_duty.h. */
#include "services/audit/trail_duty.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

int trail_keep_passed_over(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN("INSERT INTO passed_over (seq, referral, at_ms, coordinator, previous)"
               " VALUES (?1, ?2, ?3, ?4, ?5)",
               SEQ, REFERRAL, AT, sql_text(event->passed_over->coordinator),
               sql_text(event->passed_over->previous));
}
