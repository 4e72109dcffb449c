/* lists.c: what was found of a team, as messages have it. */
#include <assert.h>

#include "broker/core/match.h"
#include "broker/record/record.h"
#include "proto/wire/borrowed.h"

size_t record_differences(uint8_t differs, Concordat__V1__Consideration list[RECORD_DIFFERENCES_MAX])
{
    static_assert((int)RECORD_DIFFERENCES_MAX == (int)DIFFERENCES, "a list has room for all");
    size_t count = 0;
    for (int i = DIFFERENCES - 1; i >= 0; i--)
        if (differs & 1u << i)
            list[count++] = (Concordat__V1__Consideration)match_differences[i];
    return count;
}

uint8_t record_differences_of(size_t count, const Concordat__V1__Consideration *list)
{
    uint8_t differs = 0;
    for (size_t i = 0; i < count; i++)
        for (int bit = 0; bit < DIFFERENCES; bit++)
            if ((int)list[i] == (int)match_differences[bit])
                differs |= (uint8_t)(1u << bit);
    return differs;
}

void record_considered(const struct considered *from, const struct state *state,
                       Concordat__V1__Considered *to)
{
    concordat__v1__considered__init(to);
    to->team = borrowed_text(state_team(state, from->team)->id);
    to->finding = (Concordat__V1__Consideration)from->finding;
    to->rung = from->rung;
    to->times_asked = from->times_asked;
    to->free_places = from->free_places;
    to->capacity_known = from->capacity_known;
    to->capacity_age_minutes = from->capacity_age_minutes;
    to->load = from->load;
}
