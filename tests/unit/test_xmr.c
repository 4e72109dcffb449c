/* test_xmr.c: XmR charts equal published examples to the printed digit; and each rule of special cause, just
 * met and just not met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "services/audit/xmr.h"

enum { VALUES_MAX = 80 };

static struct xmr chart;
static struct xmr_point points[VALUES_MAX];
static size_t point_count;

#define COUNT(array)   (sizeof(array) / sizeof *(array))
#define CHART(array)   make_chart(array, COUNT(array), XMR_VALUES)
#define BETWEEN(array) make_chart(array, COUNT(array), XMR_DAYS_BETWEEN)

static void make_chart(const double *values, size_t count, enum xmr_of of)
{
    assert_true(count <= VALUES_MAX);
    point_count = count;
    xmr_make(values, count, of, &chart, points);
}

/* A figure as its source prints it. */
static void prints(double value, int decimals, const char *expected)
{
    char text[40];
    snprintf(text, sizeof text, "%.*f", decimals, value);
    assert_string_equal(text, expected);
}

/* The points as a text: '.' for a point without that cause, '^' high, 'v' low. */
static void causes_are(enum xmr_cause cause, const char *expected)
{
    char text[VALUES_MAX + 1];
    for (size_t i = 0; i < point_count; i++)
        text[i] = points[i].high & cause ? '^' : points[i].low & cause ? 'v' : '.';
    text[point_count] = '\0';
    assert_string_equal(text, expected);
}

static bool has_no_cause(void)
{
    for (size_t i = 0; i < point_count; i++)
        if (points[i].high || points[i].low)
            return false;
    return true;
}

/* ---- published examples ---- */

/* D. J. Wheeler's in-process inventory (hundreds of pounds; Understanding Variation), worked in
 * https://xmrit.com/articles/plot-xmr-chart-instructions/: average 20.39, average moving range 4.7, upper
 * natural process limit 32.89. */
static void wheelers_inventory_has_his_average_range_and_limit(void **state)
{
    (void)state;
    static const double inventory[] = {19, 27, 20, 16, 18, 25, 22, 24, 17, 25, 15, 17, 20, 22, 19, 16,
                                       22, 19, 25, 22, 18, 20, 16, 17, 20, 15, 27, 25, 17, 19, 28};
    CHART(inventory);
    prints(chart.mean, 2, "20.39");
    prints(chart.average_range, 1, "4.7");
    prints(chart.upper, 2, "32.89");
    assert_int_equal(chart.points, 31);
    assert_int_equal(chart.ranges, 30);
    assert_int_equal(chart.wide_ranges, 0);
    assert_false(chart.trial);
    assert_true(has_no_cause());
}

/* NHSRplotthedots 0.2.2, vignette "Deviations from Excel defaults": as the tools of NHS England compute it,
 * UPL 6.95, mean 1.94, LPL -3.06. (With outlying ranges screened out it would be 4.6 and -0.72.) */
static const double with_an_outlier[] = {1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};

static void an_outlier_widens_the_limits_as_in_the_tools_of_nhs_england(void **state)
{
    (void)state;
    CHART(with_an_outlier);
    prints(chart.upper, 2, "6.95");
    prints(chart.mean, 2, "1.94");
    prints(chart.lower, 2, "-3.06");
    assert_int_equal(chart.wide_ranges, 2); /* to the outlier, and from it */
    causes_are(XMR_OUTSIDE, "....^.............");
}

/* The same package, tests/testthat/_snaps/ptd_spc_standard.md: R's set.seed(123); rnorm(20). */
static void a_random_series_has_the_limits_of_the_package_for_the_nhs(void **state)
{
    (void)state;
    double drawn[] = {-0.56047565, -0.23017749, 1.55870831,  0.07050839,  0.12928774, 1.71506499, 0.46091621,
                      -1.26506123, -0.68685285, -0.44566197, 1.22408180,  0.35981383, 0.40077145, 0.11068272,
                      -0.55584113, 1.78691314,  0.49785048,  -1.96661716, 0.70135590, -0.47279141};
    CHART(drawn);
    prints(chart.mean, 7, "0.1416238");
    prints(chart.lower, 5, "-3.01138");
    prints(chart.upper, 6, "3.294627");
    drawn[14] = 10; /* there with screen_outliers = FALSE */
    CHART(drawn);
    prints(chart.mean, 7, "0.6694159");
    prints(chart.lower, 6, "-4.596625");
    prints(chart.upper, 6, "5.935457");
    /* test-ptd_spc.R, summary by facet: the first ten alone. */
    make_chart(drawn, 10, XMR_VALUES);
    prints(chart.mean, 4, "0.0746");
    prints(chart.lower, 2, "-2.60");
    prints(chart.upper, 2, "2.75");
    assert_true(chart.trial);
}

