/* kept_file.c: see kept_file.h. */
#include "services/audit/kept_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void name_kept(const char *trail_path, const char *ending, const char *made, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s.%s%s", trail_path, ending, made);
}

/* The file is for whom the trail is: root may look at another user's. */
static bool give_as_trail(int file, const char *trail_path)
{
    struct stat about;
    return stat(trail_path, &about) == 0 &&
           (geteuid() != 0 || fchown(file, about.st_uid, about.st_gid) == 0) &&
           fchmod(file, about.st_mode & (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP)) == 0;
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
    bool written = give_as_trail(file, trail_path) && json_dumpf(kept, out, JSON_INDENT(2)) == 0 &&
                   fputc('\n', out) != EOF;
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
