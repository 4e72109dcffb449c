/* trail_detention.c: what the trail keeps of detentions: see trail_detention.h. */
#include "services/audit/trail_detention.h"

#include "proto/words/words.h"
#include "services/audit/national.h"
#include "services/audit/trail_facts.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

/* The words of a list of codes; to be freed with sqlite3_free. NULL without memory. */
static char *words_of_flags(const Concordat__V1__DetentionNoted *what)
{
    sqlite3_str *list = sqlite3_str_new(NULL);
    for (size_t i = 0; i < what->n_found; i++)
        trail_facts_add_word(list, &concordat__v1__flag__descriptor, (int)what->found[i]);
    sqlite3_str_appendall(list, ""); /* so that an empty list is a text */
    return sqlite3_str_finish(list);
}

static char *words_of_grounds(const Concordat__V1__DetentionNoted *what)
{
    sqlite3_str *list = sqlite3_str_new(NULL);
    for (size_t i = 0; i < what->n_grounds; i++)
        trail_facts_add_word(list, &concordat__v1__station_ground__descriptor, (int)what->grounds[i]);
    return sqlite3_str_finish(list);
}

int trail_keep_detention(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__DetentionNoted *what = event->detention_noted;
    Concordat__V1__Instant missing = CONCORDAT__V1__INSTANT__INIT;
    const Concordat__V1__Instant *occurred = what->occurred ? what->occurred : &missing;
    char *found = words_of_flags(what), *grounds = words_of_grounds(what);
    int done =
        RUN("INSERT INTO detention (seq, referral, at_ms, actor, step, occurred_at_ms, occurred_basis, power,"
            " power_code, place, at_door, done_by, second_person, ended_as, without_amhp, extension_min,"
            " extension_reason, by_responsible_doctor, assessed_at_station, grounds, from_referral, state,"
            " started_at_ms, until_ms, corrected_at_ms, found) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
            " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
            SEQ, REFERRAL, AT, sql_text(event->actor), WORDS(detention_step, what->step),
            sql_time(occurred->unix_ms), WORDS(basis, occurred->basis), WORDS(legal_status, what->power),
            CODE(legal_status, what->power), WORDS(place_of_safety, what->place), sql_integer(what->at_door),
            sql_text(what->by), sql_text(what->second), WORDS(detention_end, what->end),
            WORDS(without_amhp, what->without_amhp), sql_time(what->minutes),
            WORDS(extension_reason, what->extension_reason), sql_integer(what->by_responsible_doctor),
            sql_integer(what->assessed_at_station), sql_text(grounds), sql_integer(what->from_referral),
            WORDS(detention_state, what->state), sql_time(what->started_ms), sql_time(what->until_ms),
            sql_time(what->corrected_ms), sql_text(found));
    sqlite3_free(found);
    sqlite3_free(grounds);
    return done;
}

int trail_keep_clock_warned(struct sql *sql, const Concordat__V1__Event *event)
{
    const Concordat__V1__ClockWarned *what = event->clock_warned;
    return RUN("INSERT INTO clock_warning (seq, referral, at_ms, clock, standard, due_at_ms)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
               SEQ, REFERRAL, AT, WORDS(clock, what->clock), sql_text(what->standard),
               sql_integer(what->due_ms));
}
