/* rates.h: shares of groups of people beside each other: the 95 % interval of a share, the difference and the
 * ratio of two with theirs, and how far groups are from one of them on the whole.
 *
 * Pure. A share is a count out of so many; 0 <= count <= out_of. Shares, differences and ratios are numbers
 * and not percentages: 0.25 is a quarter. NAN: there is no such figure.
 *
 * Sources: Wilson, Journal of the American Statistical Association 22 (1927), 209-212, and Newcombe,
 * Statistics in Medicine 17 (1998), 857-872, method 3, for the interval of a share; Newcombe, the same,
 * 873-890, method 10, for a difference; Katz, Baptista, Azen and Pike, Biometrics 34 (1978), 469-474, method
 * C, for a ratio. None has a correction for continuity. */
#ifndef CONCORDAT_RATES_H
#define CONCORDAT_RATES_H

#include <stddef.h>

struct rates_share {
    double count, out_of;
};

struct rates_figure {
    double value, lower, upper; /* with the bounds of its 95 % interval */
};

/* All NAN out of 0. */
struct rates_figure rates_share(struct rates_share share);
/* The one less the other. All NAN if one of them is out of 0. */
struct rates_figure rates_difference(struct rates_share one, struct rates_share other);
/* The one over the other. All NAN if one is out of 0 or the other's count is 0; without bounds if the one's
 * count is 0. */
struct rates_figure rates_ratio(struct rates_share one, struct rates_share other);

/* The mean of the absolute differences of these shares to a reference, which is none of them: as NHS England
 * makes its absolute mean deviation between White and other ethnic groups (NHSDigital,
 * mental-health-monthly-statistics, menh_bbrb/notebooks/mhsds_functions.py, 1071-1093), of crude rates. NAN
 * if there are none, or one of all is out of 0. */
double rates_mean_deviation(const struct rates_share *shares, size_t count, struct rates_share reference);

#endif
