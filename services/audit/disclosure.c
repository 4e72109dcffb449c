/* disclosure.c: see disclosure.h. */
#include "services/audit/disclosure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/disclosure_months.h"
#include "services/audit/disclosure_sums.h"
#include "services/audit/disclosure_table.h"

/* A rounded number of so many is at least 20 before, so that a percentile of it may be shown (report.c). */
enum { FIGURE20_SHOWN_LEAST = 25 };

/* ---- what is shown ---- */

static bool is_hidden(const struct disclosure_sums *sums, disclosure_figure figure)
{
    return figure == NO_FIGURE || disclosure_sums_is_hidden(sums, figure);
}

static json_t *shown_count(const struct disclosure_sums *sums, disclosure_figure figure)
{
    return disclosure_sums_is_hidden(sums, figure) ? json_string(DISCLOSURE_HIDDEN)
                                                   : json_integer(disclosure_sums_rounded(sums, figure));
}

/* Worked out of what is shown, so that it gives nothing away beyond that. */
static json_t *shown_percent(const struct disclosure_sums *sums, const struct disclosure_table *one,
                             size_t row, size_t column)
{
    disclosure_figure part = disclosure_count(
                          one, row, disclosure_find_column(one, disclosure_column(one, column, "numerator"))),
                      over = one->overs[row * one->width + column];
    if (over == NO_FIGURE)
        return json_null(); /* nothing is of it, whatever the counts are */
    if (is_hidden(sums, part) || is_hidden(sums, over))
        return json_string(DISCLOSURE_HIDDEN);
    return json_integer(llround(100.0 * (double)disclosure_sums_rounded(sums, part) /
                                (double)disclosure_sums_rounded(sums, over)));
}

/* A figure in the unit of a count of its row, such as offers for each referral, tells of that count. */
static bool tells_of_hidden(const struct disclosure_sums *sums, const struct disclosure_table *one,
                            size_t row, size_t column)
{
    for (size_t x = 0; x < one->width; x++)
        if (disclosure_count(one, row, x) != NO_FIGURE &&
            strcmp(disclosure_column(one, x, "unit"), disclosure_column(one, column, "unit")) == 0 &&
            disclosure_sums_is_hidden(sums, disclosure_count(one, row, x)))
            return true;
    return false;
}

/* Two digits of it. */
static json_t *shown_rounded(double value)
{
    double step = 1;
    if (fabs(value) < 10)
        return json_real(round(value * 10) / 10);
    while (fabs(value) >= 100 * step)
        step *= 10;
    return json_integer(llround(value / step) * llround(step));
}

static json_t *shown_figure(const struct disclosure_sums *sums, const struct disclosure_table *one,
                            size_t row, size_t column)
{
    disclosure_figure over =
        disclosure_count(one, row, disclosure_find_column(one, disclosure_column(one, column, "over")));
    const json_t *cell = disclosure_cell(one, row, column);
    bool far_up = json_is_true(json_object_get(json_array_get(one->columns, column), "ofTwentyOrMore"));
    if (is_hidden(sums, over) || tells_of_hidden(sums, one, row, column))
        return json_string(DISCLOSURE_HIDDEN);
    if (json_is_null(cell) || (far_up && disclosure_sums_rounded(sums, over) < FIGURE20_SHOWN_LEAST))
        return json_null();
    return shown_rounded(json_number_value(cell));
}

static json_t *shown_cell(const struct disclosure_sums *sums, const struct disclosure_table *one, size_t row,
                          size_t column)
{
    if (disclosure_count(one, row, column) != NO_FIGURE)
        return shown_count(sums, disclosure_count(one, row, column));
    if (disclosure_is_kind(one, column, "percent"))
        return shown_percent(sums, one, row, column);
    if (disclosure_is_kind(one, column, "figure"))
        return shown_figure(sums, one, row, column);
    return json_incref(disclosure_cell(one, row, column));
}

/* NULL if every count of it is hidden: nobody can tell such a row from one that never was. A chart has a row
 * for each month, and rates one for each group, whatever is in it. */
static json_t *shown_row(const struct disclosure_sums *sums, const struct disclosure_table *one, size_t row)
{
    json_t *shown = json_array();
    bool counts = false, says = json_object_get(one->table, "chart") || json_object_get(one->table, "rates");
    for (size_t x = 0; x < one->width; x++) {
        disclosure_figure figure = disclosure_count(one, row, x);
        counts |= figure != NO_FIGURE;
        says |= !is_hidden(sums, figure);
        if (json_array_append_new(shown, shown_cell(sums, one, row, x)) != 0)
            abort();
    }
    if (says || !counts)
        return shown;
    json_decref(shown);
    return NULL;
}

