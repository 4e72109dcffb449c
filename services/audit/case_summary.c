/* case_summary.c: how the story of a case begins: what the document is, and what came to pass, in a few
 * sentences. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/case_tale.h"
#include "services/audit/report_table.h"
#include "services/desk/named.h"

enum { CELLS = 24 };

static const char *face_of(const struct tale *tale, const char *key)
{
    const char *text = json_string_value(json_object_get(tale->face, key));
    return text ? text : "";
}

/* ---- the opening ---- */

/* "3 times", "once". */
static const char *times_words(int64_t count, char out[TIME_WORDS_BYTES])
{
    snprintf(out, TIME_WORDS_BYTES, "%" PRId64 " times", count);
    return count == 1 ? "once" : out;
}

static int64_t count_of(const struct tale *tale, Concordat__V1__Event__WhatCase what)
{
    int64_t count = 0;
    for (size_t i = 0; i < tale->count; i++)
        count += tale->events[i].event && tale->events[i].event->what_case == what;
    return count;
}

static void say_left_out(const struct tale *tale)
{
    int64_t readings = count_of(tale, CONCORDAT__V1__EVENT__WHAT_RECORD_READ);
    char times[TIME_WORDS_BYTES];
    if (tale->profile == CASE_STORY_NO_IDENTIFIERS) {
        sheet_sentence(tale->sheet,
                       "Profile: no identifiers. Left out are the names and ids of staff, devices, the exact "
                       "age, the place, and the values of what was changed. Who opened the record or asked "
                       "who had to do with it is left out too: %s. Whoever knew the person will know "
                       "them in it all the same.",
                       readings ? times_words(readings, times) : "nobody did");
    } else
        sheet_sentence(tale->sheet,
                       "Profile: standard. Staff have the ids of their site's own list, where the trail has "
                       "them. An id is no name: the site knows whose it is.");
    sheet_sentence(tale->sheet,
                   "The words that people wrote about the person are in no trail, so none of "
                   "them stands here. \"Somebody\" is a person whose role %s.",
                   tale->is_reduced ? "this trail does not have" : "was not recorded");
}

static void say_clock_of(const struct tale *tale)
{
    if (tale->is_reduced)
        sheet_sentence(tale->sheet,
                       "This trail is an auditor's. It has no times of day: a time such as +12 min "
                       "is 12 minutes after the receipt. Dates and hours are not exact.");
    else
        sheet_sentence(tale->sheet, "All times are by the clock in London.");
    sheet_sentence(tale->sheet,
                   "The router is the program that asks teams one after another. The referrer is whoever "
                   "asked it to find help for the person, and the receipt the moment at which it had "
                   "that referral. A limit is the time by which something must be done.");
    sheet_sentence(tale->sheet, "A number such as #12 is that of the event in the trail which says so.");
}

/* It claims no more than is known. */
static void say_verified(const struct tale *tale)
{
    const json_t *verified = json_object_get(tale->face, "verified");
    int64_t event = json_integer_value(json_object_get(verified, "upToEvent")), at_ms = 0,
            last = tale->count ? tale->events[tale->count - 1].seq : 0;
    const char *at = json_string_value(json_object_get(verified, "at"));
    char words[REPORT_CELL_BYTES], clock[TIME_WORDS_BYTES], date[TIME_WORDS_BYTES];
    bool holds = json_is_true(json_object_get(verified, "holds")) &&
                 json_is_true(json_object_get(verified, "sameTrail"));
    if (!holds || !at || !words_parse_time(at, &at_ms)) {
        sheet_sentence(tale->sheet, "The trail is %s.", report_table_verified(tale->face, words));
        return;
    }
    time_words_clock(at_ms, at_ms, clock);
    time_words_date(at_ms, date);
    sheet_sentence(tale->sheet,
                   "The trail was verified at %s on %s: up to event %" PRId64 " nothing was found "
                   "altered, dropped, added or put in another order.%s",
                   clock, date, event,
                   event < last
                       ? " What came after that event was not verified, and this case has events after it."
                       : "");
}

