/* trail_duty.c: what the trail keeps of the coordinators on duty: see trail_duty.h. */
#include "services/audit/trail_duty.h"

#include "proto/words/words.h"
#include "services/audit/national.h"

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

int trail_keep_reminded(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__Reminded *what = event->reminded;
    sqlite3_str *also = sqlite3_str_new(NULL);
    for (size_t i = 0; i < what->n_also; i++)
        sqlite3_str_appendf(also, "%s%s", i > 0 ? ", " : "", what->also[i]);
    char *text = sqlite3_str_finish(also); /* NULL: nobody */
    int done = RUN("INSERT INTO reminder (seq, referral, at_ms, coordinator, times, unheard, also)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   SEQ, REFERRAL, AT, sql_text(what->coordinator), sql_integer(what->times),
                   sql_integer(what->unheard), sql_text(text));
    sqlite3_free(text);
    return done;
}

int trail_keep_acknowledged(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN("INSERT INTO acknowledgement (seq, referral, at_ms, coordinator, person, muted_until_ms)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
               SEQ, REFERRAL, AT, sql_text(event->acknowledged->coordinator),
               sql_text(event->person ? event->person->id : NULL), sql_time(event->acknowledged->muted_ms));
}

int trail_keep_asked_again(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN("INSERT INTO asked_again (seq, referral, at_ms, why) VALUES (?1, ?2, ?3, ?4)", SEQ, REFERRAL,
               AT, WORDS(worse, event->asked_again->why));
}

int trail_keep_shift(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__ShiftNoted *what = event->shift_noted;
    sqlite3_str *cases = sqlite3_str_new(NULL);
    for (size_t i = 0; i < what->n_cases; i++) {
        char number[NUMBER_TEXT_BYTES];
        words_number(what->cases[i]->number, false, number);
        sqlite3_str_appendf(cases, "%s%s", i > 0 ? ", " : "", number);
    }
    char *text = sqlite3_str_finish(cases); /* NULL: none */
    int done =
        RUN("INSERT INTO shift (seq, at_ms, step, team, coordinator, person, with_person, cases, left_out)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            SEQ, AT, WORDS(shift_step, what->step), sql_text(what->team), sql_text(what->coordinator),
            sql_text(event->person ? event->person->id : NULL), sql_text(what->with_person), sql_text(text),
            sql_integer(what->left_out));
    sqlite3_free(text);
    return done;
}

/* A row for each side that it is to. */
int trail_keep_message(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__MessageSent *what = event->message_sent;
    int done = SQLITE_OK;
    for (size_t i = 0; i < what->n_to && done == SQLITE_OK; i++)
        done = RUN("INSERT INTO message (seq, referral, at_ms, sent_from, sender, sent_to, team)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   SEQ, REFERRAL, AT, WORDS(case_side, what->from), sql_text(what->sender),
                   WORDS(case_side, what->to[i]), sql_text(what->team));
    return done;
}

int trail_keep_changes_seen(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__ChangesSeen *what = event->changes_seen;
    int done =
        RUN("UPDATE change SET seen_at_ms = ?3 WHERE referral = ?1 AND seq <= ?2 AND seen_at_ms IS NULL",
            REFERRAL, sql_integer((int64_t)what->of), AT);
    if (done != SQLITE_OK)
        return done;
    return RUN("UPDATE message SET seen_at_ms = ?4 WHERE referral = ?1 AND seq <= ?2 AND sent_to = ?3"
               " AND seen_at_ms IS NULL",
               REFERRAL, sql_integer((int64_t)what->messages), WORDS(case_side, what->by), AT);
}

int trail_keep_team_silent(struct sql *sql, const Concordat__V1__Event *event)
{
    return RUN("INSERT INTO team_silent (seq, referral, at_ms, team, since_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
               SEQ, REFERRAL, AT, sql_text(event->team_silent->team),
               sql_integer(event->team_silent->since_ms));
}
