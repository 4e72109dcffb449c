/* verify_kept.h: the latest verdict on a trail, kept in a file beside it (trail.db.verified), so that each
 * report of the trail can say how far it was verified. Any thread. */
#ifndef CONCORDAT_VERIFY_KEPT_H
#define CONCORDAT_VERIFY_KEPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps a verdict of verify_ask that was made at that time, in the place of the one before. False, with `why`
 * for a person, if it cannot be written. */
bool verify_keep(const char *trail_path, const json_t *verdict, int64_t at_ms, char *why, size_t why_size);

/* The verdict that is kept, for the caller to json_decref: {"at": a time, "event": up to which event,
 * "chain": its chain value, "holds": whether it held, "findings": how many}. NULL: none, or none that can be
 * read. */
json_t *verify_kept(const char *trail_path);

#endif