bool tale_tell_opening(const struct tale *tale)
{
    const char *number = face_of(tale, "case");
    sheet_headline(tale->sheet, TONE_PLAIN, "The story of case", "%s", number);
    if (number[0] == 'D')
        sheet_sentence(tale->sheet, "THIS WAS A DRILL. No person was in need, and nobody was meant to be.");
    sheet_sentence(tale->sheet,
                   "This document says what happened in case %s, in order of time. It was made by %s from a "
                   "trail: a copy of the record of all that the router did, in which every event is bound to "
                   "those before it.",
                   number, face_of(tale, "program"));
    sheet_sentence(tale->sheet,
                   "The trail goes up to event %" JSON_INTEGER_FORMAT ". Its chain value, by which it can be "
                   "told from any other, is:",
                   json_integer_value(json_object_get(tale->face, "event")));
    sheet_row(tale->sheet, "", "%s", face_of(tale, "chain"));
    say_verified(tale);
    if (json_integer_value(json_object_get(tale->face, "alarms")) > 0)
        sheet_sentence(tale->sheet,
                       "AN ALARM STANDS IN THIS TRAIL: what came from the router once did not continue it.");
    say_clock_of(tale);
    say_left_out(tale);
    return true;
}

/* ---- the summary ---- */

/* The facts of the case, in this order. */
enum {
    SOURCE,
    ROLE,
    URGENCY,
    ROUTED_AS,
    AREA,
    RECEIVED,
    ENTERED,
    FOLLOWS,
    AGE,
    ASKED,
    TEAMS,
    DECLINED,
    EXPIRED,
    ACCEPTED,
    ACCEPTED_TEAM,
    CONTACT,
    SEEN,
    ENDED,
    OUTCOME,
    CLOSED_BY,
    WITHOUT_CONTACT,
    STATE,
    ERASED,
    PASSED_ON
};

static const char summary_sql[] =
    "SELECT source, referrer_role, urgency, routed_as, area, received_at_ms, entered_at_ms, follows, age_years,"
    " (SELECT count(*) FROM main.offer o WHERE o.referral = c.referral),"
    " (SELECT count(DISTINCT team) FROM main.offer o WHERE o.referral = c.referral),"
    " (SELECT count(*) FROM main.offer o WHERE o.referral = c.referral AND o.ended_as = 'declined'),"
    " (SELECT count(*) FROM main.offer o WHERE o.referral = c.referral AND o.ended_as = 'expired'),"
    " first_accepted_at_ms,"
    " (SELECT team FROM main.acceptance a WHERE a.referral = c.referral ORDER BY seq LIMIT 1),"
    " first_contact_at_ms, first_face_to_face_at_ms, ended_at_ms, outcome, closed_by, without_contact, state,"
    " erased_at_ms, passed_on_at_ms FROM the_case c";

static const char *cell_text(sqlite3_stmt *row, int cell)
{
    const char *text = (const char *)sqlite3_column_text(row, cell);
    return text ? text : "";
}

static bool case_has(sqlite3_stmt *row, int cell)
{
    return sqlite3_column_type(row, cell) != SQLITE_NULL;
}

/* "16:53 on Monday 21 September 2026, 1 h 40 min after the receipt". */
static void after_words(const struct tale *tale, int64_t at_ms, char out[2 * TALE_WHEN_BYTES])
{
    char when[TALE_WHEN_BYTES], span[TIME_WORDS_BYTES];
    tale_when(tale, at_ms, when);
    time_words_span(at_ms - tale->received_ms, span);
    if (tale->is_reduced)
        snprintf(out, 2 * TALE_WHEN_BYTES, "%s after the receipt", span);
    else
        snprintf(out, 2 * TALE_WHEN_BYTES, "at %s, %s after the receipt", when, span);
}

