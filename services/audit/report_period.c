/* report_period.c: see report_period.h. */
#include "services/audit/report_period.h"

#include <stdio.h>
#include <string.h>

#include "proto/words/london.h"
#include "proto/words/spoken_date.h"

bool report_read_day(const char *text, int64_t *unix_ms)
{
    static const char shape[] = "dddd-dd-dd";
    struct spoken_date date;
    for (size_t i = 0; i < sizeof shape; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    if (sscanf(text, "%4d-%2d-%2d", &date.year, &date.month, &date.day) != 3 || date.year == 0 ||
        !spoken_date_exists(&date))
        return false;
    *unix_ms = london_instant(london_day(date.year, date.month, date.day), 0);
    return true;
}
