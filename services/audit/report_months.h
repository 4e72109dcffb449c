/* report_months.h: the months that a report by months is of (`@of months`), so that each chart has enough of
 * them and none that has not ended. All are London's. */
#ifndef CONCORDAT_REPORT_MONTHS_H
#define CONCORDAT_REPORT_MONTHS_H

#include <jansson.h>
#include <sqlite3.h>

#include "services/audit/report.h"

enum {
    REPORT_MONTHS = 24,      /* up to the end of the period that was asked for */
    REPORT_MONTHS_LEAST = 12 /* a period of so many months or more is taken as it was asked for */
};

/* Makes the period of a question one of whole months. Without one they are those up to the newest event's. */
void report_months_choose(sqlite3 *database, struct report_question *question);

/* Makes the temporary table charted_month (month, from_ms, to_ms): the months of the question that have ended
 * by the newest event, from the month of the first event on. False if it cannot be made. */
bool report_months_make(sqlite3 *database, const struct report_question *question);

/* Adds to a document a note that names the month which is left out, because it has not ended, and a verdict
 * if no month has. False without memory. */
bool report_months_note(sqlite3 *database, const struct report_question *question, json_t *document);

#endif
