/* packed_message.h: messages between those who work on a case, and that they were seen, as the messages that
 * the ledger keeps. */
#ifndef CONCORDAT_RECORD_PACKED_MESSAGE_H
#define CONCORDAT_RECORD_PACKED_MESSAGE_H

#include "broker/core/state.h"
#include "concordat/v1/event.pb-c.h"

/* The storage of one of them. */
struct packed_message {
    union {
        Concordat__V1__MessageSent sent;
        Concordat__V1__ChangesSeen seen;
        Concordat__V1__ShiftNoted shift;
    } is;
    Concordat__V1__CaseSide to[SIDE_EVERYBODY];
    Concordat__V1__ShiftCase cases[SHIFT_CASES_MAX], *case_list[SHIFT_CASES_MAX];
};

/* Fills the part, and lets the message borrow it. */
void message_pack(const struct event *event, const struct state *state, struct packed_message *part,
                  Concordat__V1__Event *message);

/* False if they name what the state does not know. */
bool message_read_sent(const Concordat__V1__MessageSent *message, const struct state *state,
                       struct event *event);
bool message_read_seen(const Concordat__V1__ChangesSeen *message, const struct state *state,
                       struct event *event);

bool shift_read(const Concordat__V1__ShiftNoted *message, const struct state *state, struct event *event);

#endif
