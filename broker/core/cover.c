/* cover.c: whose cases a coordinator sees. */
#include "broker/core/cover.h"

const struct cover *cover_find(const struct state *state, uint16_t coordinator, uint16_t area)
{
    const struct cover_key key = {coordinator, area};
    if (state->covers.count == 0)
        return NULL; /* as on most days */
    uint32_t row = index_find(&state->cover_by_key, &state->covers, &key);
    return row == ROW_NONE ? NULL : table_row(&state->covers, row);
}

bool cover_is_live(const struct cover *cover, int64_t now_ms)
{
    return cover && now_ms < cover->until_ms;
}

bool cover_shows_case(const struct state *state, const struct directory *directory, uint16_t coordinator,
                      struct any_case of, int64_t now_ms)
{
    if (!of.open && !of.ended)
        return false;
    uint16_t area = of.open ? of.open->facts.area : of.ended->area;
    return coordinator == (of.open ? of.open->coordinator : of.ended->coordinator) ||
           coordinator == directory_coordinator_slot(directory, area) ||
           (of.open && referral_was_escalated_to(of.open, coordinator)) ||
           cover_is_live(cover_find(state, coordinator, area), now_ms);
}
