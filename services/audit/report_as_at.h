/* report_as_at.h: a trail as it stood at an earlier moment, made again from its events by the code that made
 * it: what is asked of it is what was asked then. */
#ifndef CONCORDAT_REPORT_AS_AT_H
#define CONCORDAT_REPORT_AS_AT_H

#include <sqlite3.h>

#include "services/audit/report.h"
#include "services/audit/trail.h"

/* The number of the last event before the first that is of no case and not before that midnight in London; 0
 * if there is none. Routers write such events all the time, and both forms of a trail have them in the same
 * hour, so that both end at the same event. `stored` is the trail as it now stands, open for reading. */
int64_t report_as_at_day(sqlite3 *stored, int64_t day_ms);

/* Makes the trail again up to the event, or up to the day, of the question, in a file that SQLite deletes.
 * *then is NULL, or such a trail of an earlier event, which goes on from there. It is the caller's to close.
 * REPORT_DONE; anything else with a message for a person, and no trail. It has no alarms, which are made of
 * no event. */
int report_as_at(sqlite3 *stored, const struct report_question *question, struct trail **then, char *message,
                 size_t message_size);

#endif
