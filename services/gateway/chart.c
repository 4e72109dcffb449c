/* chart.c: see chart.h. */
#include "services/gateway/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "services/audit/report_table.h"
#include "services/gateway/limits.h"
#include "services/gateway/picture_text.h"

/* The plot stands between these, in an SVG of 360: as wide as a telephone, so that its letters stay as large
 * as they are there. Left of it are the figures of the scale, right of it those of the lines. */
enum { PLOT_LEFT = 38, PLOT_RIGHT = 316, PLOT_TOP = 24, PLOT_BOTTOM = 174 };
enum {
    LETTER_DOWN = 4,  /* from the middle of a letter to where it stands */
    LABEL_APART = 14, /* two labels that are nearer would run into each other */
    LABELS_MAX = 5,   /* below the plot */
    LABELS_Y = 192,
    KEYS_Y = 216,
    KEYS_APART = 19,
    KEYS_ACROSS = 3,
    KEY_WIDTH = 110,
    KEY_SAMPLE = 18, /* wide */
    POINT_RADIUS = 3,
    SIGN_RADIUS = 5,
    TICKS_WANTED = 4,
    COORDINATES_BYTES = 20 /* "316.00,174.00 " */
};

/* What a point looks like: its class in styles/_reports.scss, its corners, from the middle and in radii, and
 * the word for it in the key. */
static const struct look {
    const char *variation; /* as report_chart.c says it; NULL: as usual */
    const char *style, *word;
    size_t corners; /* 0: a circle */
    struct {
        double x, y;
    } corner[4];
} looks[] = {{NULL, "usual", "as usual", 0, {{0, 0}}},
             {"improvement", "improvement", "improvement", 3, {{0, -1.2}, {1.1, 0.8}, {-1.1, 0.8}}},
             {"concern", "concern", "concern", 4, {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}},
             {"improvement and concern",
              "concern",
              "concern",
              4,
              {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}},
             {"higher", "changed", "changed", 4, {{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}}},
             {"lower", "changed", "changed", 4, {{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}}},
             {"higher and lower", "changed", "changed", 4, {{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}}}};
enum { LOOKS = sizeof looks / sizeof *looks };

struct drawing {
    struct arena *arena;
    const json_t *table, *said; /* the rows, and "chart" of them */
    size_t column, variation;   /* of the values, and of what they say */
    size_t count;
    bool is_share;          /* of which nothing is above 100 */
    double low, high, step; /* of the scale */
    int decimals;
    bool is_used[LOOKS];
};

/* ---- the values ---- */

static const json_t *cell_of(const struct drawing *drawn, size_t at, size_t column)
{
    return json_array_get(json_array_get(json_object_get(drawn->table, "rows"), at), column);
}

/* NAN is a gap. */
static double point_value(const struct drawing *drawn, size_t at)
{
    const json_t *cell = cell_of(drawn, at, drawn->column);
    return json_is_number(cell) ? json_number_value(cell) : NAN;
}

