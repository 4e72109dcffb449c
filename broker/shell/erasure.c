/* erasure.c: see erasure.h. */
#include "broker/shell/erasure.h"

#include <stdio.h>
#include <time.h>

#include "broker/core/erasure.h"
#include "broker/shell/inside.h"
#include "proto/words/london.h"

const char erasure_key_remains[] =
    "The case is erased, and its texts are shown to nobody. The router's disk is full, so the key to the texts is "
    "still on it. Make room on the disk, then erase the case again or restart the router: either overwrites the key.";

static const struct {
    Concordat__V1__Request__CommandCase command;
    enum refusal refusal;
    const char *words;
} faults[] = {
    {CONCORDAT__V1__REQUEST__COMMAND_ERASE, REFUSAL_BAD_VALUE,
     "To erase needs a reason and two different people: the one at the keyboard and a second. Nothing was erased; say who you are, and ask a second person to answer for it with you."},
    {CONCORDAT__V1__REQUEST__COMMAND_ERASE, REFUSAL_WRONG_STATE,
     "This case is still open, and only a case that has ended can be erased. Nothing was erased."},
    {CONCORDAT__V1__REQUEST__COMMAND_ERASE, REFUSAL_ON_HOLD,
     "A hold keeps this case from being erased. Nothing was erased; the hold can be lifted when its reason has "
     "gone."},
    {CONCORDAT__V1__REQUEST__COMMAND_SET_HOLD, REFUSAL_BAD_VALUE,
     "A hold is set and lifted by a person, for a reason. Nothing was changed; say who you are, and why."},
    {CONCORDAT__V1__REQUEST__COMMAND_SET_HOLD, REFUSAL_WRONG_STATE,
     "This case has been erased, so there is nothing that a hold could keep. Nothing was changed."},
};

/* By the clock in London, to the minute: the first minute in which it can be done. */
static const char *too_early(const struct broker *b, const struct ended_case *ended, enum erase_reason reason,
                             char text[ERASURE_WORDS_BYTES])
{
    int64_t from_ms = state_utc(b->state, erasure_from_ms(b->directory->policy, ended, reason));
    time_t seconds = (time_t)((from_ms + london_offset_ms(from_ms) + 59999) / 60000 * 60);
    struct tm from = {0};
    char date[40];
    gmtime_r(&seconds, &from);
    strftime(date, sizeof date, "%d %B %Y %H:%M", &from);
    snprintf(text, ERASURE_WORDS_BYTES,
             "This case must still be kept: for this reason it can be erased from %s on. Nothing was erased.",
             date);
    return text;
}

const char *erasure_fault(const struct broker *b, const Concordat__V1__Request *request, enum refusal refusal,
                          const uint8_t *referral, char text[ERASURE_WORDS_BYTES])
{
    if (refusal == REFUSAL_TOO_EARLY && referral)
        return too_early(b, state_ended(b->state, referral), (enum erase_reason)request->erase->reason, text);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].command == request->command_case && faults[i].refusal == refusal)
            return faults[i].words;
    return NULL;
}
