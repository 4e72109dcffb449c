/* disclosure_table.c: see disclosure_table.h. */
#include "services/audit/disclosure_table.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

const char *disclosure_column(const struct disclosure_table *one, size_t column, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(one->columns, column), key));
    return text ? text : "";
}

bool disclosure_is_kind(const struct disclosure_table *one, size_t column, const char *kind)
{
    return strcmp(disclosure_column(one, column, "kind"), kind) == 0;
}

size_t disclosure_find_column(const struct disclosure_table *one, const char *name)
{
    for (size_t x = 0; x < one->width; x++)
        if (*name && strcmp(disclosure_column(one, x, "name"), name) == 0)
            return x;
    return NO_COLUMN;
}

json_t *disclosure_cell(const struct disclosure_table *one, size_t row, size_t column)
{
    return json_array_get(json_array_get(one->rows, row), column);
}

disclosure_figure disclosure_count(const struct disclosure_table *one, size_t row, size_t column)
{
    return column == NO_COLUMN ? NO_FIGURE : one->counts[row * one->width + column];
}

/* ---- the figures of a table ---- */

static void *take_figures(size_t count)
{
    disclosure_figure *taken = calloc(count + 1, sizeof *taken);
    if (!taken)
        abort();
    return taken;
}

void disclosure_table_take(struct disclosure_table *one, struct disclosure_sums *sums, const json_t *report,
                           json_t *table)
{
    *one = (struct disclosure_table){.report = report,
                                     .table = table,
                                     .columns = json_object_get(table, "columns"),
                                     .rows = json_object_get(table, "rows"),
                                     .width = json_array_size(json_object_get(table, "columns"))};
    size_t cells = json_array_size(one->rows) * one->width;
    one->counts = take_figures(cells);
    one->overs = take_figures(cells);
    for (size_t at = 0; at < cells; at++) {
        const json_t *cell = disclosure_cell(one, at / one->width, at % one->width);
        bool counts = disclosure_is_kind(one, at % one->width, "count") && json_is_integer(cell);
        one->counts[at] = counts ? disclosure_sums_figure(sums, json_integer_value(cell)) : NO_FIGURE;
        one->overs[at] = NO_FIGURE;
    }
}

void disclosure_table_drop(struct disclosure_table *one)
{
    free(one->counts);
    free(one->overs);
}

/* ---- totals ---- */

bool disclosure_is_total(const struct disclosure_table *one, size_t row, size_t column)
{
    const char *total = disclosure_column(one, column, "total"),
               *text = json_string_value(disclosure_cell(one, row, column));
    return *total && text && strcmp(total, text) == 0;
}

/* A label says no more than the other keys do. */
static bool tells_apart(const struct disclosure_table *one, size_t column)
{
    return disclosure_is_kind(one, column, "key") &&
           !json_is_true(json_object_get(json_array_get(one->columns, column), "label"));
}

/* Whether all keys but this one are the same in both rows. */
static bool is_beside(const struct disclosure_table *one, size_t row, size_t other, size_t key)
{
    for (size_t x = 0; x < one->width; x++)
        if (x != key && tells_apart(one, x) &&
            !json_equal(disclosure_cell(one, row, x), disclosure_cell(one, other, x)))
            return false;
    return true;
}

/* The counts of a total row are those of the rows that it adds up. */
static void add_total_row(struct disclosure_sums *sums, const struct disclosure_table *one, size_t row,
                          size_t key)
{
    for (size_t x = 0; x < one->width; x++) {
        if (disclosure_count(one, row, x) == NO_FIGURE)
            continue;
        disclosure_sums_begin(sums, disclosure_count(one, row, x));
        for (size_t other = 0; other < json_array_size(one->rows); other++)
            if (other != row && is_beside(one, row, other, key) &&
                disclosure_count(one, other, x) != NO_FIGURE)
                disclosure_sums_part(sums, disclosure_count(one, other, x));
        disclosure_sums_end(sums, REST_ABSENT);
    }
}

static void add_totals(struct disclosure_sums *sums, const struct disclosure_table *one)
{
    for (size_t key = 0; key < one->width; key++)
        for (size_t row = 0; row < json_array_size(one->rows); row++)
            if (disclosure_is_total(one, row, key))
                add_total_row(sums, one, row, key);
}

/* ---- percentages ---- */

