/* disclosure_table.h: the counts of one table of a report, and how they add up: by its totals, its
 * percentages, and the sums that the file of the report declares, also to tables of other reports. */
#ifndef CONCORDAT_DISCLOSURE_TABLE_H
#define CONCORDAT_DISCLOSURE_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/audit/disclosure_sums.h"

#define NO_COLUMN SIZE_MAX
#define NO_FIGURE SIZE_MAX

struct disclosure_table {
    const json_t *report; /* its name; borrowed from the document, as the next */
    json_t *table, *columns, *rows;
    size_t width;
    /* For each cell, row after row: its figure, if it is a count; and if it is a percentage, that of which it
     * is one. NO_FIGURE: there is none. */
    disclosure_figure *counts, *overs;
};

/* Takes the counts of a table of a document (report_table.h). */
void disclosure_table_take(struct disclosure_table *one, struct disclosure_sums *sums, const json_t *report,
                           json_t *table);
void disclosure_table_drop(struct disclosure_table *one);
/* Adds what adds up in it, or from it to one of `all` tables. */
void disclosure_table_add_sums(struct disclosure_table *one, struct disclosure_sums *sums,
                               const struct disclosure_table *all, size_t count);

/* What the document says of a column; "" if it says nothing. */
const char *disclosure_column(const struct disclosure_table *one, size_t column, const char *key);
bool disclosure_is_kind(const struct disclosure_table *one, size_t column, const char *kind);
/* NO_COLUMN if there is none of that name. */
size_t disclosure_find_column(const struct disclosure_table *one, const char *name);
json_t *disclosure_cell(const struct disclosure_table *one, size_t row, size_t column);
disclosure_figure disclosure_count(const struct disclosure_table *one, size_t row, size_t column);
/* Whether the row has the word of the total in that key. */
bool disclosure_is_total(const struct disclosure_table *one, size_t row, size_t column);
/* What a term of a declared sum says; "" if it says nothing. */
const char *disclosure_term(const json_t *term, const char *key);
/* Whether a term means this row: it names none, or its pattern is that of the row's key. */
bool disclosure_means_row(const struct disclosure_table *one, size_t row, const json_t *term);

#endif
