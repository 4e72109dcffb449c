/* report_rates.c: see report_rates.h. */
#include "services/audit/report_rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/disclosure.h"
#include "services/audit/disclosure_sums.h"
#include "services/audit/rates.h"
#include "services/audit/report_round.h"
#include "services/audit/report_table.h"

struct rated {
    const struct report_table *table;
    const struct report_rates *kind;
    json_t *rows;
    size_t count;
    bool published;
    int parts; /* of a percentage that are shown: a whole one, or tenths */
};

enum { RATIO_PARTS = 100 };

/* ---- rows ---- */

static const json_t *rated_cell(const struct rated *rated, size_t row, int column)
{
    return json_array_get(json_array_get(rated->rows, row), (size_t)column);
}

static bool has_counts(const struct rated *rated, size_t row)
{
    return json_is_integer(rated_cell(rated, row, rated->kind->numerator)) &&
           json_is_integer(rated_cell(rated, row, rated->kind->denominator));
}

static struct rates_share share_of(const struct rated *rated, size_t row)
{
    return (struct rates_share){json_number_value(rated_cell(rated, row, rated->kind->numerator)),
                                json_number_value(rated_cell(rated, row, rated->kind->denominator))};
}

static bool has_word(const struct rated *rated, size_t row, int column, const char *word)
{
    const char *text = json_string_value(rated_cell(rated, row, column));
    return text && strcmp(text, word) == 0;
}

static bool is_reference_group(const struct rated *rated, size_t row)
{
    return has_word(rated, row, rated->kind->key, rated->kind->reference);
}

/* A group that stands beside the reference: not itself, nor people whose group is not known. */
static bool is_beside_reference(const struct rated *rated, size_t row)
{
    return !is_reference_group(rated, row) && has_word(rated, row, rated->kind->among, rated->kind->among_as);
}

/* Whether the rows differ in the key of the reference alone, labels aside. */
static bool is_compared(const struct rated *rated, size_t one, size_t other)
{
    for (int x = 0; x < (int)rated->table->column_count; x++) {
        const struct report_column *column = &rated->table->columns[x];
        if (column->kind == REPORT_KEY && !column->label && x != rated->kind->key &&
            !json_equal(rated_cell(rated, one, x), rated_cell(rated, other, x)))
            return false;
    }
    return true;
}

/* The row with which this one is compared; rated->count if there is none. */
static size_t reference_of(const struct rated *rated, size_t row)
{
    size_t at = 0;
    while (at < rated->count && !(is_reference_group(rated, at) && is_compared(rated, row, at)))
        at++;
    return at;
}

/* ---- figures ---- */

static json_t *figure_cell(double value, int parts)
{
    if (isnan(value))
        return json_null();
    double shown = report_round(value, parts);
    return parts > 1 ? json_real(shown) : json_integer((json_int_t)shown);
}

static bool put_figure(json_t *row, struct rates_figure figure, double times, int parts)
{
    return json_array_append_new(row, figure_cell(times * figure.value, parts)) == 0 &&
           json_array_append_new(row, figure_cell(times * figure.lower, parts)) == 0 &&
           json_array_append_new(row, figure_cell(times * figure.upper, parts)) == 0;
}

static bool put_cells(json_t *row, size_t count, const char *text)
{
    bool whole = true;
    for (size_t i = 0; i < count; i++)
        whole = whole && json_array_append_new(row, text ? json_string(text) : json_null()) == 0;
    return whole;
}

static bool put_share(const struct rated *rated, size_t at, json_t *row)
{
    return has_counts(rated, at) ? put_figure(row, rates_share(share_of(rated, at)), 100, rated->parts)
                                 : put_cells(row, 3, DISCLOSURE_HIDDEN);
}

