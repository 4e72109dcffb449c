/* late_sentence.c: a sentence for each state that a late answer can find a case in: see late_sentence.h. */
#include "services/desk/late_sentence.h"

#include <stdio.h>

#include "services/desk/next_sentence.h"

/* Before and after the name of who holds the case; a sentence without a name stands in `before` alone. */
static const struct {
    const char *before, *after; /* after NULL: no name */
} late_sentences[] = {
    [CONCORDAT__V1__STATE__STATE_OFFERED] = {"", " is asked now, and has not answered yet."},
    [CONCORDAT__V1__STATE__STATE_HELD] = {"No team has it; the duty coordinator decides what comes next.",
                                          NULL},
    [CONCORDAT__V1__STATE__STATE_TAKEN] = {"The duty coordinator has it in hand now.", NULL},
    [CONCORDAT__V1__STATE__STATE_ACCEPTED] = {"It is with ", " now."},
    [CONCORDAT__V1__STATE__STATE_TRAVELLING] = {"It is with ", " now, who are on their way."},
    [CONCORDAT__V1__STATE__STATE_ARRIVED] = {"It is with ", " now, who are with the person."},
    [CONCORDAT__V1__STATE__STATE_IN_CONTACT] = {"It is with ", " now, who are with the person."},
    [CONCORDAT__V1__STATE__STATE_MISSING] =
        {"Nobody knows where the person is; the duty coordinator has the case.", NULL},
};

static bool is_late_refusal(const Concordat__V1__Answer *answer)
{
    return !answer->done && (answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_OFFER_ENDED ||
                             answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_ALREADY_ACCEPTED);
}

bool late_sentence(const Concordat__V1__Answer *answer, char out[LATE_SENTENCE_BYTES])
{
    const Concordat__V1__CaseStatus *status = answer->status;
    out[0] = '\0';
    if (answer->done && answer->late)
        return snprintf(out, LATE_SENTENCE_BYTES,
                        "The time to answer had ended, but nobody had the case: it is yours.") > 0;
    if (!is_late_refusal(answer) || !status ||
        (size_t)status->state >= sizeof late_sentences / sizeof *late_sentences ||
        !late_sentences[status->state].before)
        return false;
    const char *after = late_sentences[status->state].after;
    snprintf(out, LATE_SENTENCE_BYTES, "%s%s%s Still wanted? Ring %s (%s).",
             late_sentences[status->state].before, after ? next_holder(status) : "", after ? after : "",
             status->coordinator_ring,
             status->coordinator_name[0] != '\0' ? status->coordinator_name : "duty coordinator");
    return true;
}