/* The parts and what they leave of a number that is not printed, but by which percentages are worked out. */
static disclosure_figure sum_of_rows(struct disclosure_sums *sums, const struct disclosure_table *one,
                                     size_t column)
{
    json_int_t sum = 0;
    for (size_t row = 0; row < json_array_size(one->rows); row++)
        sum += json_integer_value(disclosure_cell(one, row, column));
    disclosure_figure total = disclosure_sums_figure(sums, sum);
    disclosure_sums_begin(sums, total);
    for (size_t row = 0; row < json_array_size(one->rows); row++)
        if (disclosure_count(one, row, column) != NO_FIGURE)
            disclosure_sums_part(sums, disclosure_count(one, row, column));
    disclosure_sums_end(sums, REST_ABSENT);
    return total;
}

static disclosure_figure difference(struct disclosure_sums *sums, const struct disclosure_table *one,
                                    size_t row, size_t whole, size_t less)
{
    disclosure_figure left =
        disclosure_sums_figure(sums, json_integer_value(disclosure_cell(one, row, whole)) -
                                         json_integer_value(disclosure_cell(one, row, less)));
    disclosure_sums_begin(sums, disclosure_count(one, row, whole));
    disclosure_sums_part(sums, disclosure_count(one, row, less));
    disclosure_sums_part(sums, left);
    disclosure_sums_end(sums, REST_NONE);
    return left;
}

/* Those who are in the denominator and not in the numerator must not be found either. */
static void add_percent(struct disclosure_sums *sums, struct disclosure_table *one, size_t row, size_t column)
{
    size_t numerator = disclosure_find_column(one, disclosure_column(one, column, "numerator")),
           denominator = disclosure_find_column(one, disclosure_column(one, column, "denominator")),
           less = disclosure_find_column(one, disclosure_column(one, column, "less"));
    disclosure_figure over = disclosure_count(one, row, denominator);
    if (disclosure_count(one, row, numerator) == NO_FIGURE || over == NO_FIGURE)
        return;
    if (disclosure_count(one, row, less) != NO_FIGURE)
        over = difference(sums, one, row, denominator, less);
    one->overs[row * one->width + column] = over;
    disclosure_sums_begin(sums, over);
    disclosure_sums_part(sums, disclosure_count(one, row, numerator));
    disclosure_sums_end(sums, REST_OTHER);
}

static void add_percents(struct disclosure_sums *sums, struct disclosure_table *one)
{
    for (size_t x = 0; x < one->width; x++) {
        if (!disclosure_is_kind(one, x, "percent"))
            continue;
        bool of_sum = json_is_true(json_object_get(json_array_get(one->columns, x), "denominatorIsSum"));
        disclosure_figure sum =
            of_sum
                ? sum_of_rows(sums, one, disclosure_find_column(one, disclosure_column(one, x, "numerator")))
                : NO_FIGURE;
        for (size_t row = 0; row < json_array_size(one->rows); row++)
            if (of_sum)
                one->overs[row * one->width + x] = sum;
            else
                add_percent(sums, one, row, x);
    }
}

/* ---- declared sums ---- */

const char *disclosure_term(const json_t *term, const char *key)
{
    const char *text = json_string_value(json_object_get(term, key));
    return text ? text : "";
}

bool disclosure_means_row(const struct disclosure_table *one, size_t row, const json_t *term)
{
    size_t key = disclosure_find_column(one, disclosure_term(term, "key"));
    const char *text = json_string_value(disclosure_cell(one, row, key));
    return key == NO_COLUMN || (text && fnmatch(disclosure_term(term, "row"), text, 0) == 0);
}

static disclosure_figure term_count(const struct disclosure_table *one, size_t row, const json_t *term)
{
    return disclosure_count(one, row, disclosure_find_column(one, disclosure_term(term, "column")));
}

static bool add_term(struct disclosure_sums *sums, disclosure_figure figure)
{
    if (figure != NO_FIGURE)
        disclosure_sums_part(sums, figure);
    return figure != NO_FIGURE;
}

/* In one row, or in rows that differ by one key alone. */
static void add_sum_of_row(struct disclosure_sums *sums, const struct disclosure_table *one, size_t row,
                           const json_t *sum)
{
    const json_t *total = json_object_get(sum, "total"), *part;
    size_t at, key = disclosure_find_column(one, disclosure_term(total, "key"));
    if (!disclosure_means_row(one, row, total) || term_count(one, row, total) == NO_FIGURE)
        return;
    disclosure_sums_begin(sums, term_count(one, row, total));
    json_array_foreach (json_object_get(sum, "parts"), at, part)
        for (size_t other = 0; other < json_array_size(one->rows); other++)
            if (key == NO_COLUMN ? other == row
                                 : is_beside(one, row, other, key) && disclosure_means_row(one, other, part))
                add_term(sums, term_count(one, other, part));
    disclosure_sums_end(sums, json_is_true(json_object_get(sum, "rest")) ? REST_OTHER : REST_NONE);
}

