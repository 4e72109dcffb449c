/* report_view.c: see report_view.h. */
#include "services/gateway/report_view.h"

#include <stdio.h>
#include <string.h>

#include "services/audit/report_table.h"
#include "services/gateway/limits.h"
#include "services/gateway/picture.h"

static const char *view_copy(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_take(arena, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* The name of a column, with spaces. */
static const char *view_heading(struct arena *arena, const char *name)
{
    char heading[REPORT_CELL_BYTES];
    snprintf(heading, sizeof heading, "%s", name);
    for (char *c = heading; *c; c++)
        if (*c == '_')
            *c = ' ';
    return view_copy(arena, heading);
}

/* A text stays in the report; a number is written out. */
static struct page_report_cell view_cell(struct arena *arena, const json_t *cell)
{
    char buffer[REPORT_CELL_BYTES];
    if (json_is_null(cell))
        return (struct page_report_cell){.text = "-"};
    if (json_is_string(cell))
        return (struct page_report_cell){.text = json_string_value(cell)};
    return (struct page_report_cell){.text = view_copy(arena, report_table_cell(cell, buffer)),
                                     .is_number = true};
}

/* A column of numbers stands to the right; so does the dash of a figure that there is not. */
static void mark_numbers(const json_t *rows, struct page_report_table *table)
{
    size_t at, column;
    const json_t *row, *cell;
    json_array_foreach (rows, at, row)
        json_array_foreach (row, column, cell)
            table->columns[column].is_number |= json_is_number(cell);
}

static bool view_rows(struct arena *arena, const json_t *rows, struct page_report_table *table)
{
    size_t at, column;
    const json_t *row, *cell;
    table->rows = arena_take(arena, json_array_size(rows) * sizeof *table->rows + 1);
    if (!table->rows)
        return false;
    mark_numbers(rows, table);
    table->rows_count = json_array_size(rows);
    table->is_empty = table->rows_count == 0;
    json_array_foreach (rows, at, row) {
        struct page_report_cell *cells = arena_take(arena, json_array_size(row) * sizeof *cells + 1);
        if (!cells)
            return false;
        json_array_foreach (row, column, cell) {
            cells[column] = view_cell(arena, cell);
            cells[column].is_number = table->columns[column].is_number;
        }
        table->rows[at] = (struct page_report_row){cells[0], cells + 1, json_array_size(row) - 1};
    }
    return true;
}

static bool view_table(struct arena *arena, const json_t *report, enum report_picture picture,
                       struct page_report_table *table)
{
    const json_t *columns = json_object_get(report, "columns"), *name;
    const json_t *left_out = json_object_get(report, "leftOut");
    size_t at;
    table->name = json_string_value(json_object_get(report, "name"));
    table->title = json_string_value(json_object_get(report, "title"));
    table->columns = arena_take(arena, json_array_size(columns) * sizeof *table->columns + 1);
    if (!table->columns)
        return false;
    table->columns_count = json_array_size(columns);
    json_array_foreach (columns, at, name)
        table->columns[at].text = view_heading(arena, json_string_value(name));
    table->left_out = left_out ? view_cell(arena, left_out).text : NULL;
    return view_rows(arena, json_object_get(report, "rows"), table) &&
           picture_of(arena, report, picture, table);
}

static bool view_lines(struct arena *arena, const json_t *lines, struct page_report_line **made,
                       size_t *count)
{
    size_t at;
    const json_t *line;
    *made = arena_take(arena, json_array_size(lines) * sizeof **made + 1);
    if (!*made)
        return false;
    *count = json_array_size(lines);
    json_array_foreach (lines, at, line)
        (*made)[at].text = json_string_value(line);
    return true;
}

bool report_view_open(struct report_view *view, const struct report *kind, const json_t *report)
{
    const json_t *tables = json_object_get(report, "tables"), *table;
    size_t at;
    *view = (struct report_view){0};
    if (arena_open(&view->arena, REPORT_PAGE_BYTES) != 0)
        return false;
    view->tables = arena_take(&view->arena, json_array_size(tables) * sizeof *view->tables + 1);
    if (!view->tables)
        return false;
    view->table_count = json_array_size(tables);
    json_array_foreach (tables, at, table)
        if (!view_table(&view->arena, table, kind->tables[at].picture, &view->tables[at]))
            return false;
    return view_lines(&view->arena, json_object_get(report, "verdicts"), &view->verdicts,
                      &view->verdict_count) &&
           view_lines(&view->arena, json_object_get(report, "notes"), &view->notes, &view->note_count) &&
           !view->arena.ran_out;
}

void report_view_close(struct report_view *view)
{
    arena_close(&view->arena);
}