static double said_of(const struct drawing *drawn, const char *key)
{
    const json_t *value = json_object_get(drawn->said, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static size_t find_column(const json_t *table, const char *name)
{
    const json_t *columns = json_object_get(table, "columns");
    size_t at = 0;
    while (name && at < json_array_size(columns) && strcmp(report_table_column(columns, at), name) != 0)
        at++;
    return at;
}

/* ---- the scale ---- */

static void widen(struct drawing *drawn, double value)
{
    if (isnan(value))
        return;
    drawn->low = fmin(drawn->low, value);
    drawn->high = fmax(drawn->high, value);
}

/* 1, 2 or 5 of a power of ten, so that about as many ticks fit as are wanted. */
static double nice_step(double range)
{
    double power = pow(10, floor(log10(range / TICKS_WANTED))), part = range / TICKS_WANTED / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void choose_scale(struct drawing *drawn)
{
    drawn->low = INFINITY;
    drawn->high = -INFINITY;
    for (size_t i = 0; i < drawn->count; i++)
        widen(drawn, point_value(drawn, i));
    widen(drawn, said_of(drawn, "mean"));
    widen(drawn, said_of(drawn, "lower"));
    widen(drawn, said_of(drawn, "upper"));
    if (drawn->high - drawn->low < 1e-6) { /* one line, and room around it */
        drawn->low -= fmax(1, drawn->low / 10);
        drawn->high += fmax(1, drawn->high / 10);
    }
    if (drawn->is_share)
        drawn->high = fmin(drawn->high, 100);
    drawn->step = nice_step(drawn->high - drawn->low);
    drawn->low = fmax(floor(drawn->low / drawn->step), 0) * drawn->step;
    drawn->high = ceil(drawn->high / drawn->step) * drawn->step;
    drawn->decimals = drawn->step < 1 ? (int)-floor(log10(drawn->step)) : 0;
}

static double y_of(const struct drawing *drawn, double value)
{
    return PLOT_BOTTOM - (value - drawn->low) / (drawn->high - drawn->low) * (PLOT_BOTTOM - PLOT_TOP);
}

/* One point stands in the middle. */
static double x_of(const struct drawing *drawn, size_t at)
{
    double part = drawn->count > 1 ? (double)at / (double)(drawn->count - 1) : 0.5;
    return PLOT_LEFT + SIGN_RADIUS + part * (PLOT_RIGHT - PLOT_LEFT - 2 * SIGN_RADIUS);
}

static bool draw_ticks(struct drawing *drawn, struct page_chart *chart)
{
    size_t count = (size_t)lround((drawn->high - drawn->low) / drawn->step) + 1;
    struct page_chart_tick *ticks = arena_take(drawn->arena, count * sizeof *ticks);
    for (size_t i = 0; ticks && i < count; i++) {
        double value = drawn->low + (double)i * drawn->step, y = y_of(drawn, value);
        ticks[i] = (struct page_chart_tick){picture_text(drawn->arena, "%.1f", y),
                                            picture_text(drawn->arena, "%.1f", y + LETTER_DOWN),
                                            picture_text(drawn->arena, "%.*f", drawn->decimals, value)};
    }
    chart->ticks = ticks;
    chart->ticks_count = count;
    return ticks;
}

/* ---- the mean and the limits ---- */

static bool draw_rules(struct drawing *drawn, struct page_chart *chart)
{
    static const char *const keys[] = {"upper", "mean", "lower"}, *const styles[] = {"limit", "mean",
                                                                                     "limit"};
    struct page_chart_rule *rules = arena_take(drawn->arena, 3 * sizeof *rules);
    double least_y = 0;
    chart->rules = rules;
    for (size_t i = 0; rules && i < 3; i++) {
        double value = said_of(drawn, keys[i]), y = y_of(drawn, value);
        if (isnan(value) || (i != 1 && fabs(value - said_of(drawn, "mean")) < 1e-6))
            continue; /* if nothing varies, the limits are the mean */
        double label_y = fmax(y + LETTER_DOWN, least_y);
        least_y = label_y + LABEL_APART;
        rules[chart->rules_count++] = (struct page_chart_rule){
            styles[i], picture_text(drawn->arena, "%.1f", y), picture_text(drawn->arena, "%.1f", label_y),
            picture_text(drawn->arena, "%.1f", value)};
    }
    return rules;
}

/* ---- the line and its points ---- */

static bool draw_line(struct drawing *drawn, size_t from, size_t to, struct page_chart *chart)
{
    size_t size = (to - from) * COORDINATES_BYTES, used = 0;
    char *points = arena_take(drawn->arena, size);
    for (size_t i = from; points && i < to; i++)
        used += (size_t)snprintf(points + used, size - used, "%s%.1f,%.1f", used ? " " : "", x_of(drawn, i),
                                 y_of(drawn, point_value(drawn, i)));
    chart->lines[chart->lines_count++] = (struct page_chart_line){points};
    return points;
}

/* A line for each stretch without a gap; a point alone has none. */
static bool draw_lines(struct drawing *drawn, struct page_chart *chart)
{
    chart->lines = arena_take(drawn->arena, drawn->count * sizeof *chart->lines);
    bool whole = chart->lines;
    for (size_t from = 0, to; whole && from < drawn->count; from = to + 1) {
        for (to = from; to < drawn->count && !isnan(point_value(drawn, to));)
            to++;
        whole = to - from < 2 || draw_line(drawn, from, to, chart);
    }
    return whole;
}

static size_t look_of(const char *variation)
{
    for (size_t i = 0; i < LOOKS; i++)
        if (variation && looks[i].variation && strcmp(variation, looks[i].variation) == 0)
            return i;
    return 0;
}

static struct page_chart_mark mark_at(struct drawing *drawn, size_t look, double x, double y)
{
    struct page_chart_mark mark = {.style = looks[look].style};
    char corners[4 * COORDINATES_BYTES] = "";
    for (size_t i = 0, used = 0; i < looks[look].corners; i++)
        used += (size_t)snprintf(corners + used, sizeof corners - used, "%s%.1f,%.1f", i ? " " : "",
                                 x + SIGN_RADIUS * looks[look].corner[i].x,
                                 y + SIGN_RADIUS * looks[look].corner[i].y);
    if (looks[look].corners) {
        mark.corners = picture_text(drawn->arena, "%s", corners);
    } else {
        mark.x = picture_text(drawn->arena, "%.1f", x);
        mark.y = picture_text(drawn->arena, "%.1f", y);
    }
    return mark;
}

static bool draw_marks(struct drawing *drawn, struct page_chart *chart)
{
    struct page_chart_mark *marks = arena_take(drawn->arena, drawn->count * sizeof *marks);
    chart->marks = marks;
    for (size_t i = 0; marks && i < drawn->count; i++) {
        double value = point_value(drawn, i);
        size_t look = look_of(json_string_value(cell_of(drawn, i, drawn->variation)));
        if (isnan(value))
            continue;
        drawn->is_used[look] = true;
        marks[chart->marks_count++] = mark_at(drawn, look, x_of(drawn, i), y_of(drawn, value));
    }
    return marks;
}

/* ---- words below it ---- */

/* "2026-03" is Mar 26; anything else is what it is. */
static const char *label_of(struct arena *arena, const char *key)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    unsigned year, month;
    char after;
    if (!key || sscanf(key, "%4u-%2u%c", &year, &month, &after) != 2 || month < 1 || month > 12)
        return key;
    return picture_text(arena, "%s %02u", months[month - 1], year % 100);
}

/* From the last point back, because that is looked at first. */
static bool draw_labels(struct drawing *drawn, struct page_chart *chart)
{
    size_t step = (drawn->count + LABELS_MAX - 1) / LABELS_MAX;
    struct page_chart_label *labels = arena_take(drawn->arena, LABELS_MAX * sizeof *labels);
    chart->labels = labels;
    for (size_t i = 0; labels && i < LABELS_MAX && i * step < drawn->count; i++) {
        size_t at = drawn->count - 1 - i * step;
        labels[chart->labels_count++] =
            (struct page_chart_label){picture_text(drawn->arena, "%.1f", x_of(drawn, at)),
                                      label_of(drawn->arena, json_string_value(cell_of(drawn, at, 0)))};
    }
    return labels;
}

static void add_key(struct drawing *drawn, struct page_chart *chart, size_t look, const char *style,
                    const char *word)
{
    size_t at = chart->keys_count++;
    double x = PLOT_LEFT - KEY_SAMPLE + (double)(at % KEYS_ACROSS) * KEY_WIDTH,
           y = KEYS_Y + (double)(at / KEYS_ACROSS) * KEYS_APART;
    struct page_chart_key *key = &chart->keys[at];
    *key = (struct page_chart_key){.x = picture_text(drawn->arena, "%.1f", x + KEY_SAMPLE + LETTER_DOWN),
                                   .y = picture_text(drawn->arena, "%.1f", y + LETTER_DOWN),
                                   .word = word,
                                   .line = style};
    if (style) {
        key->from = picture_text(drawn->arena, "%.1f", x);
        key->to = picture_text(drawn->arena, "%.1f", x + KEY_SAMPLE);
        key->line_y = picture_text(drawn->arena, "%.1f", y);
    } else {
        key->mark = mark_at(drawn, look, x + KEY_SAMPLE / 2.0, y);
    }
}

/* Each look that is drawn, once, and no other. */
static bool draw_keys(struct drawing *drawn, struct page_chart *chart)
{
    bool is_limited = chart->rules_count > 1;
    chart->keys = arena_take(drawn->arena, (LOOKS + 2) * sizeof *chart->keys);
    if (!chart->keys)
        return false;
    add_key(drawn, chart, 0, "mean", "mean");
    if (is_limited)
        add_key(drawn, chart, 0, "limit", "limit");
    for (size_t i = 0; i < LOOKS; i++) {
        bool is_told = !drawn->is_used[i];
        for (size_t x = 0; x < i; x++)
            is_told |= drawn->is_used[x] && strcmp(looks[x].word, looks[i].word) == 0;
        if (!is_told)
            add_key(drawn, chart, i, NULL, looks[i].word);
    }
    chart->height =
        picture_text(drawn->arena, "%zu", KEYS_Y + (chart->keys_count - 1) / KEYS_ACROSS * KEYS_APART + 12);
    return true;
}

bool chart_of(struct arena *arena, const json_t *report_table, struct page_chart *chart)
{
    const json_t *said = json_object_get(report_table, "chart"),
                 *columns = json_object_get(report_table, "columns");
    struct drawing drawn = {.arena = arena,
                            .table = report_table,
                            .said = said,
                            .column =
                                find_column(report_table, json_string_value(json_object_get(said, "column"))),
                            .variation = find_column(report_table, "variation"),
                            .count = json_array_size(json_object_get(report_table, "rows"))};
    chart->says = json_string_value(json_object_get(said, "says"));
    if (json_integer_value(json_object_get(said, "points")) == 0 || drawn.count > CHART_POINTS_MAX)
        return true;
    chart->unit = json_string_value(json_object_get(json_array_get(columns, drawn.column), "unit"));
    drawn.is_share = chart->unit && strcmp(chart->unit, "percent") == 0;
    choose_scale(&drawn);
    return draw_ticks(&drawn, chart) && draw_rules(&drawn, chart) && draw_lines(&drawn, chart) &&
           draw_marks(&drawn, chart) && draw_labels(&drawn, chart) && draw_keys(&drawn, chart);
}
