/* show_answer.c: answers in plain words: see show.h. */
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/late_sentence.h"
#include "services/desk/show.h"

typedef Concordat__V1__Answer answer_message;

static void show_saved(struct sheet *sheet, const answer_message *answer, const char *again)
{
    bool was_received = answer->status && answer->status->state != 0;
    sheet_headline(sheet, TONE_WAITING, "SAVED", "on the intake's disk, NOT YET with the router.%s", again);
    sheet_row(sheet, "Next",
              "The intake delivers it by itself as soon as the router answers; do not send it again.%s",
              was_received ? "" : " Until it says RECEIVED no team has been asked: if it cannot wait, ring.");
}

static void show_done(struct sheet *sheet, const answer_message *answer, bool receipt)
{
    const char *again = answer->repeated ? " It had been done before; nothing was done twice." : "";
    const char *number =
        answer->status && answer->status->number[0] != '\0' ? answer->status->number : "(no number yet)";
    if (answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED)
        show_saved(sheet, answer, again);
    else if (answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_UNOPENED)
        sheet_headline(sheet, TONE_WARNING, "NOT OPENED:", "nobody can read it, and nobody is coming.");
    else if (answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED && receipt)
        sheet_headline(sheet, TONE_GOOD, "RECEIVED", "by the router as %s.%s", number, again);
    else if (answer->key_remains)
        sheet_headline(sheet, TONE_WARNING,
                       "NOT GONE YET:", "the key to the texts is still on the router's disk.");
    else
        sheet_headline(sheet, TONE_GOOD, "DONE", "%s", again);
}

/* An intake has it, and the router did not take it: nothing delivers it any more. */
static bool show_is_not_taken(const answer_message *answer)
{
    return answer->done && answer->refusal != CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED && answer->status &&
           answer->status->state == CONCORDAT__V1__STATE__STATE_UNSPECIFIED;
}

static void show_how_it_went(struct sheet *sheet, const answer_message *answer, const struct showing *showing)
{
    char refusal[WORDS_MAX];
    if (show_is_not_taken(answer))
        sheet_headline(sheet, TONE_WARNING, "NOT TAKEN",
                       "by the router: nobody holds it, and nobody is coming.");
    else if (answer->done && !(showing->only_read && !answer->receipt))
        show_done(sheet, answer, showing->receipt);
    else if (!answer->done)
        sheet_headline(sheet, TONE_WARNING, "NOT DONE:", "%s",
                       words_for(&concordat__v1__refusal__descriptor, (int)answer->refusal, refusal));
    sheet_row(sheet, answer->done ? "Note" : "Reason", "%s", answer->text);
}

void show_answer(struct sheet *sheet, const answer_message *answer, const struct showing *showing)
{
    char flags[SHOW_FLAGS_BYTES], late[LATE_SENTENCE_BYTES];
    bool only_saved = answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED ||
                      answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_UNOPENED ||
                      show_is_not_taken(answer);
    show_how_it_went(sheet, answer, showing);
    if (late_sentence(answer, late))
        sheet_row(sheet, "Late", "%s", late);
    if (answer->before_receipt)
        sheet_row(
            sheet, "Noted",
            "This contact was before the referral came. It is recorded and counted apart; the clock runs on.");
    show_flags(answer->flags, answer->n_flags, flags);
    if (flags[0] != '\0')
        sheet_row(sheet, "Noted", "%s. None of this holds it up.", flags);
    if (answer->covered)
        show_covered(sheet, answer->covered, answer->seq != 0, showing);
    if (answer->status && !only_saved && answer->status->referral.len > 0)
        show_status(sheet, answer->status, showing);
    else if (answer->status) /* no case, or none that is with the router: only whom to ring */
        show_whom_to_ring(sheet, answer->status, showing);
    else if (!answer->done || only_saved)
        sheet_row(sheet, "Ring", "%s, if a person is waiting", show_fallback_ring(showing->ring));
}

void show_received(struct sheet *sheet, const Concordat__V1__CaseStatus *status,
                   const struct showing *showing)
{
    struct showing as_receipt = *showing;
    answer_message answer = CONCORDAT__V1__ANSWER__INIT;
    as_receipt.receipt = true;
    answer.done = true;
    answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED;
    answer.status = (Concordat__V1__CaseStatus *)status;
    show_answer(sheet, &answer, &as_receipt);
}

const char *show_answer_note(const answer_message *answer, const char *team)
{
    bool by_us = !answer->done && answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_ALREADY_ACCEPTED &&
                 answer->status && strcmp(answer->status->owner, team) == 0;
    return by_us ? show_offer_end(CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED) : "";
}

/* "R-0412 is accepted, held by Northmoor Crisis Team, ring 01632 960101" */
static void held_words(const Concordat__V1__CaseStatus *status, char *out, size_t size)
{
    char state[WORDS_MAX];
    snprintf(out, size, "%s is %s, held by %s, ring %s", status->number,
             words_for(&concordat__v1__state__descriptor, (int)status->state, state),
             status->owner_name[0] != '\0' ? status->owner_name : "nobody",
             status->ring[0] != '\0' ? status->ring : status->coordinator_ring);
}

void show_answer_line(struct sheet *sheet, const char *command, const answer_message *answer,
                      const char *team)
{
    char refusal[WORDS_MAX] = "", held[400] = "", late[LATE_SENTENCE_BYTES];
    const char *note = show_answer_note(answer, team);
    if (note[0] == '\0' && late_sentence(answer, late))
        note = late;
    if (!answer->done)
        words_for(&concordat__v1__refusal__descriptor, (int)answer->refusal, refusal);
    if (answer->status)
        held_words(answer->status, held, sizeof held);
    sheet_sentence(sheet, "%s: %s%s%s%s%s%s%s%s", command, answer->done ? "done" : "NOT DONE, ", refusal,
                   answer->text[0] != '\0' ? "; " : "", answer->text, note[0] != '\0' ? "; " : "", note,
                   held[0] != '\0' ? "; " : "", held);
}