/* SAS/QC 9.2 User's Guide, example 9.4, steel belts of tyres: _MEAN_ 24.0083, _R_ 0.056897. (Its limits are
 * of 3/1.128 ranges and not of 2.66.) */
static void steel_belts_have_the_mean_and_the_range_of_the_manual(void **state)
{
    (void)state;
    static const double belts[] = {24.05, 23.99, 23.95, 23.93, 23.97, 24.02, 24.06, 24.10, 23.98, 24.03,
                                   23.91, 24.06, 24.06, 23.96, 23.98, 24.06, 24.01, 24.00, 23.93, 23.92,
                                   24.09, 24.11, 24.05, 23.98, 23.98, 24.06, 24.02, 24.06, 23.97, 23.96};
    CHART(belts);
    prints(chart.mean, 4, "24.0083");
    prints(chart.average_range, 6, "0.056897");
}

/* The T chart of PowerBI-SPC, test/Chart Types/t.test.ts (AUS-DOH-Safety-and-Quality): its 3 sigma limits are
 * 0.0221 and 97.268, and its 2 sigma limits 0.6402 and 54.0812. They are of screened ranges, so the mean is
 * what must be the same: in the middle of them, before it is put back. */
static void days_between_events_have_the_mean_of_a_published_t_chart(void **state)
{
    (void)state;
    static const double days[] = {16, 20, 5,  13, 1,  26, 46,  12, 12, 5,  19, 4,  3,  15, 14, 9,  8,
                                  15, 21, 6,  3,  1,  56, 117, 1,  33, 9,  9,  19, 12, 1,  16, 13, 18,
                                  1,  35, 16, 5,  21, 38, 3,   25, 3,  11, 13, 20, 9,  3,  8,  21, 24,
                                  38, 8,  13, 9,  1,  30, 23,  3,  7,  22, 19, 11, 31, 6,  1,  1};
    double middle = (pow(0.6402, 1 / 3.6) + pow(54.0812, 1 / 3.6)) / 2;
    BETWEEN(days);
    prints(pow(chart.mean, 1 / 3.6), 3, "1.957");
    prints(middle, 3, "1.957");
}

/* 1 and 2 and 10, raised: put back, the limits of the vignette above must come out. */
static void limits_of_days_between_are_put_back_and_no_time_is_below_0(void **state)
{
    (void)state;
    double days[COUNT(with_an_outlier)];
    for (size_t i = 0; i < COUNT(days); i++)
        days[i] = pow(with_an_outlier[i], 3.6);
    BETWEEN(days);
    prints(pow(chart.upper, 1 / 3.6), 2, "6.95");
    prints(pow(chart.mean, 1 / 3.6), 2, "1.94");
    prints(chart.lower, 2, "0.00"); /* -3.06 */
    causes_are(XMR_OUTSIDE, "....^.............");
    static const double same_day[] = {0, 3, 0, 4, 3};
    BETWEEN(same_day);
    assert_true(chart.mean > 0 && chart.upper > chart.mean);
}

/* ---- rules: just met, and just not met ---- */

/* After 20 that go up and down by 1, one more is outside from 6.4 on. */
static void one_point_outside_the_limits(void **state)
{
    (void)state;
    double values[21];
    for (size_t i = 0; i < 20; i++)
        values[i] = i % 2 ? -1 : 1;
    values[20] = 6.4;
    CHART(values);
    causes_are(XMR_OUTSIDE, "....................^");
    values[20] = 6.3;
    CHART(values);
    assert_true(has_no_cause());
    values[20] = -6.6;
    CHART(values);
    causes_are(XMR_OUTSIDE, "....................v");
}

static void seven_in_a_row_on_one_side_of_the_mean(void **state)
{
    (void)state;
    static const double seven[] = {1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1},
                        six[] = {1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1},
                        on_the_mean[] = {1, 1, 1, 0, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1};
    CHART(seven);
    causes_are(XMR_ONE_SIDE, "^^^^^^^vvvvvvv");
    CHART(six);
    causes_are(XMR_ONE_SIDE, "............");
    CHART(on_the_mean);
    causes_are(XMR_ONE_SIDE, "........vvvvvvv");
}

