/* xmr.h: whether a measure has changed over time: the limits of an XmR chart, and its rules of special cause,
 * as NHS England's Making Data Count programme draws them. The one home of these rules.
 *
 * A series has a value for each month (or event) in the order of time; NAN is a gap: no moving range leads
 * across it, and no run of points goes on behind it. Values are of any one unit; the mean and the limits are
 * of the same. All memory is the caller's. Pure; any thread.
 *
 *   limits        mean +- 2.66 average moving ranges, of all points of the series
 *   outside       one point beyond a limit
 *   one side      7 points or more in a row on one side of the mean; one on the mean ends the row
 *   trend         7 points or more in a row, each above (or each below) the one before
 *   near a limit  of 3 points in a row on one side of the mean, 2 beyond two thirds of the way to the limit,
 *                 beyond the limit too; those 2 are marked, and the third is not
 *   trial limits  those of fewer than 12 points
 *   no limits     with fewer than 4 moving ranges, as five points have: so few tell nothing of how it varies
 *
 * Outlying moving ranges are NOT screened out before the limits are computed, because the tools of NHS
 * England do not do so either, and a board lays our chart beside theirs. A range above the upper range limit
 * (3.27 average moving ranges) makes the limits wide, so such ranges are counted for the reader.
 *
 * Sources: the rules, their numbers 7, 12 and 2.66, and that NHS England's tools screen no ranges while this
 * package does: NHSRplotthedots 0.2.2, vignettes "Deviations from Excel defaults" and "Number of points
 * required", https://github.com/nhs-r-community/NHSRplotthedots. Points beyond the limit count as near it,
 * and all 3 must be on one side: the programme's own words in issue 194 there. 2.66, 3.27, and that five or
 * six values are the fewest for limits: D. J. Wheeler, Understanding Variation, 2nd ed., p. 60 and 137. Days
 * between events: L. P. Provost and S. K. Murray, The Health Care Data Guide (T chart).
 */
#ifndef CONCORDAT_XMR_H
#define CONCORDAT_XMR_H

#include <stdbool.h>
#include <stddef.h>

#define XMR_LIMIT       2.66 /* average moving ranges from the mean to a limit */
#define XMR_RANGE_LIMIT 3.27 /* average moving ranges */

enum {
    XMR_RUN = 7,         /* so many points in a row are no chance */
    XMR_FEW = 12,        /* fewer points than that have trial limits */
    XMR_RANGES_LEAST = 4 /* fewer ranges than that have no limits */
};

/* Which way a measure is better. It belongs to the measure. */
enum xmr_better { XMR_NEITHER, XMR_HIGHER, XMR_LOWER };

/* Why a point is a special cause. */
enum xmr_cause { XMR_OUTSIDE = 1u << 0, XMR_ONE_SIDE = 1u << 1, XMR_TREND = 1u << 2, XMR_NEAR = 1u << 3 };

struct xmr_point {
    unsigned high,
        low; /* causes that speak of higher values, and of lower ones; of both, a long fall from high */
};

struct xmr {
    size_t points, ranges; /* those that there are */
    double mean;           /* NAN without a point */
    double average_range;  /* NAN without a range */
    double lower, upper;   /* NAN: there are no limits, and no point is outside or near */
    size_t wide_ranges;    /* ranges above XMR_RANGE_LIMIT average ranges, if there are limits */
    bool trial;
};

/* What the values are. Days (or hours) between rare events are a T chart: its limits and rules are of
 * value^(1/3.6), which is near to normal, and its mean and limits are put back into days; average_range is
 * not. Such values are not negative. */
enum xmr_of { XMR_VALUES, XMR_DAYS_BETWEEN };

/* Fills in the chart, and a point for each value. A limit may lie beyond what a value can be, such as below
 * 0 per cent: callers show no such limit. */
void xmr_make(const double *values, size_t count, enum xmr_of of, struct xmr *chart,
              struct xmr_point *points);

/* Whether a special cause is for the better, or for the worse. One point may be both. */
bool xmr_is_improvement(const struct xmr_point *point, enum xmr_better better);
bool xmr_is_concern(const struct xmr_point *point, enum xmr_better better);

#endif
