/* rates.c: see rates.h. */
#include "services/audit/rates.h"

#include <math.h>

/* 95 % of the standard normal distribution lie from its negative to this. */
static const double z95 = 1.959963984540054;

static const struct rates_figure no_figure = {NAN, NAN, NAN};

static double quotient(struct rates_share share)
{
    return share.count / share.out_of;
}

struct rates_figure rates_share(struct rates_share share)
{
    if (!(share.out_of > 0))
        return no_figure;
    double n = share.out_of, p = quotient(share), square = z95 * z95;
    double middle = (2 * n * p + square) / (2 * (n + square)),
           half = z95 * sqrt(square + 4 * n * p * (1 - p)) / (2 * (n + square));
    return (struct rates_figure){p, share.count > 0 ? middle - half : 0,
                                 share.count < share.out_of ? middle + half : 1};
}

struct rates_figure rates_difference(struct rates_share one, struct rates_share other)
{
    struct rates_figure a = rates_share(one), b = rates_share(other);
    double difference = a.value - b.value;
    return (struct rates_figure){difference, difference - hypot(a.value - a.lower, b.upper - b.value),
                                 difference + hypot(a.upper - a.value, b.value - b.lower)};
}

struct rates_figure rates_ratio(struct rates_share one, struct rates_share other)
{
    if (!(one.out_of > 0 && other.out_of > 0 && other.count > 0))
        return no_figure;
    double ratio = quotient(one) / quotient(other);
    if (!(one.count > 0))
        return (struct rates_figure){ratio, NAN, NAN};
    double error = sqrt(1 / one.count - 1 / one.out_of + 1 / other.count - 1 / other.out_of);
    return (struct rates_figure){ratio, ratio * exp(-z95 * error), ratio * exp(z95 * error)};
}

double rates_mean_deviation(const struct rates_share *shares, size_t count, struct rates_share reference)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs(rates_difference(shares[i], reference).value);
    return count ? sum / (double)count : NAN;
}
