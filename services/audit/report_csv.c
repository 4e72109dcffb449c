/* report_csv.c: see report_csv.h. */
#include "services/audit/report_csv.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/audit/report_table.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- fields and rows ---- */

static void begin_file(bool mark, FILE *out)
{
    if (mark)
        fputs(BYTE_ORDER_MARK, out);
}

/* A field after the first of its row is told by where the row stands. */
struct row {
    FILE *out;
    bool begun;
};

static void put_field(struct row *row, const char *before, const char *text)
{
    if (row->begun)
        fputc(',', row->out);
    row->begun = true;
    if (!strpbrk(text, ",\"\r\n")) {
        fprintf(row->out, "%s%s", before, text);
        return;
    }
    fprintf(row->out, "\"%s", before);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', row->out);
        fputc(*text, row->out);
    }
    fputc('"', row->out);
}

static void put_csv_raw(struct row *row, const char *text)
{
    put_field(row, "", text);
}

/* A text of somebody else's, which may begin as a formula does. */
static void put_csv_text(struct row *row, const char *text)
{
    put_field(row, *text && strchr("=+-@\t\r", *text) ? "'" : "", text);
}

static void put_cell(struct row *row, const json_t *cell)
{
    char buffer[REPORT_CELL_BYTES];
    if (json_is_string(cell))
        put_csv_text(row, json_string_value(cell));
    else
        put_csv_raw(row, report_table_cell(cell, buffer));
}

static void end_row(struct row *row)
{
    fputs("\r\n", row->out);
    row->begun = false;
}

/* ---- a table ---- */

/* The fields of the face by which rows of different files are told apart. */
static const struct {
    const char *name, *key;
} period_fields[] = {{"report", "report"},
                     {"period_from", "firstDay"},
                     {"period_to", "lastDay"},
                     {"as_at_event", "event"}},
  case_fields[] = {{"report", "report"}, {"case", "case"}, {"as_at_event", "event"}};

static void put_scope(struct row *row, const json_t *document, bool names)
{
    bool of_one_case = json_object_get(document, "case");
    size_t count =
        of_one_case ? sizeof case_fields / sizeof *case_fields : sizeof period_fields / sizeof *period_fields;
    for (size_t i = 0; i < count; i++) {
        const char *name = of_one_case ? case_fields[i].name : period_fields[i].name;
        const char *key = of_one_case ? case_fields[i].key : period_fields[i].key;
        if (names)
            put_csv_raw(row, name);
        else
            put_cell(row, json_object_get(document, key));
    }
}

static void write_table(const json_t *document, const json_t *table, FILE *out)
{
    struct row row = {out, false};
    const json_t *column, *cells, *cell;
    size_t x, y;
    put_scope(&row, document, true);
    json_array_foreach (json_object_get(table, "columns"), x, column)
        put_csv_raw(&row, text_of(column, "name"));
    end_row(&row);
    json_array_foreach (json_object_get(table, "rows"), y, cells) {
        put_scope(&row, document, false);
        json_array_foreach (cells, x, cell)
            put_cell(&row, cell);
        end_row(&row);
    }
}

/* ---- what the others are ---- */

static void put_about(struct row *row, const json_t *document, const char *item, const char *name)
{
    put_cell(row, json_object_get(document, "report"));
    put_csv_raw(row, item);
    put_csv_raw(row, name);
}

static void write_about_lines(const json_t *document, const char *list, const char *item, FILE *out)
{
    struct row row = {out, false};
    const json_t *line;
    size_t at;
    json_array_foreach (json_object_get(document, list), at, line) {
        put_about(&row, document, item, "");
        put_cell(&row, line);
        end_row(&row);
    }
}

