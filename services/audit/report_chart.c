/* report_chart.c: see report_chart.h. */
#include "services/audit/report_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/report_round.h"
#include "services/audit/report_table.h"

enum { SAYS_BYTES = 512 };

struct charted {
    const struct report_chart *kind;
    const char *name, *unit; /* of the column */
    size_t count;
    double *values; /* owned, as the next */
    struct xmr_point *points;
    struct xmr chart;
};

/* ---- words ---- */

static const struct {
    enum xmr_cause cause;
    const char *high, *low;
} cause_words[] = {{XMR_OUTSIDE, "above the upper limit", "below the lower limit"},
                   {XMR_TREND, "7 or more in a row rising", "7 or more in a row falling"},
                   {XMR_NEAR, "2 of 3 near the upper limit", "2 of 3 near the lower limit"},
                   {XMR_ONE_SIDE, "7 or more in a row above the mean", "7 or more in a row below the mean"}};

static const char *const better_names[] = {
    [XMR_NEITHER] = "neither", [XMR_HIGHER] = "higher", [XMR_LOWER] = "lower"};

static void put_words(char *text, size_t size, const char *between, const char *words)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? between : "", words);
}

/* JSON null: it varies as usual. */
static json_t *special_cause(const struct xmr_point *point)
{
    char text[SAYS_BYTES] = "";
    for (size_t i = 0; i < sizeof cause_words / sizeof *cause_words; i++) {
        if (point->high & cause_words[i].cause)
            put_words(text, sizeof text, "; ", cause_words[i].high);
        if (point->low & cause_words[i].cause)
            put_words(text, sizeof text, "; ", cause_words[i].low);
    }
    return *text ? json_string(text) : json_null();
}

static json_t *variation(const struct xmr_point *point, enum xmr_better better)
{
    char text[SAYS_BYTES] = "";
    if (better == XMR_NEITHER ? point->high : xmr_is_improvement(point, better))
        put_words(text, sizeof text, "", better == XMR_NEITHER ? "higher" : "improvement");
    if (better == XMR_NEITHER ? point->low : xmr_is_concern(point, better))
        put_words(text, sizeof text, " and ", better == XMR_NEITHER ? "lower" : "concern");
    return *text ? json_string(text) : json_null();
}

/* ---- numbers ---- */

static json_t *shown(double value)
{
    return isnan(value) ? json_null() : json_real(report_round(value, 10));
}

/* NAN if no value could be below it. */
static double lower_limit(const struct charted *charted)
{
    return charted->chart.lower > 0 ? charted->chart.lower : NAN;
}

/* NAN if no value could be above it. */
static double upper_limit(const struct charted *charted)
{
    bool is_share = strcmp(charted->unit, "percent") == 0;
    return is_share && charted->chart.upper >= 100 ? NAN : charted->chart.upper;
}

/* ---- a sentence ---- */

static void say_limit(char *text, size_t size, const char *which, double limit)
{
    char words[64];
    if (isnan(limit))
        snprintf(words, sizeof words, "no %s limit that a value could pass", which);
    else
        snprintf(words, sizeof words, "%s limit %.1f", which, report_round(limit, 10));
    put_words(text, size, ", ", words);
}

static void say_how_sure(char *text, size_t size, const struct charted *charted)
{
    char words[160];
    if (isnan(charted->chart.upper)) {
        snprintf(words, sizeof words, "no limits yet, because they take %d moving ranges and there %s %zu",
                 XMR_RANGES_LEAST, charted->chart.ranges == 1 ? "is" : "are", charted->chart.ranges);
        put_words(text, size, "; ", words);
    } else if (charted->chart.trial) {
        snprintf(words, sizeof words, "trial limits, because they are of %zu %s and not of %d",
                 charted->chart.points, charted->chart.points == 1 ? "point" : "points", XMR_FEW);
        put_words(text, size, "; ", words);
    }
    if (charted->chart.wide_ranges) {
        snprintf(words, sizeof words,
                 "the limits are wide, because of %zu change%s from one point to the next above the upper "
                 "range limit",
                 charted->chart.wide_ranges, charted->chart.wide_ranges == 1 ? "" : "s");
        put_words(text, size, "; ", words);
    }
}

/* "mean 83.4 percent, lower limit 70.1, upper limit 96.7; higher is better; special cause in 3 of 24" */
static void say_chart(const struct charted *charted, char text[SAYS_BYTES])
{
    char words[96];
    size_t special = 0;
    for (size_t i = 0; i < charted->count; i++)
        special += charted->points[i].high || charted->points[i].low;
    if (!charted->chart.points) {
        snprintf(text, SAYS_BYTES, "there is no value to draw: each is hidden, or there was nobody");
        return;
    }
    snprintf(text, SAYS_BYTES, "mean %.1f %s", report_round(charted->chart.mean, 10), charted->unit);
    if (!isnan(charted->chart.upper)) {
        say_limit(text, SAYS_BYTES, "lower", lower_limit(charted));
        say_limit(text, SAYS_BYTES, "upper", upper_limit(charted));
    }
    snprintf(words, sizeof words, "%s is better", better_names[charted->kind->better]);
    put_words(text, SAYS_BYTES, "; ",
              charted->kind->better == XMR_NEITHER ? "neither higher nor lower is better" : words);
    snprintf(words, sizeof words, "special cause in %zu of %zu", special, charted->chart.points);
    put_words(text, SAYS_BYTES, "; ", special ? words : "no special cause");
    say_how_sure(text, SAYS_BYTES, charted);
}