/* The series and what is marked are those of NHSRplotthedots, test-ptd_calculate_point_type.R. */
static void seven_in_a_row_rising_or_falling(void **state)
{
    (void)state;
    static const double seven[] = {1, 2, 3, 4, 5, 6, 7}, six[] = {1, 2, 3, 4, 5, 6},
                        same[] = {1, 2, 3, 3, 4, 5, 6}, rising[] = {2, 1, 2, 3, 4, 5, 6, 7, 3},
                        falling[] = {2, 7, 6, 5, 4, 3, 2, 1, 3};
    CHART(seven);
    causes_are(XMR_TREND, "^^^^^^^");
    CHART(six);
    causes_are(XMR_TREND, "......");
    CHART(same);
    causes_are(XMR_TREND, ".......");
    CHART(rising);
    causes_are(XMR_TREND, ".^^^^^^^.");
    CHART(falling);
    causes_are(XMR_TREND, ".vvvvvvv.");
}

/* After 20 that go up and down by 1 come three more. Near begins at 4.54 for 4.6, and at 4.51 for 4.5. */
static void two_of_three_near_a_limit_on_one_side(void **state)
{
    (void)state;
    double values[23];
    for (size_t i = 0; i < 20; i++)
        values[i] = i % 2 ? -1 : 1;
    values[20] = values[22] = 4.6;
    values[21] = 1;
    CHART(values);
    causes_are(XMR_NEAR, "....................^.^");
    assert_int_equal(points[20].high, XMR_NEAR);
    values[20] = values[22] = 4.5;
    CHART(values);
    assert_true(has_no_cause());
    values[20] = values[22] = 5.5; /* near begins at 5.07 */
    values[21] = -1;               /* and the third is on the other side of the mean */
    CHART(values);
    assert_true(has_no_cause());
    values[21] = 1;
    values[22] = 8; /* beyond the limit counts as near it too */
    values[20] = 5.2;
    CHART(values);
    causes_are(XMR_NEAR, "....................^.^");
    causes_are(XMR_OUTSIDE, "......................^");
}

/* NHSRplotthedots, test-ptd_spc_standard.R: both near a limit, and on opposite sides of the mean. */
static void two_near_a_limit_on_opposite_sides_are_none(void **state)
{
    (void)state;
    double values[16];
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = i % 2 ? -1 : 1;
    values[14] = 5.5;
    values[15] = -5.5;
    CHART(values);
    assert_true(has_no_cause());
}

/* ---- gaps, few points, none ---- */

static void a_gap_has_no_range_and_ends_each_row(void **state)
{
    (void)state;
    static const double seven[] = {1, 1, 1, 1, NAN, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1},
                        rising[] = {1, 2, 3, NAN, 4, 5, 6, 7}, near[] = {9, NAN, 9};
    CHART(seven);
    assert_int_equal(chart.points, 14);
    assert_int_equal(chart.ranges, 12); /* of 14, without the two at the gap */
    prints(chart.average_range, 4, "0.1667");
    causes_are(XMR_ONE_SIDE, "........vvvvvvv");
    assert_int_equal(points[4].high | points[4].low, 0);
    CHART(rising);
    causes_are(XMR_TREND, "........");
    CHART(near);
    assert_int_equal(chart.ranges, 0);
    assert_true(isnan(chart.upper) && isnan(chart.lower));
    assert_true(has_no_cause());
}

static void a_series_that_never_changes_has_no_special_cause(void **state)
{
    (void)state;
    double values[24];
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = 33.3; /* the sum of which is not 24 times it */
    CHART(values);
    assert_true(has_no_cause());
    prints(chart.average_range, 1, "0.0");
    prints(chart.upper, 1, "33.3");
    prints(chart.lower, 1, "33.3");
    values[23] = 33.4; /* and then the smallest change is one: most lie on one side of the mean */
    CHART(values);
    assert_true(points[23].high & XMR_OUTSIDE);
    assert_true(points[0].low & XMR_ONE_SIDE);
}

