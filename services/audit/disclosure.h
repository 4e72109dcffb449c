/* disclosure.h: makes of a report one that may be published: small numbers point to people.
 *
 * A count below 5 is hidden, 0 too, and all others are rounded to the nearest 5. Then others are hidden,
 * until no hidden count can be worked out of those that are shown (disclosure_sums.h): by the totals of a
 * table, by percentages, and by the sums that the files of the reports declare. What is worked out over a
 * hidden count is hidden with it. A row of which every count is hidden is left out, so that a row that is not
 * there says nothing.
 */
#ifndef CONCORDAT_DISCLOSURE_H
#define CONCORDAT_DISCLOSURE_H

#include <jansson.h>
#include <stdbool.h>

#include "services/audit/report.h"

/* In the place of a figure: it is below 5, or hidden so that another one is not found. */
#define DISCLOSURE_HIDDEN "*"

/* Whether a table may be published: it has no column that points to one case. */
bool disclosure_may_show(const struct report_table *table);

/* Changes the tables of these documents (report_table.h), and adds notes that say so. They are all that is
 * published of one trail and period, because what is hidden is decided for all together, so that none is
 * found by another. They stand in an order that is always the same, and all rows of each table have to be
 * there. Of a period of several months, `months` is what is published of each (disclosure_months.h): the
 * period tells nothing of what is hidden there. Aborts if there is no memory. */
void disclosure_publish(json_t *const *documents, size_t count, json_t *const *months, size_t month_count);

#endif
