/* last_sign_in.c: see last_sign_in.h. */
#include "services/gateway/last_sign_in.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/person_id.h"
#include "services/desk/people.h"
#include "services/gateway/whole_file.h"

enum { LAST_LINE_BYTES = PERSON_ID_CHARS_MAX + 24, LAST_FILE_BYTES = PEOPLE_MAX * LAST_LINE_BYTES };

struct last_sign_ins {
    char path[PATH_MAX];
    struct last_row {
        char id[PERSON_ID_CHARS_MAX + 1];
        long long day;
    } rows[PEOPLE_MAX];
    size_t count;
};

/* The place of an id, or the one that it would take. */
static size_t last_place_of(const struct last_sign_ins *last, const char *id)
{
    size_t low = 0, high = last->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(last->rows[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool last_is_at(const struct last_sign_ins *last, size_t place, const char *id)
{
    return place < last->count && strcmp(last->rows[place].id, id) == 0;
}

/* False if a line is not as they are written. */
static bool read_last_rows(struct last_sign_ins *last, char *text)
{
    for (char *line; (line = strsep(&text, "\n")) && *line; last->count++) {
        char *rest = line, *end;
        const char *id = strsep(&rest, " ");
        if (last->count == PEOPLE_MAX || !rest || !person_id_is(id) || last_place_of(last, id) < last->count)
            return false;
        struct last_row *row = &last->rows[last->count];
        strcpy(row->id, id);
        row->day = strtoll(rest, &end, 10);
        if (end == rest || *end || row->day < 0)
            return false;
    }
    return true;
}

static bool write_last_rows(const struct last_sign_ins *last)
{
    char *text = malloc(LAST_FILE_BYTES), *at = text;
    if (!text)
        return false;
    for (size_t i = 0; i < last->count; i++)
        at += snprintf(at, LAST_LINE_BYTES, "%s %lld\n", last->rows[i].id, last->rows[i].day);
    bool good = whole_file_write(last->path, text, (size_t)(at - text));
    free(text);
    return good;
}

struct last_sign_ins *last_sign_ins_open(const char *people_path, char *message, size_t message_size)
{
    size_t size;
    struct last_sign_ins *last = calloc(1, sizeof *last);
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
             "%.200s: %s. It says only when people last signed in. Mend it, or delete it and lose that",
             last->path, problem ? strerror(problem) : "this file is not as it was written");
    free(last);
    return NULL;
}

void last_sign_ins_close(struct last_sign_ins **last)
{
    free(*last);
    *last = NULL;
}

bool last_sign_in_note(struct last_sign_ins *last, const char *id, int64_t day)
{
    size_t place = last_place_of(last, id);
    struct last_row *row = &last->rows[place];
    bool is_known = last_is_at(last, place, id);
    if (is_known && row->day == day)
        return true;
    if (!is_known && last->count == PEOPLE_MAX)
        return false;
    if (!is_known) {
        memmove(row + 1, row, (last->count++ - place) * sizeof *row);
        strcpy(row->id, id);
    }
    row->day = day;
    return write_last_rows(last);
}

int64_t last_sign_in_day(const struct last_sign_ins *last, const char *id)
{
    size_t place = last_place_of(last, id);
    return last_is_at(last, place, id) ? last->rows[place].day : LAST_SIGN_IN_NEVER;
}
