/* trail_undo.c: what the trail keeps of a case that was reopened: see trail_undo.h. */
#include "services/audit/trail_undo.h"

#include "proto/words/words.h"
#include "services/audit/national.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

/* The case is as if it had never ended: its outcome goes, and an assessment that was told with it. */
static int reopen_referral_row(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN(
        "UPDATE referral SET"
        " psychosocially_assessed = CASE WHEN psychosocially_assessed_at_ms = ended_at_ms THEN NULL"
        "  ELSE psychosocially_assessed END,"
        " psychosocially_assessed_at_ms = nullif(psychosocially_assessed_at_ms, ended_at_ms),"
        " ended_at_ms = NULL, outcome = NULL, closed_by = NULL, closing_code = NULL, without_contact = NULL,"
        " passed_on_at_ms = NULL, passed_to = NULL, provider_received_at_ms = NULL"
        " WHERE referral = ?1",
        REFERRAL);
}

int trail_keep_reopened(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__Reopened *what = event->reopened;
    int done = RUN("INSERT INTO reopening (seq, referral, at_ms, actor, undone, team, coordinator,"
                   " previous_seq, ended_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                   " (SELECT ended_at_ms FROM referral WHERE referral = ?2))",
                   SEQ, REFERRAL, AT, sql_text(event->actor), WORDS(state, what->undone),
                   sql_text(what->team), sql_text(what->coordinator), sql_integer((int64_t)event->previous));
    if (done == SQLITE_OK)
        done = reopen_referral_row(sql, event);
    if (done != SQLITE_OK || !what->team[0])
        return done;
    return RUN("UPDATE acceptance SET ended_seq = NULL, ended_at_ms = NULL, ended_as = NULL WHERE seq ="
               " (SELECT max(seq) FROM acceptance WHERE referral = ?1 AND team = ?2)",
               REFERRAL, sql_text(what->team));
}
