/* report_table.c: writes what a report found: as text in columns, or as JSON. */
#include "services/audit/report_table.h"

#include <math.h>
#include <string.h>

static const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* Numbers have already been rounded: to one decimal at most, or a ratio to two. */
static bool has_two_decimals(double value)
{
    return fabs(10 * value - round(10 * value)) > 0.01;
}

const char *report_table_cell(const json_t *cell, char buffer[REPORT_CELL_BYTES])
{
    if (json_is_string(cell))
        return json_string_value(cell);
    if (json_is_integer(cell))
        snprintf(buffer, REPORT_CELL_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(cell));
    else if (json_is_real(cell))
        snprintf(buffer, REPORT_CELL_BYTES, has_two_decimals(json_real_value(cell)) ? "%.2f" : "%.1f",
                 json_real_value(cell));
    else
        buffer[0] = '\0';
    return buffer;
}

const char *report_table_column(const json_t *columns, size_t at)
{
    return json_text(json_array_get(columns, at), "name");
}

bool report_table_has_numbers(const json_t *columns, size_t at)
{
    static const char *const kinds[] = {"count", "percent", "figure", "limit", "bound", "comparison"};
    const char *kind = json_text(json_array_get(columns, at), "kind");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

/* ---- text ---- */

/* The width in characters: bytes that do not continue a character of UTF-8. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void put_padded(const char *text, int width, bool right, FILE *out)
{
    int padding = width - width_of(text);
    fprintf(out, "  %*s%s%*s", right ? padding : 0, "", text, right ? 0 : padding, "");
}

static void put_heading(const char *column, int width, bool right, FILE *out)
{
    char heading[REPORT_CELL_BYTES];
    snprintf(heading, sizeof heading, "%s", column);
    for (char *c = heading; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    put_padded(heading, width, right, out);
}

static void write_text_table(const json_t *table, bool published, FILE *out)
{
    const json_t *columns = json_object_get(table, "columns"), *rows = json_object_get(table, "rows"), *row,
                 *cell;
    int widths[REPORT_COLUMNS_MAX] = {0};
    size_t x, y, count = json_array_size(columns);
    char buffer[REPORT_CELL_BYTES];
    for (x = 0; x < count; x++)
        widths[x] = width_of(report_table_column(columns, x));
    json_array_foreach (rows, y, row) {
        json_array_foreach (row, x, cell) {
            int width = width_of(json_is_null(cell) ? "-" : report_table_cell(cell, buffer));
            widths[x] = width > widths[x] ? width : widths[x];
        }
    }
    fprintf(out, "\n%s\n", json_text(table, "title"));
    if (json_object_get(table, "chart"))
        fprintf(out, "  %s\n", json_text(json_object_get(table, "chart"), "says"));
    if (json_array_size(rows) == 0) {
        fputs(published ? "  none that may be shown\n" : "  none\n", out);
        return;
    }
    for (x = 0; x < count; x++)
        put_heading(report_table_column(columns, x), widths[x], report_table_has_numbers(columns, x), out);
    fputc('\n', out);
    json_array_foreach (rows, y, row) {
        json_array_foreach (row, x, cell)
            put_padded(json_is_null(cell) ? "-" : report_table_cell(cell, buffer), widths[x],
                       report_table_has_numbers(columns, x), out);
        fputc('\n', out);
    }
}

static void write_text_lines(const json_t *lines, FILE *out)
{
    size_t at;
    const json_t *line;
    if (json_array_size(lines) > 0)
        fputc('\n', out);
    json_array_foreach (lines, at, line)
        fprintf(out, "%s\n", json_string_value(line));
}

const char *report_table_verified(const json_t *document, char out[REPORT_CELL_BYTES])
{
    const json_t *verified = json_object_get(document, "verified");
    json_int_t event = json_integer_value(json_object_get(verified, "upToEvent")),
               findings = json_integer_value(json_object_get(verified, "findings"));
    if (!json_is_object(verified))
        return "not verified: no verdict of concordat verify stands beside this trail";
    if (!json_is_true(json_object_get(verified, "sameTrail")))
        snprintf(out, REPORT_CELL_BYTES,
                 "ALTERED: event %" JSON_INTEGER_FORMAT " is not the one that was verified on %.32s", event,
                 json_text(verified, "at"));
    else if (!json_is_true(json_object_get(verified, "holds")))
        snprintf(out, REPORT_CELL_BYTES,
                 "ALTERED: it did not hold when it was verified on %.32s, with %" JSON_INTEGER_FORMAT
                 " findings",
                 json_text(verified, "at"), findings);
    else
        snprintf(out, REPORT_CELL_BYTES, "verified on %.32s up to event %" JSON_INTEGER_FORMAT,
                 json_text(verified, "at"), event);
    return out;
}

static void write_text_verified(const json_t *document, FILE *out)
{
    char verified[REPORT_CELL_BYTES];
    json_int_t alarms = json_integer_value(json_object_get(document, "alarms"));
    fprintf(out, "%s\n", report_table_verified(document, verified));
    if (alarms)
        fprintf(out, "ALTERED: %" JSON_INTEGER_FORMAT " alarms of concordat-audit stand in this trail\n",
                alarms);
}

static void write_text_trail(const json_t *document, FILE *out)
{
    const char *policy = json_text(document, "policy");
    fprintf(out, "event %" JSON_INTEGER_FORMAT ", chain %s, policy %s\n",
            json_integer_value(json_object_get(document, "event")), json_text(document, "chain"),
            *policy ? policy : "none yet");
    write_text_verified(document, out);
}

static void write_text_face(const json_t *document, FILE *out)
{
    const char *as_at = json_text(document, "asAt");
    if (json_object_get(document, "case"))
        fprintf(out, "case %s", json_text(document, "case"));
    else
        fprintf(out, "referrals received %s, by the days of London", json_text(document, "period"));
    fprintf(out, "; as at %s\n", as_at[0] != '\0' ? as_at : "no event yet");
    fputs(json_is_true(json_object_get(document, "unsuppressed"))
              ? "UNSUPPRESSED: it points to people; for internal use only\n"
              : "suppressed: small numbers are hidden, and others rounded\n",
          out);
    write_text_trail(document, out);
    if (json_is_true(json_object_get(document, "provisional")))
        fputs("PROVISIONAL: the period had not ended by then, so its figures will change\n", out);
}

static void write_report_text(const json_t *document, FILE *out)
{
    size_t at;
    const json_t *table;
    fprintf(out, "%s: %s\n", json_text(document, "report"), json_text(document, "about"));
    write_text_face(document, out);
    json_array_foreach (json_object_get(document, "tables"), at, table)
        write_text_table(table, !json_is_true(json_object_get(document, "unsuppressed")), out);
    write_text_lines(json_object_get(document, "verdicts"), out);
    write_text_lines(json_object_get(document, "notes"), out);
}

/* ---- JSON ---- */

/* A row as an object, by the columns' names; NULL if there is no memory. */
static json_t *named_row(const json_t *columns, const json_t *row)
{
    json_t *object = json_object(), *cell;
    bool whole = object;
    size_t x;
    json_array_foreach (row, x, cell)
        whole = whole && json_object_set(object, report_table_column(columns, x), cell) == 0;
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

/* An object's fields, each after a comma but the first; not those of that name. */
static bool write_fields(const json_t *object, const char *without, FILE *out)
{
    const char *key, *before = "";
    json_t *value;
    json_object_foreach ((json_t *)object, key, value) {
        if (strcmp(key, without) == 0)
            continue;
        if (fprintf(out, "%s\n  \"%s\": ", before, key) < 0 ||
            json_dumpf(value, out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) != 0)
            return false;
        before = ",";
    }
    return true;
}

/* One row a line, and only one in memory as an object: a table of all referrals of ten years is long. */
static bool write_json_rows(const json_t *table, FILE *out)
{
    const json_t *columns = json_object_get(table, "columns"), *row;
    bool written = true;
    size_t y;
    json_array_foreach (json_object_get(table, "rows"), y, row) {
        json_t *named = named_row(columns, row);
        written = named && fputs(y ? ",\n    " : "\n    ", out) != EOF &&
                  json_dumpf(named, out, JSON_REAL_PRECISION(12)) == 0;
        json_decref(named);
        if (!written)
            break;
    }
    return written;
}

static bool write_report_json(const json_t *document, FILE *out)
{
    const json_t *table;
    size_t at;
    bool written = fputs("{", out) != EOF && write_fields(document, "tables", out) &&
                   fputs(",\n  \"tables\": [", out) != EOF;
    json_array_foreach (json_object_get(document, "tables"), at, table)
        written = written && fputs(at ? ", {" : "{", out) != EOF && write_fields(table, "rows", out) &&
                  fputs(",\n  \"rows\": [", out) != EOF && write_json_rows(table, out) &&
                  fputs("]}", out) != EOF;
    return written && fputs("]\n}\n", out) != EOF;
}

json_t *report_table_find(const json_t *document, const char *name)
{
    json_t *table;
    size_t at;
    json_array_foreach (json_object_get(document, "tables"), at, table)
        if (strcmp(json_string_value(json_object_get(table, "name")), name) == 0)
            return table;
    return NULL;
}

bool report_table_write(const json_t *document, enum report_format format, FILE *out)
{
    switch (format) {
    case REPORT_TEXT:
        write_report_text(document, out);
        break;
    case REPORT_JSON:
        if (!write_report_json(document, out))
            return false;
        break;
    }
    return fflush(out) == 0 && ferror(out) == 0;
}
