/* report_round.c: see report_round.h. */
#include "services/audit/report_round.h"

#include <math.h>

double report_round(double value, int parts)
{
    static const double exact_to = 1e-13;
    double scaled = value * parts, near = exact_to * fmax(1, fabs(scaled));
    return round(scaled + copysign(near, scaled)) / parts + 0.0;
}
