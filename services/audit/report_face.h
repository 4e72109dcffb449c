/* report_face.h: what stands at the head of a report: of what it is, as at when, and what of that is sure.
 *
 * A database is an open trail on which the question was opened (report_document.c), at one moment. */
#ifndef CONCORDAT_REPORT_FACE_H
#define CONCORDAT_REPORT_FACE_H

#include <jansson.h>
#include <sqlite3.h>

#include "services/audit/report.h"

/* Whether it can be asked at all: REPORT_DONE, or REPORT_UNKNOWN, REPORT_EMPTY or REPORT_NEWER with a message
 * for a person. */
int report_face_check(sqlite3 *database, const struct report *report, const struct report_question *question,
                      char *message, size_t message_size);

/* The document of a report with its head, and with room for tables, verdicts and notes. NULL if there is no
 * memory. */
json_t *report_face(sqlite3 *database, const struct report *report, const struct report_question *question);

/* Says in the head that it is of that period, which had ended by then. Aborts if there is no memory. */
void report_face_period(json_t *document, int64_t from_ms, int64_t to_ms);

/* Says in the head what is known of the trail's being whole: its alarms, and the latest verdict on it.
 * `stored` is the trail as it now stands, of which the document can be an earlier moment, and `kept` is what
 * verify_kept gave of it, or NULL. Aborts if there is no memory. */
void report_face_stand(sqlite3 *stored, const json_t *kept, json_t *document);

/* What the face of a report that was made says: REPORT_DONE, REPORT_PROVISIONAL, or REPORT_ALTERED, which
 * says more. */
int report_face_result(const json_t *document);

#endif
