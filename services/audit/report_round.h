/* report_round.h: how a figure of a report that C works out is rounded: a half away from zero, as of the
 * exact quotient of whole numbers (deploy/DEFINITIONS.md, section 1).
 *
 * Pure. What is as near to a half as the arithmetic is exact is a half, though its nearest binary number may
 * lie below. A quotient that is no half is further from one, unless its denominator is over 10^9. NAN stays
 * NAN. */
#ifndef CONCORDAT_REPORT_ROUND_H
#define CONCORDAT_REPORT_ROUND_H

/* To `parts` parts of one: 1 for whole numbers, 10 for tenths, 100 for hundredths. Never -0. */
double report_round(double value, int parts);

#endif
