/* seldom.c: see seldom.h. */
#include "proto/server/seldom.h"

unsigned seldom_count(struct seldom *seldom, int64_t now_ms)
{
    unsigned count = ++seldom->untold;
    if (now_ms < seldom->next_ms)
        return 0;
    *seldom = (struct seldom){.next_ms = now_ms + SELDOM_MS};
    return count;
}
