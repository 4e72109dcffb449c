/* messages.c: see messages.h. */
#include "broker/shell/messages.h"

#include <string.h>

#include "broker/shell/confidential.h"
#include "broker/shell/inside.h"
#include "proto/wire/borrowed.h"

static enum case_side side_of_reader(const struct case_reader *reader)
{
    return reader->party == PARTY_SOURCE        ? SIDE_REFERRER
           : reader->party == PARTY_TEAM        ? SIDE_TEAM
           : reader->party == PARTY_COORDINATOR ? SIDE_COORDINATOR
                                                : SIDE_NONE;
}

/* Whether the reader is the one who sent it; coordinators answer for each other. */
static bool message_is_by(const struct waiting_message *message, enum case_side side, uint16_t slot)
{
    return message->from == side && (side != SIDE_TEAM || message->sender == slot);
}

static char *sender_words(const struct broker *b, const struct waiting_message *message)
{
    if (message->from == SIDE_COORDINATOR)
        return status_coordinator(b->state, b->directory, message->sender).name;
    if (message->from != SIDE_TEAM)
        return borrowed_text("");
    const struct policy_team *team = directory_team(b->directory, message->sender);
    return borrowed_text(team ? team->name : state_team(b->state, message->sender)->id);
}

/* Without the text if it cannot be opened: that there is a message is told all the same. */
static void message_open(struct broker *b, const struct referral *r, Concordat__V1__CaseMessage *message)
{
    struct seal_opened opened;
    if (confidential_open(b, (struct any_case){.open = r}, message->seq, SEAL_NOTE, &opened) != STORED_FOUND)
        return;
    char *text = arena_take(&b->stored_arena, opened.size + 1);
    if (!text)
        return;
    memcpy(text, opened.text, opened.size);
    text[opened.size] = '\0';
    message->text = text;
}

static void message_say(struct broker *b, const struct waiting_message *from,
                        Concordat__V1__CaseSide *unseen_by, Concordat__V1__CaseMessage *message)
{
    concordat__v1__case_message__init(message);
    message->seq = from->seq;
    message->at_ms = state_utc(b->state, from->at_ms);
    message->from = (Concordat__V1__CaseSide)from->from;
    message->sender = sender_words(b, from);
    message->unseen_by = unseen_by;
    for (int side = SIDE_REFERRER; side < SIDE_EVERYBODY; side++)
        if (from->unseen & side_bit((enum case_side)side))
            unseen_by[message->n_unseen_by++] = (Concordat__V1__CaseSide)side;
}

void messages_say_marks(struct broker *b, const struct referral *r, const struct case_reader *reader,
                        struct case_messages *messages, Concordat__V1__CaseStatus *status)
{
    enum case_side side = side_of_reader(reader);
    size_t count = 0;
    for (int i = 0; i < MESSAGES_UNSEEN_MAX && r->messages[i].seq; i++) {
        bool waits = referral_message_waits_for(r, &r->messages[i], side, reader->slot);
        if (!waits && !message_is_by(&r->messages[i], side, reader->slot))
            continue;
        message_say(b, &r->messages[i], messages->unseen_by[count], &messages->items[count]);
        messages->items[count].for_you = waits;
        messages->list[count] = &messages->items[count];
        count++;
    }
    status->n_messages = count;
    status->messages = messages->list;
}

void messages_say(struct broker *b, const struct referral *r, const struct case_reader *reader,
                  struct case_messages *messages, Concordat__V1__CaseStatus *status)
{
    messages_say_marks(b, r, reader, messages, status);
    for (size_t i = 0; i < status->n_messages; i++)
        message_open(b, r, status->messages[i]);
}

const char *messages_fault(const Concordat__V1__Request *request, enum refusal refusal)
{
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_SEND_MESSAGE)
        return NULL;
    if (refusal == REFUSAL_WRONG_STATE)
        return "No team has this case or is asked about it, so nobody was told. Write to the coordinator or the "
               "referrer, or ring who holds it.";
    if (refusal == REFUSAL_BAD_VALUE)
        return "A message says to whom it is, and has words. Nothing was sent: message CASE TO WORDS.";
    return NULL;
}