static int by_keys(const void *one, const void *other, void *context)
{
    const struct disclosure_table *table = context;
    json_t *const *a = one, *const *b = other;
    int order = 0;
    for (size_t x = 0; x < table->width && !order; x++) {
        const char *of_a = json_string_value(json_array_get(*a, x)),
                   *of_b = json_string_value(json_array_get(*b, x));
        if (disclosure_is_kind(table, x, "key"))
            order = strcmp(of_a ? of_a : "", of_b ? of_b : "");
    }
    return order;
}

/* Rows that are in the order of a number would say between which others a hidden one lies. */
static void order_by_keys(const struct disclosure_table *one, json_t *rows)
{
    size_t count = json_array_size(rows);
    json_t **sorted = calloc(count + 1, sizeof *sorted);
    if (!sorted)
        abort();
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_incref(json_array_get(rows, i));
    qsort_r(sorted, count, sizeof *sorted, by_keys, (void *)(uintptr_t)one);
    for (size_t i = 0; i < count; i++)
        json_array_set_new(rows, i, sorted[i]);
    free(sorted);
}

static void show_table(const struct disclosure_sums *sums, const struct disclosure_table *one)
{
    json_t *rows = json_array();
    for (size_t row = 0; row < json_array_size(one->rows); row++) {
        json_t *shown = shown_row(sums, one, row);
        if (shown && json_array_append_new(rows, shown) != 0)
            abort();
    }
    if (json_is_true(json_object_get(one->table, "bySize")))
        order_by_keys(one, rows);
    if (json_object_set_new(one->table, "rows", rows) != 0)
        abort();
}

/* ---- the document ---- */

bool disclosure_may_show(const struct report_table *table)
{
    for (size_t x = 0; x < table->column_count; x++)
        if (table->columns[x].kind >= REPORT_CASE)
            return false;
    return !table->inspectors;
}

static const char *const published_notes[] = {
    "*: fewer than 5, or hidden so that another figure is not found; all other counts are rounded to the nearest 5",
    "a row of which every count is hidden is left out, so a row that is not there says nothing",
    "percentages are worked out from the rounded counts; medians, sums and the like have two digits",
    "sentences with exact numbers stand in reports for inspectors alone"};

static void add_published_notes(json_t *document)
{
    json_t *notes = json_object_get(document, "notes");
    for (size_t i = 0; i < sizeof published_notes / sizeof *published_notes; i++)
        if (json_array_append_new(notes, json_string(published_notes[i])) != 0)
            abort();
}

/* The tables of all documents, one after another. */
static struct disclosure_table *take_tables(struct disclosure_sums *sums, json_t *const *documents,
                                            size_t count, size_t *all)
{
    struct disclosure_table *tables;
    json_t *table;
    size_t taken = 0, at;
    for (size_t i = *all = 0; i < count; i++)
        *all += json_array_size(json_object_get(documents[i], "tables"));
    tables = calloc(*all + 1, sizeof *tables);
    if (!tables)
        abort();
    for (size_t i = 0; i < count; i++)
        json_array_foreach (json_object_get(documents[i], "tables"), at, table)
            disclosure_table_take(&tables[taken++], sums, json_object_get(documents[i], "report"), table);
    return tables;
}

void disclosure_publish(json_t *const *documents, size_t count, json_t *const *months, size_t month_count)
{
    size_t all;
    struct disclosure_sums *sums = disclosure_sums_open();
    struct disclosure_table *tables = take_tables(sums, documents, count, &all);
    for (size_t at = 0; at < all; at++)
        disclosure_table_add_sums(&tables[at], sums, tables, all);
    for (size_t at = 0; at < all && month_count; at++)
        disclosure_months_tell(sums, &tables[at], months, month_count);
    disclosure_sums_protect(sums);
    for (size_t at = 0; at < all; at++) {
        show_table(sums, &tables[at]);
        disclosure_table_drop(&tables[at]);
    }
    free(tables);
    disclosure_sums_close(&sums);
    for (size_t i = 0; i < count; i++)
        add_published_notes(documents[i]);
}
