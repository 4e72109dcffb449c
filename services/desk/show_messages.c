/* show_messages.c: what those who work on a case wrote to each other and have not all seen: see show.h. */
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__CaseMessage case_message;

enum { UNSEEN_BYTES = 120 };

static const char *message_sender(const case_message *message)
{
    return message->sender[0] != '\0' ? message->sender : "the referrer";
}

/* How to read a message whose words are not here. */
static void message_can(struct sheet *sheet, const char *number, const case_message *message)
{
    if (message->text[0] == '\0')
        sheet_can(sheet, number, (struct sheet_act){.name = "show", .typed = "REASON"});
}

static const char *message_words(const case_message *message)
{
    return message->text[0] != '\0' ? message->text : "its words are in the record";
}

/* "referrer, team" */
static const char *message_unseen(const case_message *message, char out[UNSEEN_BYTES])
{
    char word[WORDS_MAX];
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < message->n_unseen_by && used < UNSEEN_BYTES; i++)
        used += (size_t)snprintf(
            out + used, UNSEEN_BYTES - used, "%s%s", used > 0 ? ", " : "",
            words_for(&concordat__v1__case_side__descriptor, (int)message->unseen_by[i], word));
    return out;
}

void show_messages(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char at[TIME_WORDS_BYTES], unseen[UNSEEN_BYTES];
    bool waits = false;
    for (size_t i = 0; i < status->n_messages; i++) {
        const case_message *message = status->messages[i];
        time_words_clock(message->at_ms, now_ms, at);
        waits |= message->for_you;
        sheet_row(sheet, "Message", "%s, from %s: %.200s%s%s%s", at, message_sender(message),
                  message_words(message), message->for_you ? "" : " (not seen yet by: ",
                  message->for_you ? "" : message_unseen(message, unseen), message->for_you ? "" : ")");
        message_can(sheet, status->number, message);
    }
    if (!waits)
        return;
    sheet_row(sheet, "Seen?", "when you have seen it, say so");
    sheet_can(sheet, status->number, (struct sheet_act){.name = "saw", .typed = ""});
}

void show_messages_line(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char at[TIME_WORDS_BYTES];
    for (size_t i = 0; i < status->n_messages; i++) {
        if (!status->messages[i]->for_you)
            continue;
        time_words_clock(status->messages[i]->at_ms, now_ms, at);
        sheet_headline(sheet, TONE_WARNING, status->number, "message at %s from %s: %.200s", at,
                       message_sender(status->messages[i]), message_words(status->messages[i]));
        message_can(sheet, status->number, status->messages[i]);
    }
}

void show_waiting_messages(struct sheet *sheet, const Concordat__V1__Board *board)
{
    for (size_t i = 0; i < board->n_cases; i++) {
        const Concordat__V1__CaseStatus *status = board->cases[i];
        bool waits = false;
        for (size_t at = 0; at < status->n_messages; at++)
            waits |= status->messages[at]->for_you;
        if (!waits)
            continue;
        sheet_sentence(sheet, "%s has a message to you. Read it, and then say that you saw it",
                       status->number);
        sheet_can(sheet, status->number, (struct sheet_act){.name = "show", .typed = "REASON"});
    }
}
