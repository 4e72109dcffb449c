/* taken.c: see taken.h. */
#include "services/gateway/taken.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/person_id.h"
#include "services/gateway/limits.h"
#include "services/gateway/onetime.h"
#include "services/gateway/whole_file.h"

enum { TAKEN_LINE_BYTES = PERSON_ID_CHARS_MAX + 24, TAKEN_FILE_BYTES = TAKEN_MAX * TAKEN_LINE_BYTES };

struct taken {
    char path[PATH_MAX];
    struct taken_row {
        char id[PERSON_ID_CHARS_MAX + 1];
        long long step;
    } rows[TAKEN_MAX];
    size_t count;
};

/* A code of a step before the last one is not among those that count. */
static void forget_old(struct taken *taken, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < taken->count; i++)
        if (taken->rows[i].step >= now_ms / ONETIME_STEP_MS - 1)
            taken->rows[kept++] = taken->rows[i];
    taken->count = kept;
}

/* False if a line is not as they are written. */
static bool read_rows(struct taken *taken, char *text)
{
    for (char *line; (line = strsep(&text, "\n")) && *line; taken->count++) {
        struct taken_row *row = &taken->rows[taken->count];
        char *rest = line, *end;
        const char *id = strsep(&rest, " ");
        if (taken->count == TAKEN_MAX || !rest || !person_id_is(id))
            return false;
        strcpy(row->id, id);
        row->step = strtoll(rest, &end, 10);
        if (end == rest || *end)
            return false;
    }
    return true;
}

static bool write_rows(const struct taken *taken)
{
    char *text = malloc(TAKEN_FILE_BYTES), *at = text;
    if (!text)
        return false;
    for (size_t i = 0; i < taken->count; i++)
        at += snprintf(at, TAKEN_LINE_BYTES, "%s %lld\n", taken->rows[i].id, taken->rows[i].step);
    bool good = whole_file_write(taken->path, text, (size_t)(at - text));
    free(text);
    return good;
}

struct taken *taken_open(const char *path, int64_t now_ms, char *message, size_t message_size)
{
    size_t size;
    struct taken *taken = calloc(1, sizeof *taken);
    char *text = whole_file_read(path, TAKEN_FILE_BYTES, &size);
    int problem = text ? 0 : errno;
    bool good = taken && snprintf(taken->path, sizeof taken->path, "%s", path) < PATH_MAX &&
                (text ? read_rows(taken, text) : problem == ENOENT);
    free(text);
    if (good) {
        forget_old(taken, now_ms);
        return taken;
    }
    snprintf(
        message, message_size,
        "%.200s: %s. It says which one-time codes were taken. Without it wait 90 seconds, then delete it",
        path, problem ? strerror(problem) : "this file is not as it was written");
    free(taken);
    return NULL;
}

void taken_close(struct taken **taken)
{
    free(*taken);
    *taken = NULL;
}

enum taken_status taken_take(struct taken *taken, const char *id, int64_t step, int64_t now_ms)
{
    forget_old(taken, now_ms);
    for (size_t i = 0; i < taken->count; i++)
        if (strcmp(taken->rows[i].id, id) == 0 && taken->rows[i].step >= step)
            return TAKEN_BEFORE;
    if (taken->count == TAKEN_MAX)
        return TAKEN_ENVIRONMENT;
    struct taken_row *row = &taken->rows[taken->count++];
    snprintf(row->id, sizeof row->id, "%s", id);
    row->step = step;
    /* If nobody knows whether it is on disk, it counts as taken here, and the person waits for the next code.
     */
    return write_rows(taken) ? TAKEN_NOW : TAKEN_ENVIRONMENT;
}
