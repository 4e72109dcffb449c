/* picture.c: see picture.h. */
#include "services/gateway/picture.h"

#include <stdio.h>
#include <string.h>

#include "services/gateway/chart.h"
#include "services/gateway/limits.h"
#include "services/gateway/picture_text.h"

/* A label, then the bars, then the room for the figure at the end of the longest one. */
enum { BARS_X = 190, BARS_WIDTH = 380, LINE_HEIGHT = 26, BAR_HEIGHT = 18, TEXT_DOWN = 14, FIGURE_GAP = 6 };
static void set_height(struct arena *arena, size_t lines, struct page_report_table *table)
{
    table->picture_height = picture_text(arena, "%zu", (lines + 1) * LINE_HEIGHT);
}

static const char *line_y(struct arena *arena, size_t line, int down)
{
    return picture_text(arena, "%zu", line * LINE_HEIGHT + (size_t)down);
}

/* ---- bars ---- */

static double longest_bar(const json_t *rows)
{
    double longest = 0;
    size_t at;
    const json_t *row;
    json_array_foreach (rows, at, row) {
        double value = json_number_value(json_array_get(row, json_array_size(row) - 1));
        longest = value > longest ? value : longest;
    }
    return longest;
}

static bool draw_bars(struct arena *arena, const json_t *rows, struct page_report_table *table)
{
    double longest = longest_bar(rows);
    size_t at, count = json_array_size(rows);
    const json_t *row;
    if (longest <= 0 || count > PICTURE_LINES_MAX)
        return true;
    table->bars = arena_take(arena, count * sizeof *table->bars);
    table->lines = arena_take(arena, count * sizeof *table->lines);
    if (!table->bars || !table->lines)
        return false;
    json_array_foreach (rows, at, row) {
        double value = json_number_value(json_array_get(row, json_array_size(row) - 1));
        double width = value / longest * BARS_WIDTH;
        table->bars[at] = (struct page_bar){picture_text(arena, "%d", BARS_X), line_y(arena, at, 0),
                                            picture_text(arena, "%.1f", width)};
        table->lines[at] = (struct page_picture_line){
            json_string_value(json_array_get(row, 0)), line_y(arena, at, TEXT_DOWN),
            table->rows[at].cells[table->rows[at].cells_count - 1].text,
            picture_text(arena, "%.1f", BARS_X + width + FIGURE_GAP)};
    }
    table->bars_count = table->lines_count = count;
    set_height(arena, count, table);
    return true;
}

/* ---- stretches ---- */

static double last_moment(const json_t *rows)
{
    double last = 0;
    size_t at;
    const json_t *row;
    json_array_foreach (rows, at, row) {
        double to = json_number_value(json_array_get(row, 1));
        last = to > last ? to : last;
    }
    return last;
}

/* The line of an owner: the one it has, or a new one. PICTURE_LINES_MAX if there is no room for it. */
static size_t line_of(struct page_report_table *table, const char *owner)
{
    for (size_t i = 0; i < table->lines_count; i++)
        if (strcmp(table->lines[i].label, owner) == 0)
            return i;
    if (table->lines_count == PICTURE_LINES_MAX)
        return PICTURE_LINES_MAX;
    table->lines[table->lines_count].label = owner;
    return table->lines_count++;
}

static bool draw_stretches(struct arena *arena, const json_t *rows, struct page_report_table *table)
{
    double last = last_moment(rows);
    size_t at, count = json_array_size(rows);
    const json_t *row;
    table->bars = arena_take(arena, count * sizeof *table->bars + 1);
    table->lines = arena_take(arena, PICTURE_LINES_MAX * sizeof *table->lines);
    if (!table->bars || !table->lines)
        return false;
    json_array_foreach (rows, at, row) {
        const char *owner = json_string_value(json_array_get(row, 2));
        size_t line = line_of(table, owner ? owner : "nobody");
        if (last <= 0 || line == PICTURE_LINES_MAX) {
            table->lines_count = 0;
            return true;
        }
        double from = json_number_value(json_array_get(row, 0)),
               to = json_number_value(json_array_get(row, 1));
        double width = (to - from) / last * BARS_WIDTH;
        table->bars[at] =
            (struct page_bar){picture_text(arena, "%.1f", BARS_X + from / last * BARS_WIDTH),
                              line_y(arena, line, 0), picture_text(arena, "%.1f", width > 1 ? width : 1)};
        table->lines[line].text_y = line_y(arena, line, TEXT_DOWN);
    }
    table->bars_count = count;
    table->axis_from = "0 min";
    table->axis_to = picture_text(arena, "%.0f min", last);
    table->axis_y = line_y(arena, table->lines_count, TEXT_DOWN);
    set_height(arena, table->lines_count, table);
    return true;
}

bool picture_of(struct arena *arena, const json_t *report_table, enum report_picture kind,
                struct page_report_table *table)
{
    const json_t *rows = json_object_get(report_table, "rows");
    switch (kind) {
    case REPORT_BARS:
        return draw_bars(arena, rows, table);
    case REPORT_SPANS:
        return draw_stretches(arena, rows, table);
    case REPORT_LINE:
        return chart_of(arena, report_table, &table->chart);
    case REPORT_NO_PICTURE:
        break;
    }
    return true;
}
