/* glass.c: "break glass": a coordinator reads a record beyond their areas, on purpose. */
#include "broker/core/glass.h"

#include <string.h>

#include "broker/core/cover.h"

static bool read_within(const struct glass_read *read, int64_t now_ms, int64_t within_ms)
{
    return read->seq && now_ms - read->at_ms < within_ms;
}

bool glass_is_left(const struct state *state, uint16_t coordinator, int64_t now_ms)
{
    const struct coordinator *reader = state_coordinator(state, coordinator);
    return !read_within(&reader->reads[BREAK_GLASS_MAX - 1], now_ms, BREAK_GLASS_MS);
}

const struct glass_read *glass_find(const struct state *state, uint16_t coordinator, const uint8_t *referral,
                                    int64_t now_ms)
{
    const struct coordinator *reader = state_coordinator(state, coordinator);
    for (int i = 0; i < BREAK_GLASS_MAX; i++)
        if (read_within(&reader->reads[i], now_ms, BREAK_GLASS_MS) &&
            memcmp(reader->reads[i].referral, referral, ID_BYTES) == 0)
            return &reader->reads[i];
    return NULL;
}

bool glass_concerns(const struct state *state, const struct directory *directory, uint16_t coordinator,
                    uint16_t reader, const struct glass_read *read, int64_t now_ms)
{
    return read_within(read, now_ms, BREAK_GLASS_TOLD_MS) &&
           (coordinator == reader ||
            cover_shows_case(state, directory, coordinator, state_case(state, read->referral), now_ms));
}
