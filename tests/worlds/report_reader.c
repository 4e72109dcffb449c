/* report_reader.c: see report_reader.h. */
#include "tests/worlds/report_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static json_t *document; /* the latest report */

char *report_reader_print(const struct story *story, const char *name, enum report_format format,
                          int64_t from_ms, int64_t to_ms)
{
    char *bytes = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    int result = report_run(
        story->path,
        &(struct report_question){.name = name, .from_ms = from_ms, .to_ms = to_ms, .unsuppressed = true},
        format, out, message, sizeof message);
    fclose(out);
    if (result != REPORT_DONE && result != REPORT_PROVISIONAL)
        fail_msg("%s: %s", name, message);
    return bytes;
}

void report_reader_read(const struct story *story, const char *name, int64_t from_ms, int64_t to_ms)
{
    char *text = report_reader_print(story, name, REPORT_JSON, from_ms, to_ms);
    json_decref(document);
    document = json_loads(text, 0, NULL);
    assert_non_null(document);
    free(text);
}

/* The texts of a row, in the order of its columns. */
static bool row_begins(const json_t *row, const char *begins)
{
    char key[512] = "";
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)row, name, value) {
        size_t used = strlen(key);
        if (json_is_string(value) && used < sizeof key)
            snprintf(key + used, sizeof key - used, "%s%s", used > 0 ? "|" : "", json_string_value(value));
    }
    return strncmp(key, begins, strlen(begins)) == 0;
}

/* NULL if there is no such row. */
static const json_t *find_row(const char *table_name, const char *begins)
{
    size_t t, r;
    const json_t *table, *row;
    json_array_foreach (json_object_get(document, "tables"), t, table)
        if (strcmp(json_string_value(json_object_get(table, "name")), table_name) == 0)
            json_array_foreach (json_object_get(table, "rows"), r, row)
                if (row_begins(row, begins))
                    return row;
    return NULL;
}

bool report_reader_has_row(const char *table, const char *row)
{
    return find_row(table, row) != NULL;
}

const char *report_reader_cell(const char *table, const char *row, const char *column)
{
    static char text[128];
    const json_t *found = find_row(table, row), *value = json_object_get(found, column);
    if (!value)
        fail_msg("no row %s in %s, or it has no column %s", row, table, column);
    text[0] = '\0';
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%.1f", json_real_value(value));
    return text;
}

bool report_reader_says(const char *list, const char *text)
{
    size_t at;
    const json_t *line;
    json_array_foreach (json_object_get(document, list), at, line)
        if (strstr(json_string_value(line), text))
            return true;
    return false;
}

void report_reader_close(void)
{
    json_decref(document);
    document = NULL;
}
