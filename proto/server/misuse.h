/* misuse.h: who sends again and again what cannot be read, or asks and does not read the answers, is kept out
 * for a while.
 *
 * Each such message takes the time of whoever reads for everybody. A client that means well sends none, or a
 * few after an update that was made on one side only; so a number of them is borne, and one more each
 * MISUSE_BORNE_EACH_MS. Beyond that the key is barred for MISUSE_BARRED_MS: its connections are cut and it is
 * not admitted again before. Times are of a monotonic clock.
 */
#ifndef CONCORDAT_MISUSE_H
#define CONCORDAT_MISUSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MISUSE_BORNE_AT_ONCE = 32, MISUSE_BORNE_EACH_MS = 1000, MISUSE_BARRED_MS = 10 * 1000 };

/* Of one key; begins with zeros. Any thread may ask whether it is barred; one thread notes. */
struct misuse {
    int64_t borne_ms; /* until then what was sent takes to be borne */
    atomic_int_least64_t barred_until_ms;
};

/* One more such message. True where it was one too many: the key is barred from now on. */
bool misuse_note(struct misuse *misuse, int64_t now_ms);
bool misuse_is_barred(const struct misuse *misuse, int64_t now_ms);

#endif