static bool put_comparison(const struct rated *rated, size_t at, json_t *row)
{
    size_t reference = reference_of(rated, at);
    if (reference == rated->count || !is_beside_reference(rated, at))
        return put_cells(row, 6, NULL);
    if (!has_counts(rated, at) || !has_counts(rated, reference))
        return put_cells(row, 6, DISCLOSURE_HIDDEN);
    struct rates_share one = share_of(rated, at), other = share_of(rated, reference);
    return put_figure(row, rates_difference(one, other), 100, rated->parts) &&
           put_figure(row, rates_ratio(one, other), 1, RATIO_PARTS);
}

/* Hidden if a group is hidden: whom it leaves out is not known then. A group without anybody has no part in
 * it. */
static json_t *mean_deviation(const struct rated *rated, size_t reference)
{
    struct rates_share *shares = calloc(rated->count, sizeof *shares);
    size_t count = 0;
    bool told = shares && has_counts(rated, reference);
    for (size_t at = 0; at < rated->count && told; at++) {
        if (!is_compared(rated, at, reference) || !is_beside_reference(rated, at))
            continue;
        told = has_counts(rated, at);
        if (told && share_of(rated, at).out_of > 0)
            shares[count++] = share_of(rated, at);
    }
    json_t *cell = told ? figure_cell(100 * rates_mean_deviation(shares, count, share_of(rated, reference)),
                                      rated->parts)
                        : json_string(DISCLOSURE_HIDDEN);
    free(shares);
    return cell;
}

static bool add_rates(const struct rated *rated, size_t at)
{
    json_t *row = json_array_get(rated->rows, at);
    if (!put_share(rated, at, row) || !rated->kind->reference)
        return !rated->kind->reference;
    return put_comparison(rated, at, row) &&
           json_array_append_new(row, is_reference_group(rated, at) ? mean_deviation(rated, at)
                                                                    : json_null()) == 0;
}

/* ---- columns ---- */

static const struct {
    const char *name, *kind, *unit;
} rated_columns[] = {{"percent", "percent", "percent"},
                     {"percent_lower", "bound", "percent"},
                     {"percent_upper", "bound", "percent"},
                     {"difference", "comparison", "percentage points"},
                     {"difference_lower", "bound", "percentage points"},
                     {"difference_upper", "bound", "percentage points"},
                     {"ratio", "comparison", "ratio"},
                     {"ratio_lower", "bound", "ratio"},
                     {"ratio_upper", "bound", "ratio"},
                     {"mean_deviation", "comparison", "percentage points"}};
enum { SHARE_COLUMNS = 3 };

static bool add_rate_columns(const struct rated *rated, json_t *columns)
{
    size_t count = rated->kind->reference ? sizeof rated_columns / sizeof *rated_columns : SHARE_COLUMNS;
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(
                columns,
                json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "name", rated_columns[i].name, "kind",
                          rated_columns[i].kind, "unit", rated_columns[i].unit, "numerator",
                          i ? NULL : rated->table->columns[rated->kind->numerator].name, "denominator",
                          i ? NULL : rated->table->columns[rated->kind->denominator].name)) != 0)
            return false;
    return true;
}

/* ---- sentences ---- */

enum { MEASURE = 0 }; /* the column that says what the share is of */

static double shown_points(const struct rated *rated, double value)
{
    return report_round(100 * value, rated->parts);
}

/* What a shown count can have been before it was rounded, at the least or at the most: the one share as low
 * as that allows, or as high. Nothing is rounded of what is not published. */
static struct rates_share rounded_from(const struct rated *rated, struct rates_share shown, int way)
{
    double off = rated->published ? DISCLOSURE_ROUNDED : 0;
    shown.count = fmax(shown.count + way * off, fmin(shown.count, DISCLOSURE_LEAST));
    shown.out_of = fmax(shown.out_of - way * off, shown.count);
    return shown;
}

/* Whether the interval, as it is shown, leaves out 0, and would of whatever the counts were rounded from. */
static bool is_beyond_chance(const struct rated *rated, struct rates_share one, struct rates_share other)
{
    struct rates_figure shown = rates_difference(one, other),
                        least = rates_difference(rounded_from(rated, one, -1), rounded_from(rated, other, 1)),
                        most = rates_difference(rounded_from(rated, one, 1), rounded_from(rated, other, -1));
    return (shown_points(rated, shown.lower) > 0 && least.lower > 0) ||
           (shown_points(rated, shown.upper) < 0 && most.upper < 0);
}

