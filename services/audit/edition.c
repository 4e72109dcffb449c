/* edition.c: see edition.h. */
#include "services/audit/edition.h"

#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/audit/disclosure.h"
#include "services/audit/kept_file.h"
#include "services/audit/report_as_at.h"
#include "services/audit/report_document.h"
#include "services/audit/report_face.h"
#include "services/audit/report_made.h"
#include "services/audit/report_months.h"
#include "services/audit/report_period.h"
#include "services/audit/sql.h"

enum { MONTHS_MAX = 12 };
static const char MONTH[] = "month";

struct edition {
    const char *kind; /* of its period */
    char period[REPORT_PERIOD_BYTES];
    int64_t from_ms, to_ms, settled_ms;
    int64_t event;      /* the last one that it knows of */
    struct trail *then; /* as it stood at an event before; NULL until it is made */
};

/* ---- which one ---- */

/* The period of its kind in which an instant lies. */
static void set_period(struct edition *edition, int64_t unix_ms)
{
    report_period_of(unix_ms, edition->kind, edition->period);
    report_period_read(edition->period, &edition->from_ms, &edition->to_ms);
    edition->settled_ms = report_period_day(edition->to_ms, EDITION_DAYS);
}

/* The latest that is published by the newest event or, if none is yet, the first one that will be. */
static void choose_latest(sqlite3 *stored, int64_t first_ms, struct edition *edition)
{
    int64_t newest_ms = sql_ask(stored, "SELECT max(at_ms) FROM event WHERE referral IS NULL", 0);
    set_period(edition, report_period_day(newest_ms, -EDITION_DAYS));
    set_period(edition, edition->from_ms - 1);
    if (edition->to_ms <= first_ms)
        set_period(edition, first_ms);
}

static int refuse_as_at(char *message, size_t message_size)
{
    snprintf(
        message, message_size,
        "what is published of a period is one edition, of a week after its end, because two would tell of "
        "small numbers of each other. Any other is for an inspector, with small numbers");
    return REPORT_WITHHELD;
}

static int refuse_before(const struct edition *edition, int64_t first_ms, char *message, size_t message_size)
{
    char period[REPORT_PERIOD_BYTES], first[TIME_TEXT_BYTES];
    words_time(first_ms, first);
    snprintf(message, message_size, "the trail has nothing %s: its events begin at %s",
             report_period_words(edition->from_ms, edition->to_ms, period), first);
    return REPORT_EMPTY;
}

static int refuse_until_settled(const struct edition *edition, char *message, size_t message_size)
{
    char period[REPORT_PERIOD_BYTES], settled[REPORT_PERIOD_BYTES];
    snprintf(
        message, message_size,
        "what was received %s is published %s on, a week after that time. Until then its figures are for an "
        "inspector, with small numbers",
        report_period_words(edition->from_ms, edition->to_ms, period),
        report_period_words(edition->settled_ms, 0, settled));
    return REPORT_WITHHELD;
}

static int refuse_period(const struct edition *edition, char *message, size_t message_size)
{
    snprintf(message, message_size,
             "this report is published of a whole %s and of no other period, because the one would tell of "
             "small numbers of the other. Any period is for an inspector, with small numbers",
             edition->kind);
    return REPORT_WITHHELD;
}

/* The event that it ends with: the first that shows that its time has come, which is of no case. */
static int find_last_event(sqlite3 *stored, struct edition *edition, char *message, size_t message_size)
{
    int64_t first_ms = sql_ask(stored, "SELECT min(at_ms) FROM event", 0), before;
    if (edition->to_ms <= first_ms)
        return refuse_before(edition, first_ms, message, message_size);
    before = report_as_at_day(stored, edition->settled_ms);
    edition->event = before + 1;
    return before ? REPORT_DONE : refuse_until_settled(edition, message, message_size);
}

static int choose(sqlite3 *stored, const struct report *report, const struct report_question *question,
                  struct edition *edition, char *message, size_t message_size)
{
    int64_t first_ms = sql_ask(stored, "SELECT min(at_ms) FROM event", 0);
    if (question->as_at_event || question->as_at_ms)
        return refuse_as_at(message, message_size);
    if (!first_ms) {
        snprintf(message, message_size, "the trail has no event yet");
        return REPORT_EMPTY;
    }
    if ((!question->from_ms && !question->to_ms) || report->of_months)
        choose_latest(stored, first_ms, edition);
    else if (report_period_is_whole(question->from_ms, question->to_ms, edition->kind))
        set_period(edition, question->from_ms);
    else
        return refuse_period(edition, message, message_size);
    return find_last_event(stored, edition, message, message_size);
}

/* ---- making it ---- */

static bool is_of_edition(const struct report *report, const struct edition *edition)
{
    return !report->of_one_case && strcmp(report->published, edition->kind) == 0;
}