static void write_about_columns(const json_t *document, const json_t *table, FILE *out)
{
    struct row row = {out, false};
    char name[2 * REPORT_CELL_BYTES], holds[2 * REPORT_CELL_BYTES];
    const json_t *column;
    size_t x;
    json_array_foreach (json_object_get(table, "columns"), x, column) {
        const char *unit = text_of(column, "unit");
        snprintf(name, sizeof name, "%.200s.%.200s", text_of(table, "name"), text_of(column, "name"));
        snprintf(holds, sizeof holds, "%.40s%s%.40s", text_of(column, "kind"), *unit ? ", in " : "", unit);
        put_about(&row, document, "column", name);
        put_csv_raw(&row, holds);
        end_row(&row);
    }
}

static void write_about_chart(const json_t *document, const json_t *table, FILE *out)
{
    struct row row = {out, false};
    if (!json_object_get(table, "chart"))
        return;
    put_about(&row, document, "chart", text_of(table, "name"));
    put_csv_text(&row, text_of(json_object_get(table, "chart"), "says"));
    end_row(&row);
}

/* The values of the face: texts, numbers, yes and no, and of the verification its own. */
static void write_about_face(const json_t *document, const json_t *face, FILE *out)
{
    struct row row = {out, false};
    const char *key;
    const json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)face, key, value) {
        if (json_is_array(value))
            continue;
        if (json_is_object(value)) {
            write_about_face(document, value, out);
            continue;
        }
        put_about(&row, document, face == document ? "face" : "verified", key);
        if (json_is_boolean(value))
            put_csv_raw(&row, json_is_true(value) ? "yes" : "no");
        else
            put_cell(&row, value);
        end_row(&row);
    }
}

static void write_about(const json_t *document, FILE *out)
{
    static const char *const names[] = {"report", "item", "name", "value"};
    struct row row = {out, false};
    const json_t *table;
    size_t at;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put_csv_raw(&row, names[i]);
    end_row(&row);
    write_about_face(document, document, out);
    json_array_foreach (json_object_get(document, "tables"), at, table) {
        put_about(&row, document, "table", text_of(table, "name"));
        put_csv_text(&row, text_of(table, "title"));
        end_row(&row);
        write_about_chart(document, table, out);
        write_about_columns(document, table, out);
    }
    write_about_lines(document, "verdicts", "verdict", out);
    write_about_lines(document, "notes", "note", out);
}

/* ---- files ---- */

static const json_t *find_table(const json_t *document, const char *table)
{
    const json_t *one;
    size_t at;
    json_array_foreach (json_object_get(document, "tables"), at, one)
        if (strcmp(text_of(one, "name"), table) == 0)
            return one;
    return NULL;
}

bool report_csv_has(const json_t *document, const char *table)
{
    return strcmp(table, REPORT_CSV_ABOUT) == 0 || find_table(document, table);
}

bool report_csv_write(const json_t *document, const char *table, bool mark, FILE *out)
{
    const json_t *found = find_table(document, table);
    if (!report_csv_has(document, table))
        return false;
    begin_file(mark, out);
    if (found)
        write_table(document, found, out);
    else
        write_about(document, out);
    return fflush(out) == 0 && !ferror(out);
}

static bool write_file(const json_t *document, const char *folder, const char *table, bool mark,
                       char *message, size_t message_size)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    FILE *out = fopen(path, "we");
    bool written = out && report_csv_write(document, table, mark, out);
    written = out && fclose(out) == 0 && written;
    if (!written)
        snprintf(message, message_size, "%.200s: cannot be written: %s", path, strerror(errno));
    return written;
}

bool report_csv_write_all(const json_t *document, const char *folder, bool mark, char *message,
                          size_t message_size)
{
    char about[PATH_MAX];
    const json_t *table;
    size_t at;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        snprintf(message, message_size, "%.200s: cannot be made: %s", folder, strerror(errno));
        return false;
    }
    snprintf(about, sizeof about, "%s/" REPORT_CSV_ABOUT ".csv", folder);
    if (unlink(about) != 0 && errno != ENOENT) {
        snprintf(message, message_size, "%.200s: cannot be written anew: %s", about, strerror(errno));
        return false;
    }
    json_array_foreach (json_object_get(document, "tables"), at, table)
        if (!write_file(document, folder, text_of(table, "name"), mark, message, message_size))
            return false;
    return write_file(document, folder, REPORT_CSV_ABOUT, mark, message, message_size);
}

