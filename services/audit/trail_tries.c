/* trail_tries.c: what the trail keeps of tries to reach a person: see trail_tries.h. */
#include "services/audit/trail_tries.h"

#include "proto/words/words.h"
#include "services/audit/national.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

int trail_keep_contact_tried(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__ContactTried *what = event->contact_tried;
    return RUN("INSERT INTO contact_try (seq, referral, at_ms, actor, tries, mechanism, next, next_at_ms)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_integer(what->tries),
               WORDS(contact_mechanism, what->mechanism), WORDS(contact_next, what->next),
               sql_time(what->next_ms));
}

int trail_keep_tries_used_up(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN(
        "INSERT INTO contact_try (seq, referral, at_ms, actor, tries, next) VALUES (?1, ?2, ?3, '', ?4,"
        " 'the coordinator was told')",
        SEQ, REFERRAL, AT, sql_integer(event->tries_used_up->tries));
}