static int ask_all(sqlite3 *then, const struct edition *edition, const struct report_question *asked,
                   json_t **documents, size_t *count, char *message, size_t message_size)
{
    struct report_question question = {
        .from_ms = edition->from_ms, .to_ms = edition->to_ms, .stop = asked->stop};
    int result = REPORT_DONE;
    for (size_t i = *count = 0; i < report_made_count && result == REPORT_DONE; i++)
        if (is_of_edition(report_made[i], edition)) {
            result = report_document_ask(then, report_made[i], &question, &documents[*count], message,
                                         message_size);
            *count += result == REPORT_DONE;
        }
    return result;
}

/* {"report": document} for each. */
static json_t *documents_by_report(json_t *const *documents, size_t count)
{
    json_t *all = json_object();
    for (size_t i = 0; i < count; i++)
        if (json_object_set(all, json_string_value(json_object_get(documents[i], "report")), documents[i]))
            abort();
    return all;
}

/* The publications of the months of its period; NULL in the place of one that is not. */
struct edition_months {
    json_t *of[MONTHS_MAX];
    size_t count;
};

static int make(sqlite3 *then, const struct edition *edition, const struct report_question *asked,
                const struct edition_months *months, json_t **made, char *message, size_t message_size)
{
    json_t **documents = calloc(report_made_count, sizeof *documents);
    size_t count;
    if (!documents)
        abort();
    int result = ask_all(then, edition, asked, documents, &count, message, message_size);
    if (result == REPORT_DONE) {
        disclosure_publish(documents, count, months->of, months->count);
        *made = documents_by_report(documents, count);
    }
    for (size_t i = 0; i < count; i++)
        json_decref(documents[i]);
    free(documents);
    return result;
}

static int make_edition(sqlite3 *stored, struct edition *edition, const struct report_question *asked,
                        const struct edition_months *months, json_t **made, char *message,
                        size_t message_size)
{
    struct report_question question = {.as_at_event = edition->event, .stop = asked->stop};
    int result = report_as_at(stored, &question, &edition->then, message, message_size);
    return result == REPORT_DONE
               ? make(trail_database(edition->then), edition, asked, months, made, message, message_size)
               : result;
}

/* ---- keeping it ---- */

static void name_edition(const struct edition *edition, char ending[REPORT_PERIOD_BYTES])
{
    snprintf(ending, REPORT_PERIOD_BYTES, "published-%.64s", edition->period);
    for (char *slash; (slash = strchr(ending, '/'));)
        *slash = '-'; /* of a financial year */
}

