/* detention_fault.c: in words, what an entry in the history of a detention lacks. */
#include "broker/shell/detention_fault.h"

#include <stddef.h>

/* What each step needs, as decide_detention.c asks for it. */
static const struct {
    Concordat__V1__DetentionStep step;
    const char *words;
} needs[] = {
    {CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_EXTENDED,
     "An extension says for how long it is. Nothing was recorded; say how long, the reason and who decided it."},
    {CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_CORRECTED,
     "A later arrival needs two different people and a few words why. Nothing was recorded; say all three."},
    {CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED,
     "No interview by an AMHP is recorded, or it does not say how the detention ended. Nothing was recorded; "
     "record the interview, or say how it ended and why no AMHP came. That nobody was detained needs two people and a "
     "note."},
};

const char *detention_fault(const Concordat__V1__Request *request, enum refusal refusal)
{
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_RECORD_DETENTION ||
        refusal != REFUSAL_BAD_VALUE)
        return NULL;
    const Concordat__V1__RecordDetention *entry = request->record_detention;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (needs[i].step == entry->step)
            return needs[i].words;
    return NULL;
}