/* Whether the keys that both tables have are the same in these rows. */
static bool has_same_keys(const struct disclosure_table *one, size_t row,
                          const struct disclosure_table *other, size_t other_row)
{
    for (size_t x = 0; x < one->width; x++) {
        size_t same = disclosure_find_column(other, disclosure_column(one, x, "name"));
        if (disclosure_is_kind(one, x, "key") && same != NO_COLUMN &&
            disclosure_is_kind(other, same, "key") &&
            !json_equal(disclosure_cell(one, row, x), disclosure_cell(other, other_row, same)))
            return false;
    }
    return true;
}

/* A row is told by the keys that the other table has too, by the pattern of the term, or by being a total. */
static bool is_told_without(const struct disclosure_table *one, size_t row,
                            const struct disclosure_table *other, const json_t *term)
{
    for (size_t x = 0; x < one->width; x++) {
        const char *name = disclosure_column(one, x, "name");
        bool shared = disclosure_find_column(other, name) != NO_COLUMN;
        if (*disclosure_column(one, x, "total") && !shared &&
            strcmp(name, disclosure_term(term, "key")) != 0 && !disclosure_is_total(one, row, x))
            return false;
    }
    return disclosure_means_row(one, row, term);
}

/* Otherwise each row of the one is a row of the other, and none can be absent. */
static bool has_key_of_its_own(const struct disclosure_table *one, const struct disclosure_table *other)
{
    for (size_t x = 0; x < one->width; x++)
        if (tells_apart(one, x) &&
            disclosure_find_column(other, disclosure_column(one, x, "name")) == NO_COLUMN)
            return true;
    return false;
}

/* Whether a row is one of those that are added up, and not the total of others. */
static bool is_addend(const struct disclosure_table *one, size_t row, const struct disclosure_table *other)
{
    for (size_t x = 0; x < one->width; x++)
        if (disclosure_is_total(one, row, x) &&
            disclosure_find_column(other, disclosure_column(one, x, "name")) == NO_COLUMN)
            return false;
    return true;
}

/* The rows of one table, to those of another. Rates have a row for each group, so none can be absent. */
static void add_sum_of_rows(struct disclosure_sums *sums, const struct disclosure_table *one,
                            const struct disclosure_table *target, size_t target_row, const json_t *sum)
{
    const json_t *total = json_object_get(sum, "total"), *part;
    size_t at, added = 0;
    if (!is_told_without(target, target_row, one, total) ||
        term_count(target, target_row, total) == NO_FIGURE)
        return;
    disclosure_sums_begin(sums, term_count(target, target_row, total));
    json_array_foreach (json_object_get(sum, "parts"), at, part)
        for (size_t row = 0; row < json_array_size(one->rows); row++)
            if (has_same_keys(one, row, target, target_row) && disclosure_means_row(one, row, part) &&
                is_addend(one, row, target))
                added += add_term(sums, term_count(one, row, part));
    bool may_lack = added && has_key_of_its_own(one, target) && !json_object_get(one->table, "rates");
    if (json_is_true(json_object_get(sum, "rest")))
        disclosure_sums_end(sums, REST_OTHER);
    else
        disclosure_sums_end(sums, may_lack ? REST_ABSENT : REST_NONE);
}

/* A table is named by its name or, from another report, as REPORT.TABLE. */
static bool is_table_named(const struct disclosure_table *one, const struct disclosure_table *other,
                           const char *name)
{
    const char *point = strchr(name, '.'), *report = json_string_value(one->report);
    size_t length = point ? (size_t)(point - name) : 0;
    if (strcmp(disclosure_term(one->table, "name"), point ? point + 1 : name) != 0)
        return false;
    return point ? report && strlen(report) == length && strncmp(report, name, length) == 0
                 : one->report == other->report;
}

static void add_declared(struct disclosure_sums *sums, const struct disclosure_table *one,
                         const struct disclosure_table *all, size_t count, const json_t *sum)
{
    const char *table = disclosure_term(json_object_get(sum, "total"), "table");
    for (size_t row = 0; !*table && row < json_array_size(one->rows); row++)
        add_sum_of_row(sums, one, row, sum);
    for (size_t at = 0; *table && at < count; at++)
        if (is_table_named(&all[at], one, table))
            for (size_t row = 0; row < json_array_size(all[at].rows); row++)
                add_sum_of_rows(sums, one, &all[at], row, sum);
}

void disclosure_table_add_sums(struct disclosure_table *one, struct disclosure_sums *sums,
                               const struct disclosure_table *all, size_t count)
{
    const json_t *sum;
    size_t at;
    add_totals(sums, one);
    add_percents(sums, one);
    json_array_foreach (json_object_get(one->table, "sums"), at, sum)
        add_declared(sums, one, all, count, sum);
}
