/* report_document.h: puts the questions of one report to an open trail, all at one moment, and makes a
 * document of the answers (report_table.h). */
#ifndef CONCORDAT_REPORT_DOCUMENT_H
#define CONCORDAT_REPORT_DOCUMENT_H

#include <jansson.h>
#include <sqlite3.h>

#include "services/audit/report.h"

/* Lays the grounds of the report, and calls `reader` with its face (report.h). REPORT_DONE if that returned
 * true; anything else with a message for a person. The database is left as it was. */
int report_document_read(sqlite3 *database, const struct report *report,
                         const struct report_question *question, report_reader *reader, void *context,
                         char *message, size_t message_size);

/* The figures are exact. If the question is not unsuppressed, tables and sentences that are for inspectors
 * are left out, and whoever asks has disclosure.h hide the small numbers. The question's rows_max counts,
 * as_at does not: the trail is asked as it stands. What the face says of the trail's being whole is left to
 * report_face_stand.
 *
 * REPORT_DONE with a document for the caller to json_decref; anything else with a message for a person. The
 * database is left as it was. */
int report_document_ask(sqlite3 *database, const struct report *report,
                        const struct report_question *question, json_t **document, char *message,
                        size_t message_size);

#endif
