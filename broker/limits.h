/* limits.h: every bound of the process itself, with its reason. */
#ifndef CONCORDAT_PROCESS_LIMITS_H
#define CONCORDAT_PROCESS_LIMITS_H

enum {
    REPLAY_FIRST_MS = 10 * 1000,           /* by then most peers have said hello again and caught up */
    REPLAY_EVERY_MS = 24 * 60 * 60 * 1000, /* it reads the whole ledger */
    REPLAY_LOOK_MS = 1000,                 /* nobody waits for its end */
    REPLAY_VERDICT_BYTES_MAX = 16 * 1024   /* ten times the longest; a pipe holds it until it is read */
};

#endif