static void say_receipt(const struct tale *tale, sqlite3_stmt *row)
{
    char clock[TIME_WORDS_BYTES], date[TIME_WORDS_BYTES];
    int64_t received_ms = sqlite3_column_int64(row, RECEIVED);
    bool same = strcmp(cell_text(row, URGENCY), cell_text(row, ROUTED_AS)) == 0;
    time_words_clock(received_ms, received_ms, clock);
    time_words_date(received_ms, date);
    sheet_sentence(tale->sheet, "The referral came from %s%s%s%s, %s %s on %s%s.",
                   strchr("ae", cell_text(row, SOURCE)[0] ? cell_text(row, SOURCE)[0] : 'x') ? "an " : "",
                   case_has(row, SOURCE) ? cell_text(row, SOURCE) : "a source that was not recorded",
                   case_has(row, ROLE) ? ", by a " : "", cell_text(row, ROLE),
                   tale->is_reduced ? "in the hour from" : "at", clock, date,
                   case_has(row, ENTERED) ? "; the duty coordinator entered it for somebody who rang" : "");
    sheet_sentence(tale->sheet, "The urgency that was recorded last is %s%s%s. Area: %s. Age: %s.",
                   case_has(row, URGENCY) ? cell_text(row, URGENCY) : "none",
                   same ? "" : "; the router took it as ", same ? "" : cell_text(row, ROUTED_AS),
                   case_has(row, AREA) ? cell_text(row, AREA) : "not known",
                   !case_has(row, AGE)                    ? "not known"
                   : sqlite3_column_int64(row, AGE) >= 18 ? "18 or over"
                                                          : "under 18");
    if (case_has(row, FOLLOWS))
        sheet_sentence(tale->sheet, "It follows the earlier case %s of the same person.",
                       cell_text(row, FOLLOWS));
}

static void say_asked(const struct tale *tale, sqlite3_stmt *row)
{
    int64_t asked = sqlite3_column_int64(row, ASKED), teams = sqlite3_column_int64(row, TEAMS);
    char times[TIME_WORDS_BYTES], when[2 * TALE_WHEN_BYTES];
    if (asked == 0)
        sheet_sentence(tale->sheet, "No team was asked.");
    else
        sheet_sentence(tale->sheet, "%" PRId64 " team%s asked, %s in all.", teams,
                       teams == 1 ? " was" : "s were", times_words(asked, times));
    if (sqlite3_column_int64(row, DECLINED))
        sheet_sentence(tale->sheet, "A team declined %s.",
                       times_words(sqlite3_column_int64(row, DECLINED), times));
    if (sqlite3_column_int64(row, EXPIRED))
        sheet_sentence(tale->sheet, "A team's time to answer ran out %s.",
                       times_words(sqlite3_column_int64(row, EXPIRED), times));
    if (!case_has(row, ACCEPTED)) {
        sheet_sentence(tale->sheet, "No team accepted the case.");
        return;
    }
    after_words(tale, sqlite3_column_int64(row, ACCEPTED), when);
    sheet_sentence(tale->sheet, "The first to accept it was %s, %s.",
                   named_party(&tale->directory, cell_text(row, ACCEPTED_TEAM)), when);
}

static void say_seen(const struct tale *tale, sqlite3_stmt *row)
{
    char when[2 * TALE_WHEN_BYTES];
    if (case_has(row, SEEN)) {
        after_words(tale, sqlite3_column_int64(row, SEEN), when);
        sheet_sentence(tale->sheet, "The person was first seen face to face %s.", when);
    } else if (case_has(row, CONTACT)) {
        after_words(tale, sqlite3_column_int64(row, CONTACT), when);
        sheet_sentence(tale->sheet,
                       "No team is recorded to have seen the person face to face. The first contact of "
                       "another kind was %s.",
                       when);
    } else
        sheet_sentence(tale->sheet, "No team is recorded to have met or spoken with the person.");
}