static void fewer_than_twelve_points_have_trial_limits(void **state)
{
    (void)state;
    double values[13] = {5, 7, 5, 7, 5, 7, 5, 7, 5, 7, 5, NAN, 7};
    make_chart(values, 11, XMR_VALUES);
    assert_true(chart.trial);
    make_chart(values, 12, XMR_VALUES); /* a gap is no point */
    assert_true(chart.trial);
    make_chart(values, 13, XMR_VALUES);
    assert_false(chart.trial);
    values[11] = 7;
    make_chart(values, 12, XMR_VALUES);
    assert_false(chart.trial);
}

static void a_series_without_a_point_has_nothing(void **state)
{
    (void)state;
    static const double none[] = {NAN, NAN}, one[] = {NAN, 4};
    make_chart(none, 0, XMR_VALUES);
    assert_true(isnan(chart.mean) && isnan(chart.upper));
    CHART(none);
    assert_true(isnan(chart.mean) && has_no_cause() && chart.trial);
    CHART(one);
    prints(chart.mean, 1, "4.0");
    assert_true(isnan(chart.upper) && has_no_cause());
}

static void limits_take_four_moving_ranges(void **state)
{
    (void)state;
    static const double values[] = {5, 7, 5, 7, 5}, at_gaps[] = {5, 7, NAN, 5, 7, NAN, 5, 7, NAN, 5, 9};
    CHART(values);
    prints(chart.upper, 2, "11.12"); /* 5.8 + 2.66 * 2 */
    make_chart(values, 4, XMR_VALUES);
    assert_int_equal(chart.ranges, 3);
    prints(chart.average_range, 1, "2.0");
    assert_true(isnan(chart.upper) && isnan(chart.lower));
    CHART(at_gaps);
    assert_int_equal(chart.ranges, 4);
    assert_true(chart.upper > chart.mean);
    make_chart(at_gaps, 10, XMR_VALUES); /* seven points, and three ranges */
    assert_true(isnan(chart.upper) && has_no_cause());
}

/* ---- better or worse ---- */

static void a_cause_is_an_improvement_or_a_concern_by_the_measure(void **state)
{
    (void)state;
    const struct xmr_point high = {.high = XMR_OUTSIDE}, low = {.low = XMR_TREND},
                           both = {.high = XMR_ONE_SIDE, .low = XMR_TREND}, none = {0};
    assert_true(xmr_is_improvement(&high, XMR_HIGHER) && !xmr_is_concern(&high, XMR_HIGHER));
    assert_true(xmr_is_concern(&high, XMR_LOWER) && !xmr_is_improvement(&high, XMR_LOWER));
    assert_true(xmr_is_concern(&low, XMR_HIGHER) && xmr_is_improvement(&low, XMR_LOWER));
    assert_true(xmr_is_concern(&both, XMR_HIGHER) && xmr_is_improvement(&both, XMR_HIGHER));
    assert_false(xmr_is_concern(&high, XMR_NEITHER) || xmr_is_improvement(&high, XMR_NEITHER));
    assert_false(xmr_is_concern(&none, XMR_HIGHER) || xmr_is_improvement(&none, XMR_LOWER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wheelers_inventory_has_his_average_range_and_limit),
        cmocka_unit_test(an_outlier_widens_the_limits_as_in_the_tools_of_nhs_england),
        cmocka_unit_test(a_random_series_has_the_limits_of_the_package_for_the_nhs),
        cmocka_unit_test(steel_belts_have_the_mean_and_the_range_of_the_manual),
        cmocka_unit_test(days_between_events_have_the_mean_of_a_published_t_chart),
        cmocka_unit_test(limits_of_days_between_are_put_back_and_no_time_is_below_0),
        cmocka_unit_test(one_point_outside_the_limits),
        cmocka_unit_test(seven_in_a_row_on_one_side_of_the_mean),
        cmocka_unit_test(seven_in_a_row_rising_or_falling),
        cmocka_unit_test(two_of_three_near_a_limit_on_one_side),
        cmocka_unit_test(two_near_a_limit_on_opposite_sides_are_none),
        cmocka_unit_test(a_gap_has_no_range_and_ends_each_row),
        cmocka_unit_test(a_series_that_never_changes_has_no_special_cause),
        cmocka_unit_test(fewer_than_twelve_points_have_trial_limits),
        cmocka_unit_test(a_series_without_a_point_has_nothing),
        cmocka_unit_test(limits_take_four_moving_ranges),
        cmocka_unit_test(a_cause_is_an_improvement_or_a_concern_by_the_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
