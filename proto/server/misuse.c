/* misuse.c: counts complaints about a key, and bars it. */
#include "proto/server/misuse.h"

bool misuse_note(struct misuse *misuse, int64_t now_ms)
{
    if (misuse->forgotten_ms < now_ms)
        misuse->forgotten_ms = now_ms;
    misuse->forgotten_ms += MISUSE_ALLOWED_EACH_MS;
    if (misuse->forgotten_ms - now_ms <= (int64_t)MISUSE_ALLOWED_AT_ONCE * MISUSE_ALLOWED_EACH_MS)
        return false;
    atomic_store(&misuse->barred_until_ms, now_ms + MISUSE_BARRED_MS);
    return true;
}

bool misuse_is_barred(const struct misuse *misuse, int64_t now_ms)
{
    return now_ms < atomic_load(&misuse->barred_until_ms);
}

void misuse_copy(struct misuse *to, const struct misuse *from)
{
    to->forgotten_ms = from->forgotten_ms;
    to->told = from->told;
    atomic_store(&to->barred_until_ms, atomic_load(&from->barred_until_ms));
}
