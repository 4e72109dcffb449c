/* verify_kept.c: see verify_kept.h. */
#include "services/audit/verify_kept.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/words.h"

static void name_kept(const char *trail_path, const char *ending, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s.verified%s", trail_path, ending);
}

/* A new file takes the place of the old one, so that no reader finds half of it. It is not synced: what a
 * power cut takes away is verified again. */
static bool write_kept(const char *trail_path, const json_t *kept)
{
    char path[PATH_MAX], made[PATH_MAX];
    name_kept(trail_path, "", path);
    name_kept(trail_path, ".XXXXXX", made);
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

bool verify_keep(const char *trail_path, const json_t *verdict, int64_t at_ms, char *why, size_t why_size)
{
    char at[TIME_TEXT_BYTES];
    words_time(at_ms, at);
    json_t *kept =
        json_pack("{s:s, s:O, s:O, s:O, s:O}", "at", at, "event", json_object_get(verdict, "events"), "chain",
                  json_object_get(verdict, "chain"), "holds", json_object_get(verdict, "verified"),
                  "findings", json_object_get(verdict, "finding_count"));
    bool written = kept && write_kept(trail_path, kept);
    if (!written)
        snprintf(why, why_size, "the verdict cannot be kept beside the trail: %s; no report will know of it",
                 kept ? strerror(errno) : "out of memory");
    json_decref(kept);
    return written;
}

json_t *verify_kept(const char *trail_path)
{
    char path[PATH_MAX];
    name_kept(trail_path, "", path);
    json_t *kept = json_load_file(path, 0, NULL);
    if (json_is_string(json_object_get(kept, "at")) && json_is_integer(json_object_get(kept, "event")) &&
        json_is_string(json_object_get(kept, "chain")) && json_is_boolean(json_object_get(kept, "holds")) &&
        json_is_integer(json_object_get(kept, "findings")))
        return kept;
    json_decref(kept);
    return NULL;
}
