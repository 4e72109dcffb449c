/* undoing.c: see undoing.h. */
#include "broker/shell/undoing.h"

#include <stdio.h>

#include "broker/shell/inside.h"

/* Words that follow the number of the case, and whether they end with how to refer again. */
static const struct undoing_words {
    enum refusal refusal;
    const char *words;
    bool refer_again;
} undoing_faults[] = {
    {REFUSAL_WRONG_STATE,
     "has not ended, so there is nothing to reopen. Nothing was changed; see who holds it.", false},
    {REFUSAL_BAD_VALUE,
     "stays as it was. Say in a few words why its end was wrong, and nothing that names the person.", false},
    {REFUSAL_ENDED_BY_OTHERS,
     "was ended by somebody else, and stays so. They can reopen it, and so can the coordinator: ring them.",
     true},
    {REFUSAL_CASE_CLOSED, "stays as it is, because the time to reopen it is over.", true},
};
static const struct undoing_words erased_words = {REFUSAL_CASE_CLOSED,
                                                  "stays as it is, because its texts were erased.", true};

const char *undoing_fault(const struct broker *b, const Concordat__V1__Request *request, enum refusal refusal,
                          const uint8_t *referral, char text[UNDOING_WORDS_BYTES])
{
    char number[NUMBER_TEXT_BYTES];
    const struct undoing_words *said = NULL;
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_REOPEN || !referral)
        return NULL;
    const struct any_case of = state_case(b->state, referral);
    for (size_t i = 0; i < sizeof undoing_faults / sizeof *undoing_faults; i++)
        if (undoing_faults[i].refusal == refusal)
            said = &undoing_faults[i];
    if (!said || (!of.open && !of.ended))
        return NULL;
    if (refusal == REFUSAL_CASE_CLOSED && of.ended && of.ended->erased_ms)
        said = &erased_words;
    words_number(of.open ? of.open->number : of.ended->number, of.open ? of.open->drill : of.ended->drill,
                 number);
    const char *again =
        said->refer_again ? " If help is asked for now, refer again, and say that it follows " : "";
    snprintf(text, UNDOING_WORDS_BYTES, "%s %s%s%s%s", number, said->words, again,
             said->refer_again ? number : "", said->refer_again ? "." : "");
    return text;
}
