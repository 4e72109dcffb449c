/* disclosure_months.c: see disclosure_months.h. */
#include "services/audit/disclosure_months.h"

#include <math.h>
#include <string.h>

#include "services/audit/report_table.h"

/* Between what a sum over months lies for somebody who reads them. */
struct told_bounds {
    double least, most;
};

/* The table of the term, as it is published of that month; false if it is not. */
static bool find_month_table(const json_t *month, const char *name, struct disclosure_table *found)
{
    const char *point = strchr(name, '.');
    char report[64];
    snprintf(report, sizeof report, "%.*s", point ? (int)(point - name) : 0, name);
    *found = (struct disclosure_table){
        .table = report_table_find(json_object_get(month, report), point ? point + 1 : name)};
    found->columns = json_object_get(found->table, "columns");
    found->rows = json_object_get(found->table, "rows");
    found->width = json_array_size(found->columns);
    return found->table;
}

/* Whether the row is one of those that the sum adds up: it is meant, has the word that both tables share, and
 * is a total in each other key that has one. */
static bool is_added(const struct disclosure_table *month, size_t row, const json_t *term, const char *by,
                     const json_t *word)
{
    size_t shared = disclosure_find_column(month, by);
    for (size_t x = 0; x < month->width; x++)
        if (x != shared && *disclosure_column(month, x, "total") && !disclosure_is_total(month, row, x) &&
            strcmp(disclosure_column(month, x, "name"), disclosure_term(term, "key")) != 0)
            return false;
    return disclosure_means_row(month, row, term) &&
           (shared == NO_COLUMN || json_equal(disclosure_cell(month, row, shared), word));
}

/* Whether a row may be missing because all of it is hidden: the rows are told apart by more than the sum
 * names. */
static bool may_lack_rows(const struct disclosure_table *month, const json_t *term, const char *by)
{
    for (size_t x = 0; x < month->width; x++) {
        const char *name = disclosure_column(month, x, "name");
        bool is_label = json_is_true(json_object_get(json_array_get(month->columns, x), "label"));
        if (disclosure_is_kind(month, x, "key") && !is_label && !*disclosure_column(month, x, "total") &&
            strcmp(name, by) != 0 && strcmp(name, disclosure_term(term, "key")) != 0)
            return true;
    }
    return false;
}

static void add_shown(struct told_bounds *told, const json_t *cell)
{
    double shown = json_number_value(cell);
    bool is_shown = json_is_integer(cell), small = shown <= DISCLOSURE_LEAST;
    told->least += !is_shown ? 0 : small ? DISCLOSURE_LEAST : shown - DISCLOSURE_ROUNDED;
    told->most += is_shown ? shown + DISCLOSURE_ROUNDED : INFINITY;
}

static void add_month(struct told_bounds *told, const json_t *month, const json_t *term, const char *by,
                      const json_t *word)
{
    struct disclosure_table table;
    bool is_there = find_month_table(month, disclosure_term(term, "table"), &table), is_whole = false;
    size_t column = is_there ? disclosure_find_column(&table, disclosure_term(term, "column")) : NO_COLUMN;
    for (size_t row = 0; column != NO_COLUMN && row < json_array_size(table.rows); row++)
        if (is_added(&table, row, term, by, word)) {
            add_shown(told, disclosure_cell(&table, row, column));
            is_whole = !may_lack_rows(&table, term, by);
        }
    told->most += is_whole ? 0 : INFINITY;
}

static void tell_count(struct disclosure_sums *sums, const struct disclosure_table *one, size_t row,
                       const json_t *sum, json_t *const *months, size_t month_count)
{
    const json_t *here = json_object_get(sum, "here"), *of_month = json_object_get(sum, "ofMonth");
    disclosure_figure figure =
        disclosure_count(one, row, disclosure_find_column(one, disclosure_term(here, "column")));
    const char *by = disclosure_term(sum, "by");
    const json_t *word = disclosure_cell(one, row, disclosure_find_column(one, by));
    struct told_bounds told = {0};
    if (figure == NO_FIGURE || !disclosure_means_row(one, row, here))
        return;
    for (size_t i = 0; i < month_count; i++)
        add_month(&told, months[i], of_month, by, word);
    disclosure_sums_told(sums, figure, told.least, told.most);
}

void disclosure_months_tell(struct disclosure_sums *sums, const struct disclosure_table *one,
                            json_t *const *months, size_t month_count)
{
    const json_t *sum;
    size_t at;
    json_array_foreach (json_object_get(one->table, "monthSums"), at, sum)
        for (size_t row = 0; row < json_array_size(one->rows); row++)
            tell_count(sums, one, row, sum, months, month_count);
}
