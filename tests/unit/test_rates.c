/* test_rates.c: shares of groups beside each other, to the digit that was printed elsewhere. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/audit/rates.h"
#include "services/audit/report_round.h"

static void prints_figure(struct rates_figure figure, const char *expected)
{
    char text[96];
    snprintf(text, sizeof text, "%.4f %.4f %.4f", figure.value, figure.lower, figure.upper);
    assert_string_equal(text, expected);
}

/* Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3; and the package contingencytables
 * of R, tests/testthat/test-ch2.R, of Ligarden 2010. */
static void the_interval_of_a_share_is_wilsons(void **state)
{
    (void)state;
    prints_figure(rates_share((struct rates_share){81, 263}), "0.3080 0.2553 0.3662");
    prints_figure(rates_share((struct rates_share){15, 148}), "0.1014 0.0624 0.1605");
    prints_figure(rates_share((struct rates_share){0, 20}), "0.0000 0.0000 0.1611");
    prints_figure(rates_share((struct rates_share){1, 29}), "0.0345 0.0061 0.1718");
    prints_figure(rates_share((struct rates_share){13, 16}), "0.8125 0.5699 0.9341");
    assert_true(rates_share((struct rates_share){20, 20}).upper == 1);
}

/* Newcombe, the same, 873-890, table II, method 10; and contingencytables, test-ch4.R, of Perondi 2004. */
static void the_interval_of_a_difference_is_newcombes(void **state)
{
    (void)state;
    static const struct {
        struct rates_share one, other;
        const char *printed;
    } known[] = {
        {{56, 70}, {48, 80}, "0.2000 0.0524 0.3339"}, {{9, 10}, {3, 10}, "0.6000 0.1705 0.8090"},
        {{6, 7}, {2, 7}, "0.5714 0.0582 0.8062"},     {{5, 56}, {0, 29}, "0.0893 -0.0381 0.1926"},
        {{0, 10}, {0, 20}, "0.0000 -0.1611 0.2775"},  {{0, 10}, {0, 10}, "0.0000 -0.2775 0.2775"},
        {{10, 10}, {0, 20}, "1.0000 0.6791 1.0000"},  {{10, 10}, {0, 10}, "1.0000 0.6075 1.0000"},
        {{7, 34}, {1, 34}, "0.1765 0.0189 0.3404"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        prints_figure(rates_difference(known[i].one, known[i].other), known[i].printed);
}

/* The package contingencytables of R, tests/testthat/test-ch4.R, of Perondi 2004: "estimate = 7.0000 (95% CI
 * 0.9096 to 53.8695)"; and riskratio.wald of its package epitools, as a textbook prints
 * it: 2.076923, 1.09512, 3.938939. */
static void the_interval_of_a_ratio_is_that_of_katz(void **state)
{
    (void)state;
    prints_figure(rates_ratio((struct rates_share){7, 34}, (struct rates_share){1, 34}),
                  "7.0000 0.9096 53.8695");
    prints_figure(rates_ratio((struct rates_share){27, 39}, (struct rates_share){7, 21}),
                  "2.0769 1.0951 3.9389");
}

static void what_cannot_be_worked_out_is_no_figure(void **state)
{
    (void)state;
    const struct rates_share nobody = {0, 0}, none = {0, 9}, some = {3, 9};
    assert_true(isnan(rates_share(nobody).value) && isnan(rates_share(nobody).lower));
    assert_true(isnan(rates_difference(some, nobody).value) && isnan(rates_difference(nobody, some).upper));
    assert_true(isnan(rates_ratio(some, nobody).value) && isnan(rates_ratio(nobody, some).value));
    assert_true(isnan(rates_ratio(some, none).value));
    assert_true(rates_ratio(none, some).value == 0 && isnan(rates_ratio(none, some).lower));
    assert_true(isnan(rates_mean_deviation(NULL, 0, some)));
    assert_true(isnan(rates_mean_deviation(&nobody, 1, some)));
}

/* 0.2 and 0.5 and 0.4 beside 0.4: 0.2, 0.1 and 0 away. */
static void the_mean_deviation_is_of_the_others_from_the_reference(void **state)
{
    (void)state;
    static const struct rates_share others[] = {{2, 10}, {5, 10}, {40, 100}};
    double deviation = rates_mean_deviation(others, 3, (struct rates_share){4, 10});
    assert_true(fabs(deviation - 0.1) < 1e-12);
}

/* By whole numbers alone: so many parts of a quotient, a half away from zero. */
static long long parts_of(long long over, long long under, int parts)
{
    long long sign = over < 0 ? -1 : 1;
    return sign * ((2 * parts * sign * over + under) / (2 * under));
}

static void is_rounded(double value, int parts, long long over, long long under)
{
    double rounded = report_round(value, parts) * parts;
    if (llround(rounded) != parts_of(over, under, parts))
        fail_msg("%.17g of %lld/%lld in parts of %d", rounded, over, under, parts);
}

/* The counts are parts of each size in fortieths: what is a half stays one in binary numbers. */
static void a_half_is_rounded_away_from_zero_as_of_whole_numbers(void **state)
{
    (void)state;
    static const int out_of[] = {1, 3, 7, 8, 10, 20, 40, 48, 64, 65, 75, 125, 200, 4000, 86400};
    enum { COUNT = sizeof out_of / sizeof *out_of };
    for (int i = 0; i < COUNT * COUNT; i++)
        for (int at = 0; at < 41 * 41; at++) {
            long long n = out_of[i / COUNT], m = out_of[i % COUNT], x = n * (at / 41) / 40,
                      y = m * (at % 41) / 40;
            struct rates_share one = {(double)x, (double)n}, other = {(double)y, (double)m};
            is_rounded(100 * rates_difference(one, other).value, 1, 100 * (x * m - y * n), n * m);
            is_rounded(100 * rates_difference(one, other).value, 10, 100 * (x * m - y * n), n * m);
            is_rounded(100 * rates_share(one).value, 10, 100 * x, n);
            if (y)
                is_rounded(rates_ratio(one, other).value, 100, x * m, n * y);
        }
    static const struct rates_share others[] = {{15, 40}, {16, 40}};
    is_rounded(100 * rates_mean_deviation(others, 2, (struct rates_share){0, 1}), 10, 155, 4); /* 38.75 */
    assert_true(isnan(report_round(NAN, 10)));
    assert_false(signbit(report_round(-0.04, 10)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_of_a_share_is_wilsons),
        cmocka_unit_test(the_interval_of_a_difference_is_newcombes),
        cmocka_unit_test(the_interval_of_a_ratio_is_that_of_katz),
        cmocka_unit_test(what_cannot_be_worked_out_is_no_figure),
        cmocka_unit_test(the_mean_deviation_is_of_the_others_from_the_reference),
        cmocka_unit_test(a_half_is_rounded_away_from_zero_as_of_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
