/* trail_passed.c: what the trail keeps of a case that was passed on to another provider: see trail_passed.h.
 */
#include "services/audit/trail_passed.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))

/* Each event has the whole: what was said before stays in the table, and no longer in the case. */
int trail_keep_passed_on(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__PassedOn *what = event->passed_on;
    int done = RUN("INSERT INTO passed_on (seq, referral, at_ms, actor, provider, received_at_ms)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   sql_integer((int64_t)event->seq), sql_uuid(&event->referral), sql_integer(event->at_ms),
                   sql_text(event->actor), sql_text(what->provider), sql_time(what->received_ms));
    if (done != SQLITE_OK)
        return done;
    return RUN("UPDATE referral SET passed_on_at_ms = coalesce(passed_on_at_ms, ?2), passed_to = ?3,"
               " provider_received_at_ms = ?4 WHERE referral = ?1",
               sql_uuid(&event->referral), sql_integer(event->at_ms), sql_text(what->provider),
               sql_time(what->received_ms));
}
