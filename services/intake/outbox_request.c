/* outbox_request.c: see outbox_request.h. */
#include "services/intake/outbox_request.h"

#include <stddef.h>

#include "proto/wire/borrowed.h"

#define WORDS(name, type, field)                                                                             \
    {                                                                                                        \
        CONCORDAT__V1__REQUEST__COMMAND_##name, offsetof(Concordat__V1__##type, field)                       \
    }

/* The commands, but for a Submit and an Update, in which a person types something. */
static const struct request_words {
    Concordat__V1__Request__CommandCase command;
    size_t words; /* offset of what was typed, in the command */
} requests_words[] = {
    WORDS(WITHDRAW, Withdraw, reason),
    WORDS(REOPEN, Reopen, reason),
    WORDS(RECORD_DETENTION, RecordDetention, note),
    WORDS(SEND_MESSAGE, SendMessage, text),
    WORDS(ASK_BESIDE, AskBeside, note),
    WORDS(ANSWER_BESIDE, AnswerBeside, note),
    WORDS(REPORT_MISSING, ReportMissing, note),
    WORDS(REPORT_FOUND, ReportFound, note),
};

/* The text that a person typed in the command, to be replaced; NULL if nothing is typed in it. */
static char **request_words_of(const Concordat__V1__Request *request)
{
    /* All commands are pointers to a message, so that one member of the union stands for each. */
    for (size_t i = 0; i < sizeof requests_words / sizeof *requests_words; i++)
        if (requests_words[i].command == request->command_case)
            return (char **)((char *)request->withdraw + requests_words[i].words);
    return NULL;
}

struct outbox_parts outbox_parts(const Concordat__V1__Request *request)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        return (struct outbox_parts){request->submit->referral, request->submit->confidential};
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        return (struct outbox_parts){request->update->referral, request->update->confidential};
    return (struct outbox_parts){NULL, NULL};
}

bool outbox_take_out(Concordat__V1__Request *request)
{
    char **words = request_words_of(request);
    bool had = outbox_parts(request).confidential;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        request->submit->confidential = NULL;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        request->update->confidential = NULL;
    if (words) {
        had = **words;
        *words = borrowed_text("");
    }
    return had;
}
