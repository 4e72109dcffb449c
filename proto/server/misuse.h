/* misuse.h: bars a key for a while if it keeps sending garbage, or keeps asking without reading the answers.
 *
 * Each such message takes time from the thread that reads for everybody. An honest client sends none, or a
 * few after an update of one side only; so MISUSE_ALLOWED_AT_ONCE of them are allowed, plus one more every
 * MISUSE_ALLOWED_EACH_MS. After that the key is barred for MISUSE_BARRED_MS: the server cuts its connections
 * and does not admit it. Times are monotonic.
 */
#ifndef CONCORDAT_MISUSE_H
#define CONCORDAT_MISUSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/server/seldom.h"

enum { MISUSE_ALLOWED_AT_ONCE = 32, MISUSE_ALLOWED_EACH_MS = 1000, MISUSE_BARRED_MS = 10 * 1000 };

/* The complaints about one key; all zero at first. One thread notes; any thread may ask if the key is barred.
 */
struct misuse {
    int64_t forgotten_ms; /* when all messages noted so far will be forgotten */
    atomic_int_least64_t barred_until_ms;
    struct seldom told; /* in the log, that the key is barred */
};

/* Notes one such message. Returns true if it was one too many: the key is barred from now on. */
bool misuse_note(struct misuse *misuse, int64_t now_ms);
bool misuse_is_barred(const struct misuse *misuse, int64_t now_ms);
void misuse_copy(struct misuse *to, const struct misuse *from);

#endif
