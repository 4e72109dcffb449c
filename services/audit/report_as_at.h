/* report_as_at.h: a trail as it stood at an earlier moment, made again from its events by the code that made
 * it: what is asked of it is what was asked then. */
#ifndef CONCORDAT_REPORT_AS_AT_H
#define CONCORDAT_REPORT_AS_AT_H

#include <jansson.h>
#include <sqlite3.h>

#include "services/audit/report.h"
#include "services/audit/trail.h"

/* Makes the trail again up to the event, or up to the day, of the question, in a file that SQLite deletes.
 * *then is the caller's to close. `stored` is the trail as it now stands, open for reading, and `kept` is
 * what verify_kept gave of it, or NULL: it is made to say the same of the earlier trail. REPORT_DONE;
 * anything else with a message for a person, and no trail. */
int report_as_at(sqlite3 *stored, const struct report_question *question, struct trail **then, json_t *kept,
                 char *message, size_t message_size);

#endif
