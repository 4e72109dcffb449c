/* trail_closing.c: what the trail keeps of a case that its team wanted to close without contact: see
 * trail_closing.h.
 */
#include "services/audit/trail_closing.h"

#include "proto/words/words.h"
#include "services/audit/national.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

int trail_keep_closing_asked(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__ClosingAsked *what = event->closing_asked;
    return RUN("INSERT INTO closing (seq, referral, at_ms, actor, what, team, outcome, without_contact)"
               " VALUES (?1, ?2, ?3, ?4, 'asked', ?5, ?6, ?7)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_text(what->team), WORDS(outcome, what->outcome),
               WORDS(without_contact, what->without_contact));
}

int trail_keep_kept_open(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN("INSERT INTO closing (seq, referral, at_ms, actor, what, team)"
               " VALUES (?1, ?2, ?3, ?4, 'kept open', ?5)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_text(event->kept_open->team));
}
