/* xmr.c: see xmr.h. */
#include "services/audit/xmr.h"

#include <assert.h>
#include <math.h>

/* The part of the way from the mean to a limit from which on a point is near the limit, of how many. */
static const double near_part = 2.0 / 3;
enum { NEAR_OF = 3, NEAR_LEAST = 2 };

/* The power that makes of days between events something near to normal. */
static const double between_power = 3.6;

struct series {
    const double *values;
    size_t count;
    enum xmr_of of;
    struct xmr *chart;
    struct xmr_point *points;
};

/* As limits and rules take it. */
static double value(const struct series *series, size_t i)
{
    return series->of == XMR_DAYS_BETWEEN ? pow(series->values[i], 1 / between_power) : series->values[i];
}

/* Whether one value is above the other, and by more than arithmetic loses: the mean of equal values is not
 * always their value. */
static bool is_above(double one, double other)
{
    return one - other > 1e-9 * fmax(1, fabs(other));
}

/* 1: above, -1: below, 0: neither, or one of them is a gap. */
static int way_of(double value, double from)
{
    return is_above(value, from) - is_above(from, value);
}

/* ---- the limits ---- */

static void find_mean(const struct series *series)
{
    struct xmr *chart = series->chart;
    double sum = 0;
    for (size_t i = 0; i < series->count; i++)
        if (!isnan(series->values[i])) {
            sum += value(series, i);
            chart->points++;
        }
    chart->mean = chart->points ? sum / (double)chart->points : NAN;
    chart->trial = chart->points < XMR_FEW;
}

/* NAN across a gap. */
static double range_to(const struct series *series, size_t i)
{
    return fabs(value(series, i) - value(series, i - 1));
}

static void find_limits(const struct series *series)
{
    struct xmr *chart = series->chart;
    double sum = 0;
    for (size_t i = 1; i < series->count; i++)
        if (!isnan(range_to(series, i))) {
            sum += range_to(series, i);
            chart->ranges++;
        }
    chart->average_range = chart->ranges ? sum / (double)chart->ranges : NAN;
    double far = chart->ranges < XMR_RANGES_LEAST ? NAN : XMR_LIMIT * chart->average_range;
    chart->lower = chart->mean - far;
    chart->upper = chart->mean + far;
    for (size_t i = 1; !isnan(far) && i < series->count; i++)
        chart->wide_ranges += is_above(range_to(series, i), XMR_RANGE_LIMIT * chart->average_range);
}

/* ---- the rules ---- */

static void mark(struct xmr_point *point, int way, enum xmr_cause cause)
{
    if (way > 0)
        point->high |= cause;
    else
        point->low |= cause;
}

static int side(const struct series *series, size_t i)
{
    return way_of(value(series, i), series->chart->mean);
}

static int step(const struct series *series, size_t i)
{
    return i ? way_of(value(series, i), value(series, i - 1)) : 0;
}

static void mark_outside(const struct series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        if (is_above(value(series, i), series->chart->upper))
            mark(&series->points[i], 1, XMR_OUTSIDE);
        if (is_above(series->chart->lower, value(series, i)))
            mark(&series->points[i], -1, XMR_OUTSIDE);
    }
}

/* Marks each row of points that go the same way; `before` as many as stand before the first that has a way.
 */
static void mark_rows(const struct series *series, int (*way)(const struct series *, size_t), size_t before,
                      enum xmr_cause cause)
{
    for (size_t from = 0, to; from < series->count; from = to) {
        int there = way(series, from);
        for (to = from + 1; there && to < series->count && way(series, to) == there;)
            to++;
        for (size_t i = from - before; there && to - from + before >= XMR_RUN && i < to; i++)
            mark(&series->points[i], there, cause);
    }
}

static bool is_near(const struct series *series, size_t i, int way)
{
    double far = near_part * (series->chart->upper - series->chart->mean);
    return way > 0 ? is_above(value(series, i), series->chart->mean + far)
                   : is_above(series->chart->mean - far, value(series, i));
}

static void mark_near(const struct series *series)
{
    for (size_t from = 0; from + NEAR_OF <= series->count; from++) {
        int way = side(series, from);
        size_t same = 0, near = 0;
        for (size_t i = from; i < from + NEAR_OF; i++) {
            same += side(series, i) == way;
            near += is_near(series, i, way);
        }
        for (size_t i = from; way && same == NEAR_OF && near >= NEAR_LEAST && i < from + NEAR_OF; i++)
            if (is_near(series, i, way))
                mark(&series->points[i], way, XMR_NEAR);
    }
}

/* ---- all of it ---- */

/* Below 0 is no time. */
static double put_back(double made)
{
    return made < 0 ? 0 : pow(made, between_power);
}

void xmr_make(const double *values, size_t count, enum xmr_of of, struct xmr *chart, struct xmr_point *points)
{
    const struct series series = {values, count, of, chart, points};
    *chart = (struct xmr){0};
    for (size_t i = 0; i < count; i++) {
        assert(of != XMR_DAYS_BETWEEN || !(values[i] < 0));
        points[i] = (struct xmr_point){0};
    }
    find_mean(&series);
    find_limits(&series);
    mark_outside(&series);
    mark_rows(&series, side, 0, XMR_ONE_SIDE);
    mark_rows(&series, step, 1, XMR_TREND);
    mark_near(&series);
    if (of != XMR_DAYS_BETWEEN)
        return;
    chart->mean = put_back(chart->mean);
    chart->lower = put_back(chart->lower);
    chart->upper = put_back(chart->upper);
}

/* ---- better or worse ---- */

bool xmr_is_improvement(const struct xmr_point *point, enum xmr_better better)
{
    return (better == XMR_HIGHER && point->high) || (better == XMR_LOWER && point->low);
}

bool xmr_is_concern(const struct xmr_point *point, enum xmr_better better)
{
    return (better == XMR_HIGHER && point->low) || (better == XMR_LOWER && point->high);
}