static json_t *say_difference(const struct rated *rated, size_t at, size_t reference)
{
    struct rates_share one = share_of(rated, at), other = share_of(rated, reference);
    struct rates_figure difference = rates_difference(one, other);
    int digits = rated->parts > 1;
    return json_sprintf(
        "%s: %s %.*f %%, %s %.*f %%: difference %+.*f percentage points (95 %% interval %+.*f to "
        "%+.*f)",
        json_string_value(rated_cell(rated, at, MEASURE)),
        json_string_value(rated_cell(rated, at, rated->kind->key)), digits,
        shown_points(rated, rates_share(one).value), rated->kind->reference, digits,
        shown_points(rated, rates_share(other).value), digits, shown_points(rated, difference.value), digits,
        shown_points(rated, difference.lower), digits, shown_points(rated, difference.upper));
}

static bool can_compare(const struct rated *rated, size_t at)
{
    return has_counts(rated, at) && share_of(rated, at).out_of > 0;
}

/* How many measures of a table have a group with a difference, groups without one, or none to be compared. */
struct rates_found {
    size_t differs, same, nobody;
};

static bool say_block(const struct rated *rated, size_t reference, struct rates_found *found,
                      json_t *verdicts)
{
    size_t compared = 0, differs = 0;
    for (size_t at = 0; at < rated->count; at++) {
        if (!is_compared(rated, at, reference) || !is_beside_reference(rated, at) ||
            !can_compare(rated, at) || !can_compare(rated, reference))
            continue;
        compared++;
        if (!is_beyond_chance(rated, share_of(rated, at), share_of(rated, reference)))
            continue;
        differs++;
        if (json_array_append_new(verdicts, say_difference(rated, at, reference)) != 0)
            return false;
    }
    *(differs ? &found->differs : compared ? &found->same : &found->nobody) += 1;
    return true;
}

/* One sentence for all measures, because thirteen that say the same hide the one that does not. */
static bool say_table(const struct rated *rated, const struct rates_found *found, json_t *verdicts)
{
    size_t measures = found->differs + found->same + found->nobody;
    return json_array_append_new(
               verdicts,
               json_sprintf(
                   "%s: of %zu measures %zu %s a difference, in %zu none beyond chance was found, and "
                   "in %zu no group has enough people who may be shown to be compared",
                   rated->table->title, measures, found->differs, found->differs == 1 ? "has" : "have",
                   found->same, found->nobody)) == 0;
}

/* ---- the document ---- */

static bool rate_table(const struct report_table *table, bool published, json_t *shown, json_t *verdicts)
{
    const struct rated rated = {.table = table,
                                .kind = &table->rates,
                                .rows = json_object_get(shown, "rows"),
                                .count = json_array_size(json_object_get(shown, "rows")),
                                .published = published,
                                .parts = published ? 1 : 10};
    bool whole = add_rate_columns(&rated, json_object_get(shown, "columns"));
    for (size_t at = 0; at < rated.count; at++)
        whole = whole && add_rates(&rated, at);
    struct rates_found found = {0};
    for (size_t at = 0; at < rated.count && rated.kind->reference; at++)
        whole = whole && (!is_reference_group(&rated, at) || say_block(&rated, at, &found, verdicts));
    return whole && (!rated.kind->reference || say_table(&rated, &found, verdicts));
}

void report_rates_add(const struct report *report, json_t *document)
{
    bool published = !json_is_true(json_object_get(document, "unsuppressed"));
    for (size_t i = 0; i < report->table_count; i++) {
        const struct report_table *table = &report->tables[i];
        json_t *shown = table->rates.numerator >= 0 ? report_table_find(document, table->name) : NULL;
        if (shown && !rate_table(table, published, shown, json_object_get(document, "verdicts")))
            abort();
    }
}
