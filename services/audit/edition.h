/* edition.h: what is published of a period: every report that is published of such periods, together, of the
 * trail as it stood a week after the period's end.
 *
 * By then contacts that are told late have been told. There is one edition of a period and never another, so
 * that nobody finds a small number by comparing two, and what was published can be printed again. An edition
 * is made once and kept beside the trail (trail.db.published-2026-03), because making it can take minutes; a
 * file that was made of another trail or by other definitions is made anew.
 */
#ifndef CONCORDAT_EDITION_H
#define CONCORDAT_EDITION_H

#include <jansson.h>
#include <sqlite3.h>

#include "services/audit/report.h"

enum { EDITION_DAYS = 7 }; /* London's, from the end of the period */

/* The report of the question's period or, without one, of the latest that is published. One of months has
 * each month as the edition of that month has it. `stored` is the trail at the path, open for reading.
 * REPORT_DONE with a document for the caller to json_decref, whose tables have rows_max rows at most;
 * REPORT_WITHHELD if the question is one that is not for the public; anything else as report_document_ask.
 * Each with a message for a person. One thread for a trail. */
int edition_ask(sqlite3 *stored, const char *trail_path, const struct report *report,
                const struct report_question *question, json_t **document, char *message,
                size_t message_size);

#endif
