/* trail_erasure.c: what the trail keeps of erasures and of holds on them: see trail_erasure.h. */
#include "services/audit/trail_erasure.h"

#include "proto/words/words.h"
#include "services/audit/national.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

int trail_keep_erased(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__Erased *what = event->erased;
    int done = RUN("INSERT INTO erasure (seq, referral, at_ms, actor, reason, erased_by, second_person)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   SEQ, REFERRAL, AT, sql_text(event->actor), WORDS(erase_reason, what->reason),
                   sql_text(what->by), sql_text(what->second));
    return done != SQLITE_OK ? done
                             : RUN("UPDATE referral SET erased_at_ms = ?2 WHERE referral = ?1", REFERRAL, AT);
}

int trail_keep_hold_set(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__HoldSet *what = event->hold_set;
    return RUN("INSERT INTO hold (set_seq, referral, reason, set_at_ms, set_by) VALUES (?1, ?2, ?3, ?4, ?5)",
               SEQ, REFERRAL, WORDS(hold_on_erasure, what->reason), AT, sql_text(what->by));
}

int trail_keep_hold_lifted(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__HoldLifted *what = event->hold_lifted;
    return RUN("UPDATE hold SET lifted_seq = ?3, lifted_at_ms = ?4, lifted_by = ?5"
               " WHERE referral = ?1 AND reason = ?2 AND lifted_seq IS NULL",
               REFERRAL, WORDS(hold_on_erasure, what->reason), SEQ, AT, sql_text(what->by));
}
