/* desks_file.c: see desks_file.h. */
#include "services/gateway/desks_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r";

/* NULL, or what is wrong with the line, which it changes. */
static const char *read_desk_line(struct desks_file *file, char *line)
{
    char *rest = NULL;
    const char *key = strtok_r(line, blanks, &rest);
    if (!key || *key == '#')
        return NULL;
    const char *endpoint = strtok_r(NULL, blanks, &rest), *server_key = strtok_r(NULL, blanks, &rest);
    if ((endpoint && !server_key) || strtok_r(NULL, blanks, &rest))
        return "a line is KEYFILE, or KEYFILE ENDPOINT SERVERKEYFILE for a desk at an intake";
    if (file->count == DESKS_MAX)
        return "there are more desks than one gateway serves; start another";
    file->rows[file->count++] = (struct desks_file_row){key, endpoint, server_key};
    return NULL;
}

static char *desks_file_text(const char *path)
{
    FILE *opened = fopen(path, "re");
    char *text = opened ? calloc(1, DESKS_FILE_BYTES_MAX + 1) : NULL;
    size_t size = text ? fread(text, 1, DESKS_FILE_BYTES_MAX + 1, opened) : 0;
    if (text && (ferror(opened) || size > DESKS_FILE_BYTES_MAX)) {
        errno = ferror(opened) ? EIO : EFBIG;
        free(text);
        text = NULL;
    }
    if (opened)
        fclose(opened);
    return text;
}

int desks_file_read(struct desks_file *file, const char *path, char *message, size_t message_size)
{
    *file = (struct desks_file){.text = desks_file_text(path)};
    char *rest = file->text;
    if (!file->text) {
        snprintf(message, message_size, "%s: %s", path, strerror(errno));
        return -1;
    }
    for (unsigned number = 1; rest; number++) {
        const char *wrong = read_desk_line(file, strsep(&rest, "\n"));
        if (!wrong)
            continue;
        snprintf(message, message_size, "%s: line %u: %s", path, number, wrong);
        return -1;
    }
    if (file->count > 0)
        return 0;
    snprintf(message, message_size, "%s names no desk: write a line with a secret key file for each", path);
    return -1;
}

void desks_file_close(struct desks_file *file)
{
    free(file->text);
    *file = (struct desks_file){0};
}