/* ---- tidy: a row for each figure ---- */

/* The cells of the row that are no figures say, as name=value, whose figure it is. */
static void put_group(struct row *row, const json_t *columns, const json_t *cells)
{
    char group[4 * REPORT_CELL_BYTES] = "", buffer[REPORT_CELL_BYTES];
    const json_t *column;
    size_t x, used = 0;
    json_array_foreach (columns, x, column) {
        const json_t *cell = json_array_get(cells, x);
        if (report_table_has_numbers(columns, x) || json_is_null(cell) || used >= sizeof group)
            continue;
        used += (size_t)snprintf(group + used, sizeof group - used, "%s%s=%s", used ? "; " : "",
                                 text_of(column, "name"), report_table_cell(cell, buffer));
    }
    put_csv_text(row, group);
}

/* The cell of the column that another one names; NULL: it names none, or no column. */
static const json_t *named_cell(const json_t *columns, const json_t *cells, const json_t *column,
                                const char *key)
{
    const json_t *other;
    size_t x;
    json_array_foreach (columns, x, other)
        if (*text_of(column, key) && strcmp(text_of(other, "name"), text_of(column, key)) == 0)
            return json_array_get(cells, x);
    return NULL;
}

/* A figure is of one count; a percentage may be of one less another. A sum of a whole table is left out. */
static void put_denominator(struct row *row, const json_t *columns, const json_t *cells, const json_t *column)
{
    const json_t *over = named_cell(columns, cells, column, "over"),
                 *all = over ? over : named_cell(columns, cells, column, "denominator"),
                 *less = named_cell(columns, cells, column, "less");
    char buffer[REPORT_CELL_BYTES];
    const json_t *hidden = json_is_string(all) ? all : less;
    if (json_is_string(hidden)) {
        put_csv_text(row, json_string_value(hidden));
        return;
    }
    snprintf(buffer, sizeof buffer, "%" JSON_INTEGER_FORMAT,
             json_integer_value(all) - json_integer_value(less));
    put_csv_raw(row, all && !json_is_null(all) ? buffer : "");
}

static void write_tidy_figure(const json_t *document, const json_t *table, const json_t *cells, size_t x,
                              FILE *out)
{
    const json_t *columns = json_object_get(table, "columns"), *column = json_array_get(columns, x);
    struct row row = {out, false};
    char buffer[REPORT_CELL_BYTES];
    put_cell(&row, json_object_get(document, "report"));
    put_cell(&row, json_object_get(table, "name"));
    put_cell(&row, json_object_get(column, "name"));
    put_group(&row, columns, cells);
    put_cell(&row, json_array_get(cells, x));
    put_cell(&row, json_object_get(column, "unit"));
    put_csv_raw(&row, report_table_cell(named_cell(columns, cells, column, "numerator"), buffer));
    put_denominator(&row, columns, cells, column);
    put_cell(&row, json_object_get(document, "firstDay"));
    put_cell(&row, json_object_get(document, "lastDay"));
    put_cell(&row, json_object_get(document, "event"));
    end_row(&row);
}

bool report_csv_write_tidy(const json_t *document, bool mark, FILE *out)
{
    static const char *const names[] = {"report",      "table",     "measure",    "group",
                                        "value",       "unit",      "numerator",  "denominator",
                                        "period_from", "period_to", "as_at_event"};
    struct row row = {out, false};
    const json_t *table, *cells, *cell;
    size_t at, y, x;
    begin_file(mark, out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put_csv_raw(&row, names[i]);
    end_row(&row);
    json_array_foreach (json_object_get(document, "tables"), at, table)
        json_array_foreach (json_object_get(table, "rows"), y, cells)
            json_array_foreach (cells, x, cell)
                if (!json_is_null(cell) && report_table_has_numbers(json_object_get(table, "columns"), x))
                    write_tidy_figure(document, table, cells, x, out);
    return fflush(out) == 0 && !ferror(out);
}
