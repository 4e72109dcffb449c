/* verify_kept.c: see verify_kept.h. */
#include "services/audit/verify_kept.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/audit/kept_file.h"

static const char ending[] = "verified";

bool verify_keep(const char *trail_path, const json_t *verdict, int64_t at_ms, char *why, size_t why_size)
{
    char at[TIME_TEXT_BYTES];
    words_time(at_ms, at);
    json_t *kept =
        json_pack("{s:s, s:O, s:O, s:O, s:O}", "at", at, "event", json_object_get(verdict, "events"), "chain",
                  json_object_get(verdict, "chain"), "holds", json_object_get(verdict, "verified"),
                  "findings", json_object_get(verdict, "finding_count"));
    bool written = kept && kept_file_write(trail_path, ending, kept);
    if (!written)
        snprintf(why, why_size, "the verdict cannot be kept beside the trail: %s; no report will know of it",
                 kept ? strerror(errno) : "out of memory");
    json_decref(kept);
    return written;
}

json_t *verify_kept(const char *trail_path)
{
    json_t *kept = kept_file_read(trail_path, ending);
    if (json_is_string(json_object_get(kept, "at")) && json_is_integer(json_object_get(kept, "event")) &&
        json_is_string(json_object_get(kept, "chain")) && json_is_boolean(json_object_get(kept, "holds")) &&
        json_is_integer(json_object_get(kept, "findings")))
        return kept;
    json_decref(kept);
    return NULL;
}