/* By which trail and which definitions it was made. */
static json_t *describe_made(sqlite3 *stored, const struct edition *edition)
{
    sqlite3_stmt *statement = NULL;
    json_t *described = NULL;
    if (sqlite3_prepare_v2(stored, "SELECT hex(chain) FROM event WHERE seq = ?1", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_bind_int64(statement, 1, edition->event) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        described = json_pack("{s:I, s:s, s:s, s:s}", "event", (json_int_t)edition->event, "chain",
                              (const char *)sqlite3_column_text(statement, 0), "program",
                              "concordat " CONCORDAT_VERSION, "definitions", report_made_digest);
    sqlite3_finalize(statement);
    return described;
}

static json_t *read_edition(const char *trail_path, const struct edition *edition, const json_t *described)
{
    char ending[REPORT_PERIOD_BYTES];
    name_edition(edition, ending);
    json_t *kept = kept_file_read(trail_path, ending), *made = NULL;
    if (described && json_equal(json_object_get(kept, "of"), described))
        made = json_incref(json_object_get(kept, "reports"));
    json_decref(kept);
    return made;
}

/* If it cannot be written, it is made again by the next who asks. */
static void keep(const char *trail_path, const struct edition *edition, json_t *described, json_t *made)
{
    char ending[REPORT_PERIOD_BYTES];
    name_edition(edition, ending);
    json_t *kept = json_pack("{s:O, s:O}", "of", described, "reports", made);
    if (kept)
        kept_file_write(trail_path, ending, kept);
    json_decref(kept);
}

/* ---- asking ---- */

/* All reports of an edition that was kept or, if there is none, that is made now. */
static int find_edition(sqlite3 *stored, const char *trail_path, struct edition *edition,
                        const struct report_question *question, const struct edition_months *months,
                        json_t **made, char *message, size_t message_size)
{
    int result = REPORT_DONE;
    json_t *described = describe_made(stored, edition);
    *made = read_edition(trail_path, edition, described);
    if (!*made) {
        result = make_edition(stored, edition, question, months, made, message, message_size);
        if (*made && described)
            keep(trail_path, edition, described, *made);
    }
    trail_close(&edition->then);
    json_decref(described);
    return result;
}

static void close_months(struct edition_months *months)
{
    for (size_t i = 0; i < months->count; i++)
        json_decref(months->of[i]);
}

/* A month of which nothing is published tells nothing. */
static int find_months(sqlite3 *stored, const char *trail_path, const struct edition *edition,
                       const struct report_question *question, struct edition_months *months, char *message,
                       size_t message_size)
{
    static const struct edition_months none = {0};
    struct edition month = {.kind = MONTH};
    int result = REPORT_DONE;
    *months = none;
    if (strcmp(edition->kind, MONTH) == 0)
        return REPORT_DONE;
    for (set_period(&month, edition->from_ms); month.to_ms <= edition->to_ms && result == REPORT_DONE;
         set_period(&month, month.to_ms)) {
        json_t *made = NULL;
        if (find_last_event(stored, &month, message, message_size) == REPORT_DONE)
            result = find_edition(stored, trail_path, &month, question, &none, &made, message, message_size);
        result = result == REPORT_EMPTY ? REPORT_DONE : result;
        months->of[months->count++] = made;
    }
    return result;
}

/* The report of one edition, with all its rows. */
static int ask_edition(sqlite3 *stored, const char *trail_path, struct edition *edition,
                       const struct report *report, const struct report_question *question, json_t **document,
                       char *message, size_t message_size)
{
    struct edition_months months;
    json_t *described = describe_made(stored, edition), *made = read_edition(trail_path, edition, described);
    int result = REPORT_DONE;
    json_decref(described);
    if (!made) {
        result = find_months(stored, trail_path, edition, question, &months, message, message_size);
        if (result == REPORT_DONE)
            result =
                find_edition(stored, trail_path, edition, question, &months, &made, message, message_size);
        close_months(&months);
    }
    *document = json_incref(json_object_get(made, report->name));
    json_decref(made);
    return result;
}

static void limit_rows(json_t *document, size_t rows_max)
{
    json_t *table;
    size_t at;
    json_array_foreach (json_object_get(document, "tables"), at, table) {
        json_t *rows = json_object_get(table, "rows");
        size_t count = json_array_size(rows);
        if (!rows_max || count <= rows_max)
            continue;
        while (json_array_size(rows) > rows_max)
            json_array_remove(rows, json_array_size(rows) - 1);
        json_object_set_new(table, "leftOut", json_integer((json_int_t)(count - rows_max)));
    }
}

/* ---- month by month ---- */

/* The rows of the months before come before those of a month. */
static void put_before(json_t *month, json_t *before)
{
    json_t *tables = json_object_get(before, "tables"), *table;
    size_t at;
    json_array_foreach (json_object_get(month, "tables"), at, table) {
        json_t *rows = json_object_get(json_array_get(tables, at), "rows");
        if (!rows)
            continue; /* it is the first month */
        if (json_array_extend(rows, json_object_get(table, "rows")) != 0 ||
            json_object_set(table, "rows", rows) != 0)
            abort();
    }
}

/* Each month as its own edition has it, from the month of `edition` until before to_ms. A month that has no
 * event, and one that is not published yet, is left out; the face says from which to which they are. */
static int ask_each(sqlite3 *stored, const char *trail_path, struct edition *edition,
                    const struct report *report, const struct report_question *question, json_t **document,
                    char *message, size_t message_size)
{
    int64_t from_ms = 0;
    for (; edition->to_ms <= question->to_ms; set_period(edition, edition->to_ms)) {
        json_t *month = NULL;
        if (find_last_event(stored, edition, message, message_size) != REPORT_DONE)
            continue;
        int result =
            ask_edition(stored, trail_path, edition, report, question, &month, message, message_size);
        if (result != REPORT_DONE && result != REPORT_EMPTY)
            return result;
        if (!month)
            continue;
        from_ms = *document ? from_ms : edition->from_ms;
        report_face_period(month, from_ms, edition->to_ms);
        put_before(month, *document);
        json_decref(*document);
        *document = month;
    }
    return *document ? REPORT_DONE : REPORT_WITHHELD; /* with the message of the last month */
}

static int ask_months(sqlite3 *stored, const char *trail_path, struct edition *edition,
                      const struct report *report, const struct report_question *asked, json_t **document,
                      char *message, size_t message_size)
{
    struct report_question question = *asked;
    if (!question.to_ms)
        question.to_ms = edition->to_ms;
    report_months_choose(stored, &question);
    set_period(edition, question.from_ms);
    int result = ask_each(stored, trail_path, edition, report, &question, document, message, message_size);
    if (result != REPORT_DONE) {
        json_decref(*document);
        *document = NULL;
    }
    return result;
}

int edition_ask(sqlite3 *stored, const char *trail_path, const struct report *report,
                const struct report_question *question, json_t **document, char *message, size_t message_size)
{
    struct edition edition = {.kind = report->published};
    int result = choose(stored, report, question, &edition, message, message_size);
    *document = NULL;
    if (result != REPORT_DONE)
        return result;
    result =
        report->of_months
            ? ask_months(stored, trail_path, &edition, report, question, document, message, message_size)
            : ask_edition(stored, trail_path, &edition, report, question, document, message, message_size);
    if (*document && !report->of_months)
        limit_rows(*document, question->rows_max);
    return result;
}