/* ---- the table ---- */

static const struct {
    const char *name, *kind;
} charted_columns[] = {{"mean", "limit"},
                       {"lower_limit", "limit"},
                       {"upper_limit", "limit"},
                       {"variation", "signal"},
                       {"special_cause", "signal"}};

static bool add_columns(const struct charted *charted, json_t *columns)
{
    for (size_t i = 0; i < sizeof charted_columns / sizeof *charted_columns; i++)
        if (json_array_append_new(columns,
                                  json_pack("{s:s, s:s, s:s*}", "name", charted_columns[i].name, "kind",
                                            charted_columns[i].kind, "unit",
                                            strcmp(charted_columns[i].kind, "limit") ? NULL : charted->unit)))
            return false;
    return true;
}

static bool add_cells(const struct charted *charted, size_t at, json_t *row)
{
    const struct xmr_point *point = &charted->points[at];
    return json_array_append_new(row, shown(charted->chart.mean)) == 0 &&
           json_array_append_new(row, shown(lower_limit(charted))) == 0 &&
           json_array_append_new(row, shown(upper_limit(charted))) == 0 &&
           json_array_append_new(row, variation(point, charted->kind->better)) == 0 &&
           json_array_append_new(row, special_cause(point)) == 0;
}

static json_t *describe_chart(const struct charted *charted)
{
    char says[SAYS_BYTES];
    say_chart(charted, says);
    return json_pack("{s:s, s:s, s:I, s:b, s:o, s:o, s:o, s:o, s:I, s:s}", "column", charted->name, "better",
                     better_names[charted->kind->better], "points", (json_int_t)charted->chart.points,
                     "trial", charted->chart.trial, "mean", shown(charted->chart.mean), "lower",
                     shown(lower_limit(charted)), "upper", shown(upper_limit(charted)), "averageRange",
                     shown(charted->chart.average_range), "wideRanges",
                     (json_int_t)charted->chart.wide_ranges, "says", says);
}

/* "concern, 2026-11: TITLE: below the lower limit", if the latest point is a special cause. */
static bool add_verdict(const struct charted *charted, const json_t *table, json_t *verdicts)
{
    const struct xmr_point *latest = &charted->points[charted->count ? charted->count - 1 : 0];
    if (!latest->high && !latest->low)
        return true;
    const json_t *row = json_array_get(json_object_get(table, "rows"), charted->count - 1);
    json_t *cause = special_cause(latest), *means = variation(latest, charted->kind->better);
    bool said =
        json_array_append_new(verdicts, json_sprintf("%s, %s: %s: %s", json_string_value(means),
                                                     json_string_value(json_array_get(row, 0)),
                                                     json_string_value(json_object_get(table, "title")),
                                                     json_string_value(cause))) == 0;
    json_decref(cause);
    json_decref(means);
    return said;
}

/* A text in the place of a value is a hidden one. */
static void take_values(const json_t *rows, struct charted *charted)
{
    const json_t *row;
    size_t at;
    json_array_foreach (rows, at, row) {
        const json_t *cell = json_array_get(row, (size_t)charted->kind->column);
        charted->values[at] = json_is_number(cell) ? json_number_value(cell) : NAN;
    }
}

static bool chart_table(const struct report_table *kind, json_t *table, json_t *verdicts)
{
    json_t *rows = json_object_get(table, "rows"), *row;
    const struct report_column *column = &kind->columns[kind->chart.column];
    struct charted charted = {
        .kind = &kind->chart, .name = column->name, .unit = column->unit, .count = json_array_size(rows)};
    charted.values = calloc(charted.count + 1, sizeof *charted.values);
    charted.points = calloc(charted.count + 1, sizeof *charted.points);
    bool whole = charted.values && charted.points;
    size_t at;
    if (whole) {
        take_values(rows, &charted);
        xmr_make(charted.values, charted.count, kind->chart.of, &charted.chart, charted.points);
        whole = add_columns(&charted, json_object_get(table, "columns")) &&
                json_object_set_new(table, "chart", describe_chart(&charted)) == 0 &&
                add_verdict(&charted, table, verdicts);
    }
    json_array_foreach (rows, at, row)
        whole = whole && add_cells(&charted, at, row);
    free(charted.values);
    free(charted.points);
    return whole;
}

void report_chart_add(const struct report *report, json_t *document)
{
    for (size_t i = 0; i < report->table_count; i++) {
        const struct report_table *kind = &report->tables[i];
        json_t *table = kind->chart.column >= 0 ? report_table_find(document, kind->name) : NULL;
        if (table && !chart_table(kind, table, json_object_get(document, "verdicts")))
            abort();
    }
}
