/* seldom.h: how often something may be told: once in SELDOM_MS, with how often it has happened since. */
#ifndef CONCORDAT_SELDOM_H
#define CONCORDAT_SELDOM_H

#include <stdint.h>

#include "proto/server/limits.h"

/* All zero at first. One thread. */
struct seldom {
    int64_t next_ms; /* when it may be told again, by the monotonic clock */
    unsigned untold;
};

/* It has happened once more. Returns how many are to be told of now, this one included, or 0 for none. */
unsigned seldom_count(struct seldom *seldom, int64_t now_ms);

#endif
