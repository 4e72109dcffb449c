/* trail_missing.c: what the trail keeps of a person who is missing, or could not be reached: see
 * trail_missing.h.
 */
#include "services/audit/trail_missing.h"

#include "proto/words/words.h"
#include "services/audit/national.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

int trail_keep_went_missing(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__WentMissing *what = event->went_missing;
    return RUN("INSERT INTO missing (seq, referral, at_ms, actor, what, seen_at_ms, place, team)"
               " VALUES (?1, ?2, ?3, ?4, 'missing', ?5, ?6, ?7)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_time(what->seen_ms),
               WORDS(kind_of_place, what->seen_at), sql_text(what->team));
}

int trail_keep_found(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__Found *what = event->found;
    return RUN("INSERT INTO missing (seq, referral, at_ms, actor, what, seen_at_ms, place, found_by, team)"
               " VALUES (?1, ?2, ?3, ?4, 'found', ?5, ?6, ?7, ?8)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_time(what->found_ms),
               WORDS(kind_of_place, what->at), WORDS(found_by, what->by), sql_text(what->team));
}

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
