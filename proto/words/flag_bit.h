/* flag_bit.h: a set of flags as one number, in which bit N stands for the flag N of codes.proto. */
#ifndef CONCORDAT_WORDS_FLAG_BIT_H
#define CONCORDAT_WORDS_FLAG_BIT_H

#include <stdint.h>

enum { FLAG_BITS = 64 };

/* 0 for a number that no set can hold, such as an unknown flag of another program. */
static inline uint64_t flag_bit(unsigned flag)
{
    return flag < FLAG_BITS ? UINT64_C(1) << flag : 0;
}

#endif
