/* verify.h: whether a trail proves itself: nothing altered, dropped, added or reordered, everybody owned,
 * every event one that follows by the router's own rules, and no alarm of the follower's in it. */
#ifndef CONCORDAT_VERIFY_H
#define CONCORDAT_VERIFY_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { VERIFY_HOLDS = 0, VERIFY_FINDINGS = 1, VERIFY_FAILED = 111 };

/* Verifies the trail at trail_path: *verdict gets what --json prints, for the caller to json_decref. While it
 * works it says how far it is on standard error, if that is a terminal. Starts concordat-replay
 * (verify_replay.h); if that is not installed the verdict says so, and holds or not by the other checks. The
 * verdict is kept beside the trail (verify_kept.h); if it cannot be, it says so in "not_kept". Once
 * *stop is true (NULL: nobody stops it) it is given up. VERIFY_HOLDS; VERIFY_FINDINGS if anything is wrong
 * with the trail; VERIFY_FAILED with a message and no verdict if it could not be read or was given up. Any
 * thread, one at a time. */
int verify_ask(const char *trail_path, const atomic_bool *stop, json_t **verdict, char *message,
               size_t message_size);

/* Verifies, and prints the verdict with its counts, as text or as JSON. */
int verify_run(const char *trail_path, FILE *out, bool json, char *message, size_t message_size);

#endif
