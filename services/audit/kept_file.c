/* kept_file.c: see kept_file.h. */
#include "services/audit/kept_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void name_kept(const char *trail_path, const char *ending, const char *made, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s.%s%s", trail_path, ending, made);
}

bool kept_file_write(const char *trail_path, const char *ending, const json_t *kept)
{
    char path[PATH_MAX], made[PATH_MAX];
    name_kept(trail_path, ending, "", path);
    name_kept(trail_path, ending, ".XXXXXX", made);
    int file = mkstemp(made);
    FILE *out = file >= 0 ? fdopen(file, "w") : NULL;
    if (!out)
        return false;
    bool written = json_dumpf(kept, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;
    written = fclose(out) == 0 && written;
    if (written && rename(made, path) == 0)
        return true;
    int problem = errno;
    unlink(made);
    errno = problem;
    return false;
}

json_t *kept_file_read(const char *trail_path, const char *ending)
{
    char path[PATH_MAX];
    name_kept(trail_path, ending, "", path);
    return json_load_file(path, 0, NULL);
}
