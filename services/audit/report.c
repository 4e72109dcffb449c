/* report.c: has a report asked in the way that its question allows. */
#include "services/audit/report.h"

#include <assert.h>
#include <string.h>

#include "services/audit/edition.h"
#include "services/audit/report_as_at.h"
#include "services/audit/report_chart.h"
#include "services/audit/report_document.h"
#include "services/audit/report_face.h"
#include "services/audit/report_made.h"
#include "services/audit/report_months.h"
#include "services/audit/report_rates.h"
#include "services/audit/report_table.h"
#include "services/audit/trail.h"
#include "services/audit/verify_kept.h"

const struct report *const *report_list(size_t *count)
{
    *count = report_made_count;
    return report_made;
}

const struct report *report_find(const char *name)
{
    for (size_t i = 0; i < report_made_count; i++)
        if (strcmp(report_made[i]->name, name) == 0)
            return report_made[i];
    return NULL;
}

static const char withheld_auditors[] =
    "small numbers are for inspectors alone, and this trail is an auditor's: ask for what is published, or ask "
    "an inspector";

/* With its small numbers, of any period, as at any event. */
static int ask_exact(sqlite3 *stored, const struct report *report, const struct report_question *question,
                     json_t **document, char *message, size_t message_size)
{
    bool is_of_then = question->as_at_event || question->as_at_ms;
    struct trail *then = NULL;
    if (!report->of_one_case && trail_form_of(stored) == TRAIL_REDUCED) {
        snprintf(message, message_size, "%s", withheld_auditors);
        return REPORT_WITHHELD;
    }
    int result = is_of_then ? report_as_at(stored, question, &then, message, message_size) : REPORT_DONE;
    sqlite3 *asked = then ? trail_database(then) : stored;
    struct report_question whole = *question;
    if (result == REPORT_DONE && report->of_months)
        report_months_choose(asked, &whole);
    if (result == REPORT_DONE)
        result = report_document_ask(asked, report, &whole, document, message, message_size);
    trail_close(&then);
    return result;
}

static int ask_in_scope(sqlite3 *stored, const char *trail_path, const struct report *report,
                        const struct report_question *asked, json_t **document, char *message,
                        size_t message_size)
{
    struct report_question question = *asked;
    question.unsuppressed |= report->of_one_case;
    int result = question.unsuppressed
                     ? ask_exact(stored, report, &question, document, message, message_size)
                     : edition_ask(stored, trail_path, report, &question, document, message, message_size);
    if (result != REPORT_DONE)
        return result;
    report_chart_add(report, *document);
    report_rates_add(report, *document);
    json_t *kept = verify_kept(trail_path);
    report_face_stand(stored, kept, *document);
    json_decref(kept);
    return REPORT_DONE;
}

int report_ask(const char *trail_path, const struct report_question *question, json_t **document,
               char *message, size_t message_size)
{
    const struct report *report = report_find(question->name);
    *document = NULL;
    if (!report) {
        snprintf(message, message_size, "there is no report of that name");
        return REPORT_UNKNOWN;
    }
    assert(!report->of_one_case == !question->number);
    sqlite3 *stored = trail_open_reader(trail_path, message, message_size);
    if (!stored)
        return REPORT_FAILED;
    int result = ask_in_scope(stored, trail_path, report, question, document, message, message_size);
    sqlite3_close(stored);
    return result;
}

/* The trail of which the face has to say how whole it is, and who reads it. */
struct report_reading {
    sqlite3 *stored;
    const char *trail_path;
    report_reader *reader;
    void *context;
};

static bool read_with_standing(void *context, sqlite3 *database, json_t *face)
{
    const struct report_reading *reading = context;
    json_t *kept = verify_kept(reading->trail_path);
    report_face_stand(reading->stored, kept, face);
    json_decref(kept);
    return reading->reader(reading->context, database, face);
}

int report_read(const char *trail_path, const struct report_question *question, report_reader *reader,
                void *context, char *message, size_t message_size)
{
    struct report_reading reading = {NULL, trail_path, reader, context};
    struct trail *then = NULL;
    bool is_of_then = question->as_at_event || question->as_at_ms;
    reading.stored = trail_open_reader(trail_path, message, message_size);
    if (!reading.stored)
        return REPORT_FAILED;
    int result =
        is_of_then ? report_as_at(reading.stored, question, &then, message, message_size) : REPORT_DONE;
    if (result == REPORT_DONE)
        result =
            report_document_read(then ? trail_database(then) : reading.stored, report_find(question->name),
                                 question, read_with_standing, &reading, message, message_size);
    trail_close(&then);
    sqlite3_close(reading.stored);
    return result;
}

int report_run(const char *trail_path, const struct report_question *question, enum report_format format,
               FILE *out, char *message, size_t message_size)
{
    json_t *document;
    int result = report_ask(trail_path, question, &document, message, message_size);
    if (result == REPORT_DONE && !report_table_write(document, format, out)) {
        snprintf(message, message_size, "the report cannot be written");
        result = REPORT_FAILED;
    }
    if (result == REPORT_DONE)
        result = report_face_result(document);
    json_decref(document);
    return result;
}
