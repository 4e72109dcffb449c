/* trail_beside.c: what the trail keeps of the requests beside a case: see trail_beside.h. */
#include "services/audit/trail_beside.h"

#include "proto/words/words.h"
#include "services/audit/national.h"
#include "services/audit/trail_facts.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

/* Only one flag can be found of a request. */
static struct sql_value found_of_request(const Concordat__V1__BesideNoted *what)
{
    return what->n_found ? WORDS(flag, what->found[0]) : sql_text(NULL);
}

int trail_keep_beside(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__BesideNoted *what = event->beside_noted;
    return RUN("INSERT INTO request (seq, referral, at_ms, actor, request, what, state, asked_of, log_number,"
               " times, remind_at_ms, from_referral, found)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_integer(what->request),
               WORDS(beside, what->what), WORDS(beside_state, what->state), sql_text(what->asked_of),
               sql_text(what->log_number), sql_integer(what->times), sql_time(what->chase_ms),
               sql_integer(what->from_referral), found_of_request(what));
}

int trail_keep_beside_chased(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__BesideChased *what = event->beside_chased;
    return RUN("INSERT INTO request_reminder (seq, referral, at_ms, request, what, state, times)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
               SEQ, REFERRAL, AT, sql_integer(what->request), WORDS(beside, what->what),
               WORDS(beside_state, what->state), sql_integer(what->times));
}
