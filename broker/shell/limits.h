/* limits.h: every bound of the shell, with its reason. What a region may choose stands in its policy
 * (core/policy.h). */
#ifndef CONCORDAT_SHELL_LIMITS_H
#define CONCORDAT_SHELL_LIMITS_H

enum {
    FEED_EVENTS_MAX = 500, /* in one Feed, which a follower checks as a whole before it asks for more */
    /* What one turn packs of feeds before others have theirs. To read, pack and encrypt so much takes a few
     * milliseconds, and everybody waits for them. */
    FEED_TURN_BYTES_MAX = 512 * 1024
};

#endif
