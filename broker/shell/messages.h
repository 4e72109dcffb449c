/* messages.h: what those who work on a case wrote to each other and have not all seen, beside its status.
 *
 * The state knows which events have them, and who has not seen them. Each side of a case is shown those that
 * it sent and those that are to it, with their texts, which are opened for it.
 */
#ifndef CONCORDAT_MESSAGES_H
#define CONCORDAT_MESSAGES_H

#include "broker/core/command.h"
#include "broker/core/state.h"
#include "proto/wire/wire.h"

struct broker;

/* Whom a status is for. */
struct case_reader {
    enum party party;
    uint16_t slot; /* of the team; of no other it matters */
};

/* The messages that a status needs room for. */
struct case_messages {
    Concordat__V1__CaseMessage items[MESSAGES_UNSEEN_MAX];
    Concordat__V1__CaseMessage *list[MESSAGES_UNSEEN_MAX];
    Concordat__V1__CaseSide unseen_by[MESSAGES_UNSEEN_MAX][SIDE_EVERYBODY];
};

/* Whether a case has messages that were not seen. */
static inline bool messages_wait(struct any_case of)
{
    return of.open && of.open->messages[0].seq;
}

/* Adds the reader's messages to a status. Texts lie in stored_arena. */
void messages_say(struct broker *broker, const struct referral *referral, const struct case_reader *reader,
                  struct case_messages *messages, Concordat__V1__CaseStatus *status);
/* The same without their texts. */
void messages_say_marks(struct broker *broker, const struct referral *referral,
                        const struct case_reader *reader, struct case_messages *messages,
                        Concordat__V1__CaseStatus *status);
/* Why a message is refused, in words; NULL: the refusal says it. */
const char *messages_fault(const Concordat__V1__Request *request, enum refusal refusal);

#endif
