/* report_view.c: see report_view.h. */
#include "services/gateway/report_view.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/audit/report_table.h"
#include "services/desk/time_words.h"
#include "services/gateway/limits.h"
#include "services/gateway/picture.h"

enum { LONG_ROWS = 60 }; /* a longer table stands behind a heading that opens it */

static const char *view_copy(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_take(arena, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* The length of the instant that the text begins with, such as 2026-11-29T03:04:05.678Z; 0: with none. */
static size_t instant_at(const char *text, int64_t *unix_ms)
{
    char instant[TIME_TEXT_BYTES];
    size_t size = strspn(text, "0123456789-T:.");
    if (text[size] != 'Z' || size + 2 > sizeof instant)
        return 0;
    snprintf(instant, sizeof instant, "%.*s", (int)size + 1, text);
    return words_parse_time(instant, unix_ms) ? size + 1 : 0;
}

const char *report_view_text(struct arena *arena, const char *text, int64_t now_ms)
{
    size_t size = strlen(text) + 1, room = size + TIME_WORDS_BYTES;
    char *made = strchr(text, 'Z') ? arena_take(arena, room) : NULL, *end = made;
    int64_t unix_ms;
    if (!made)
        return text;
    while (*text) {
        size_t instant = instant_at(text, &unix_ms);
        if (instant > 0) {
            time_words_day(unix_ms, now_ms, end);
            end += strlen(end);
            text += instant;
        } else {
            *end++ = *text++;
        }
    }
    *end = '\0';
    return made;
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
    const char *text = json_string_value(cell);
    if (json_is_null(cell) || (text && strcmp(text, "-") == 0))
        return (struct page_report_cell){.text = "none"};
    if (text)
        return (struct page_report_cell){.text = report_view_text(arena, text, now_wall_ms())};
    return (struct page_report_cell){.text = view_copy(arena, report_table_cell(cell, buffer)),
                                     .is_number = true};
}

static bool is_limit(const json_t *column)
{
    const char *kind = json_string_value(json_object_get(column, "kind"));
    return kind && strcmp(kind, "limit") == 0;
}

/* A column that has a value somewhere is shown. A table without rows shows what it would have. The limits of
 * a chart are the same in each row, and said above it. */
static void choose_columns(const json_t *columns, const json_t *rows, bool shown[REPORT_COLUMNS_MAX])
{
    size_t at, column;
    const json_t *row, *cell, *described;
    for (column = 0; column < REPORT_COLUMNS_MAX; column++)
        shown[column] = column == 0 || json_array_size(rows) == 0;
    json_array_foreach (rows, at, row)
        json_array_foreach (row, column, cell)
            shown[column] |= !json_is_null(cell);
    json_array_foreach (columns, column, described)
        shown[column] &= !is_limit(described);
}

static bool view_columns(struct arena *arena, const json_t *report, const bool shown[REPORT_COLUMNS_MAX],
                         struct page_report_table *table)
{
    const json_t *columns = json_object_get(report, "columns"), *column;
    size_t at;
    assert(json_array_size(columns) <= REPORT_COLUMNS_MAX);
    table->columns = arena_take(arena, json_array_size(columns) * sizeof *table->columns + 1);
    if (!table->columns)
        return false;
    json_array_foreach (columns, at, column)
        if (shown[at])
            table->columns[table->columns_count++] = (struct page_report_cell){
                view_heading(arena, report_table_column(columns, at)), report_table_has_numbers(columns, at)};
    return true;
}

static bool view_row(struct arena *arena, const json_t *row, const bool shown[REPORT_COLUMNS_MAX],
                     const struct page_report_table *table, struct page_report_row *made)
{
    struct page_report_cell *cells = arena_take(arena, table->columns_count * sizeof *cells);
    size_t column, count = 0;
    const json_t *cell;
    if (!cells)
        return false;
    json_array_foreach (row, column, cell) {
        if (!shown[column])
            continue;
        cells[count] = view_cell(arena, cell);
        cells[count].is_number = table->columns[count].is_number;
        count++;
    }
    *made = (struct page_report_row){cells[0], cells + 1, count - 1};
    return true;
}

static bool view_table(struct arena *arena, const json_t *report, enum report_picture picture,
                       struct page_report_table *table)
{
    const json_t *rows = json_object_get(report, "rows"), *row;
    const json_t *left_out = json_object_get(report, "leftOut");
    bool shown[REPORT_COLUMNS_MAX];
    size_t at;
    table->name = json_string_value(json_object_get(report, "name"));
    table->title = json_string_value(json_object_get(report, "title"));
    table->left_out = left_out ? view_cell(arena, left_out).text : NULL;
    table->rows_count = json_array_size(rows);
    table->rows = arena_take(arena, table->rows_count * sizeof *table->rows + 1);
    choose_columns(json_object_get(report, "columns"), rows, shown);
    if (!table->rows || !view_columns(arena, report, shown, table))
        return false;
    json_array_foreach (rows, at, row)
        if (!view_row(arena, row, shown, table, &table->rows[at]))
            return false;
    if (!picture_of(arena, report, picture, table))
        return false;
    table->has_table = table->rows_count > 0;
    table->is_long = table->rows_count > LONG_ROWS && !table->chart.says;
    table->is_folded = table->is_long || (table->has_table && table->chart.says);
    table->is_empty = !table->chart.says && !table->has_table;
    return true;
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
        (*made)[at].text = report_view_text(arena, json_string_value(line), now_wall_ms());
    return true;
}

/* Not every table of a report is in each of its documents. */
static enum report_picture picture_kind(const struct report *kind, const json_t *table)
{
    const char *name = json_string_value(json_object_get(table, "name"));
    for (size_t i = 0; i < kind->table_count; i++)
        if (strcmp(kind->tables[i].name, name) == 0)
            return kind->tables[i].picture;
    return REPORT_NO_PICTURE;
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
        if (!view_table(&view->arena, table, picture_kind(kind, table), &view->tables[at]))
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
