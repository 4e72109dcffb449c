/* last_use.c: see last_use.h. */
#include "services/gateway/last_use.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/people.h"
#include "services/gateway/access_token.h"
#include "services/gateway/id_rows.h"
#include "services/gateway/whole_file.h"

enum {
    LAST_KEY_BYTES = ACCESS_NAME_BYTES,
    LAST_ROWS_MAX = PEOPLE_MAX + ACCESS_MAX,
    LAST_LINE_BYTES = LAST_KEY_BYTES + 24,
    LAST_FILE_BYTES = LAST_ROWS_MAX * LAST_LINE_BYTES
};

_Static_assert((int)LAST_KEY_BYTES > (int)PERSON_ID_CHARS_MAX, "an id fits too");

struct last_uses {
    char path[PATH_MAX];
    struct last_row {
        char key[LAST_KEY_BYTES];
        long long day;
    } rows[LAST_ROWS_MAX];
    size_t count;
};

static size_t last_place_of(const struct last_uses *last, const char *key)
{
    return id_rows_place(last->rows, last->count, sizeof *last->rows, key);
}

static bool last_is_at(const struct last_uses *last, size_t place, const char *key)
{
    return id_rows_have(last->rows, last->count, sizeof *last->rows, place, key);
}

static bool is_last_key(const char *key)
{
    return person_id_is(key) || access_token_is_name(key);
}

/* False if a line is not as they are written. */
static bool read_last_rows(struct last_uses *last, char *text)
{
    for (char *line; (line = strsep(&text, "\n")) && *line; last->count++) {
        char *rest = line, *end;
        const char *key = strsep(&rest, " ");
        if (last->count == LAST_ROWS_MAX || !rest || !is_last_key(key) ||
            last_place_of(last, key) < last->count)
            return false;
        struct last_row *row = &last->rows[last->count];
        strcpy(row->key, key);
        row->day = strtoll(rest, &end, 10);
        if (end == rest || *end || row->day < 0)
            return false;
    }
    return true;
}

static bool write_last_rows(const struct last_uses *last)
{
    char *text = malloc(LAST_FILE_BYTES), *at = text;
    if (!text)
        return false;
    for (size_t i = 0; i < last->count; i++)
        at += snprintf(at, LAST_LINE_BYTES, "%s %lld\n", last->rows[i].key, last->rows[i].day);
    bool good = whole_file_write(last->path, text, (size_t)(at - text));
    free(text);
    return good;
}

struct last_uses *last_uses_open(const char *people_path, char *message, size_t message_size)
{
    size_t size;
    struct last_uses *last = calloc(1, sizeof *last);
    if (!last || snprintf(last->path, sizeof last->path, "%s.last", people_path) >= PATH_MAX) {
        snprintf(message, message_size, "no memory, or the name of the people file is too long");
        free(last);
        return NULL;
    }
    char *text = whole_file_read(last->path, LAST_FILE_BYTES, &size);
    int problem = text ? 0 : errno;
    bool good = text ? read_last_rows(last, text) : problem == ENOENT;
    free(text);
    if (good)
        return last;
    snprintf(message, message_size,
             "%.200s: %s. It says only when people last signed in, and when programs last came. Mend it, or "
             "delete it and lose that",
             last->path, problem ? strerror(problem) : "this file is not as it was written");
    free(last);
    return NULL;
}

void last_uses_close(struct last_uses **last)
{
    free(*last);
    *last = NULL;
}

/* Tokens come and go, so their rows would become ever more. No token lives longer than this. */
static void drop_ended_tokens(struct last_uses *last, int64_t day)
{
    size_t kept = 0;
    for (size_t i = 0; i < last->count; i++)
        if (!access_token_is_name(last->rows[i].key) || last->rows[i].day >= day - ACCESS_DAYS_MAX)
            last->rows[kept++] = last->rows[i];
    last->count = kept;
}

static struct last_row *add_last_row(struct last_uses *last, const char *key, int64_t day)
{
    drop_ended_tokens(last, day);
    if (last->count == LAST_ROWS_MAX)
        return NULL;
    size_t place = last_place_of(last, key);
    struct last_row *row = &last->rows[place];
    memmove(row + 1, row, (last->count++ - place) * sizeof *row);
    strcpy(row->key, key);
    return row;
}

bool last_use_note(struct last_uses *last, const char *key, int64_t day)
{
    size_t place = last_place_of(last, key);
    bool is_known = last_is_at(last, place, key);
    struct last_row *row = is_known ? &last->rows[place] : add_last_row(last, key, day);
    if (!row)
        return false;
    if (is_known && row->day == day)
        return true;
    row->day = day;
    return write_last_rows(last);
}

int64_t last_use_day(const struct last_uses *last, const char *key)
{
    size_t place = last_place_of(last, key);
    return last_is_at(last, place, key) ? last->rows[place].day : LAST_USE_NEVER;
}
