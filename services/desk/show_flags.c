/* show_flags.c: what was noted about a referral, in plain words: see show.h. */
#include <stdio.h>

#include "proto/words/words.h"
#include "services/desk/show.h"

void show_flags(const Concordat__V1__Flag *flags, size_t count, char out[SHOW_FLAGS_BYTES])
{
    size_t used = 0;
    char word[WORDS_MAX];
    out[0] = '\0';
    for (size_t i = 0; i < count && used < SHOW_FLAGS_BYTES; i++) {
        const char *flag = words_for(&concordat__v1__flag__descriptor, (int)flags[i], word);
        used += (size_t)snprintf(out + used, SHOW_FLAGS_BYTES - used, "%s%s", i > 0 ? ", " : "", flag);
    }
}
