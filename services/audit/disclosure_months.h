/* disclosure_months.h: what is published of each month of a period tells of the counts of the period, and
 * these of the months (`@months` of a report's file). */
#ifndef CONCORDAT_DISCLOSURE_MONTHS_H
#define CONCORDAT_DISCLOSURE_MONTHS_H

#include "services/audit/disclosure_table.h"

/* Tells the sums of the counts of one table, between what bounds each lies by the months. months[i] has the
 * published documents of a month by the names of their reports; NULL: nothing is published of it. */
void disclosure_months_tell(struct disclosure_sums *sums, const struct disclosure_table *one,
                            json_t *const *months, size_t month_count);

#endif
