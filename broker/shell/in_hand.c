/* in_hand.c: what a team that goes still has in hand: see in_hand.h. */
#include "broker/shell/in_hand.h"

#include <inttypes.h>
#include <stdio.h>

#include "broker/shell/inside.h"

enum { CASES_NAMED_MAX = 10 };

const char *in_hand_words(const struct broker *b, uint16_t team, char text[IN_HAND_BYTES])
{
    const struct team *gone = state_team(b->state, team);
    uint32_t cases = gone->people.cases + gone->drills.cases, named = 0;
    size_t used = (size_t)snprintf(text, IN_HAND_BYTES, "Your team still has ");
    if (!cases)
        return NULL;
    for (uint32_t row = 0; row < state_referral_rows(b->state) && named < CASES_NAMED_MAX; row++) {
        const struct referral *r = state_referral_row(b->state, row);
        char number[NUMBER_TEXT_BYTES];
        if (!referral_is_with_team(r) || r->team != team)
            continue;
        words_number(r->number, r->drill, number);
        used += (size_t)snprintf(text + used, IN_HAND_BYTES - used, "%s%s", named++ ? ", " : "", number);
    }
    if (cases > named)
        used += (size_t)snprintf(text + used, IN_HAND_BYTES - used, " and %" PRIu32 " more", cases - named);
    snprintf(text + used, IN_HAND_BYTES - used,
             ". Hand each over or give it back: nobody else knows that you have gone.");
    return text;
}
