/* repeats.h: how fast what the router had acknowledged is sent to it again (outbox_kept.h).
 *
 * A repeat counts against the quota of this intake's key like anything else, and nobody who refers now is to
 * wait for it. So repeats take half of what a region's policy gives a key at first, of each class (the rest
 * is for people), and few are on their way at once. Times are monotonic, in ms. Pure.
 */
#ifndef CONCORDAT_INTAKE_REPEATS_H
#define CONCORDAT_INTAKE_REPEATS_H

#include "proto/server/token_bucket.h"
#include "proto/wire/wire.h"

enum {
    REPEATS_MAX = 4,              /* on their way */
    REPEATS_PAUSE_MS = 10 * 1000, /* after the router could not take one */
};

struct repeats {
    bool going;  /* there may be more to send again */
    int64_t row; /* how far the walk has come */
    bool found;  /* something was, in this round of it */
    int64_t not_before_ms;
    uint32_t sent, lost;
    struct token_bucket new_work, answers;
};

/* A run of the router that we have not met: everything is looked at from the first on. */
void repeats_begin(struct repeats *repeats);
/* The router could not take one. */
void repeats_pause(struct repeats *repeats, int64_t now_ms);
/* Whether one more may be sent, of those of which so many are on their way. */
bool repeats_may_go_on(const struct repeats *repeats, size_t on_their_way, int64_t now_ms);
/* Whether this command may be sent now. If so, it counts. */
bool repeats_take(struct repeats *repeats, const Concordat__V1__Request *request, int64_t now_ms);

#endif