/* What went another way than it should. */
static void say_troubles(const struct tale *tale)
{
    char times[TIME_WORDS_BYTES];
    int64_t tries = count_of(tale, CONCORDAT__V1__EVENT__WHAT_CONTACT_TRIED),
            missing = count_of(tale, CONCORDAT__V1__EVENT__WHAT_WENT_MISSING),
            reopened = count_of(tale, CONCORDAT__V1__EVENT__WHAT_REOPENED);
    if (tries)
        sheet_sentence(tale->sheet, "A try to reach the person failed %s.", times_words(tries, times));
    if (missing)
        sheet_sentence(tale->sheet, "The person was missing for a time, and %s.",
                       count_of(tale, CONCORDAT__V1__EVENT__WHAT_FOUND) ? "was found"
                                                                        : "is not recorded as found");
    if (reopened)
        sheet_sentence(tale->sheet, "The case had been ended by mistake, and was reopened %s.",
                       times_words(reopened, times));
}

static void say_end(const struct tale *tale, sqlite3_stmt *row)
{
    char when[2 * TALE_WHEN_BYTES];
    if (!case_has(row, ENDED))
        sheet_sentence(tale->sheet, "The case had not ended when this was made. Its state is: %s.",
                       cell_text(row, STATE));
    else {
        after_words(tale, sqlite3_column_int64(row, ENDED), when);
        if (case_has(row, OUTCOME))
            sheet_sentence(tale->sheet,
                           "The case was closed %s, by %s. The outcome that was recorded is: %s.", when,
                           case_has(row, CLOSED_BY) ? named_party(&tale->directory, cell_text(row, CLOSED_BY))
                                                    : "somebody who is not recorded",
                           cell_text(row, OUTCOME));
        else
            sheet_sentence(tale->sheet, "The referrer withdrew the case %s.", when);
    }
    if (case_has(row, WITHOUT_CONTACT))
        sheet_sentence(tale->sheet, "Nobody had met the person. The reason that was recorded is: %s.",
                       cell_text(row, WITHOUT_CONTACT));
    if (case_has(row, PASSED_ON))
        sheet_sentence(tale->sheet,
                       "Another provider has the case since then; what it did is not in this trail.");
    if (case_has(row, ERASED)) {
        after_words(tale, sqlite3_column_int64(row, ERASED), when);
        sheet_sentence(tale->sheet,
                       "The texts about the person were erased %s. Nobody can open them any more.", when);
    }
}

static bool say_limits(const struct tale *tale)
{
    static const char sql[] =
        "SELECT k.clock, k.stands FROM clock_now k JOIN the_case USING (referral) ORDER BY k.started_at_ms, k.clock";
    sqlite3_stmt *row = NULL;
    int stepped = SQLITE_ERROR;
    char met[400] = "", late[400] = "";
    if (sqlite3_prepare_v2(tale->database, sql, -1, &row, NULL) == SQLITE_OK)
        while ((stepped = sqlite3_step(row)) == SQLITE_ROW) {
            const char *clock = cell_text(row, 0), *stands = cell_text(row, 1);
            bool is_late =
                strcmp(stands, "stopped late") == 0 || strcmp(stands, "past due, not stopped") == 0;
            char *list = is_late ? late : strcmp(stands, "met") == 0 ? met : NULL;
            size_t used = list ? strlen(list) : 0;
            if (list)
                snprintf(list + used, sizeof met - used, "%s%s", used ? ", " : "", clock);
        }
    sqlite3_finalize(row);
    if (met[0])
        sheet_sentence(tale->sheet, "Limits that were met: %s.", met);
    sheet_sentence(tale->sheet,
                   late[0] ? "LIMITS THAT WERE NOT MET: %s. The clocks at the end say what they are."
                           : "No limit is recorded as not met%s.",
                   late);
    return stepped == SQLITE_DONE;
}

bool tale_tell_summary(const struct tale *tale)
{
    sqlite3_stmt *row = NULL;
    sheet_headline(tale->sheet, TONE_PLAIN, "In short", "%s", "");
    bool good = sqlite3_prepare_v2(tale->database, summary_sql, -1, &row, NULL) == SQLITE_OK &&
                sqlite3_step(row) == SQLITE_ROW;
    if (good) {
        say_receipt(tale, row);
        say_asked(tale, row);
        say_seen(tale, row);
        say_troubles(tale);
        say_end(tale, row);
    }
    sqlite3_finalize(row);
    return good && tale_tell_holders(tale) && say_limits(tale);
}
