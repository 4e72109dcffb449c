/* history.h: the events of one case, found along the links between them, and what was typed with them.
 *
 * Each event of a case names the one before it (Event.previous), and the state knows the last. So the events
 * of a case are found without an index, which each event would have to pay for, and without looking through
 * anybody else's. What is found lies in stored_arena.
 */
#ifndef CONCORDAT_HISTORY_H
#define CONCORDAT_HISTORY_H

#include "broker/core/state.h"
#include "proto/wire/wire.h"

struct broker;

/* The last HISTORY_EVENTS_MAX events of a case, the oldest first, each with what was typed with it, if that
 * can be opened. They are fewer if they come to more than HISTORY_BYTES_MAX, or if one cannot be read.
 * Borrowed until stored_referral or this is called. */
struct history {
    size_t count, events_read;
    Concordat__V1__HistoryEntry **entries;
};
void history_find(struct broker *broker, struct any_case of, struct history *history);

/* The texts that were typed with the last HISTORY_EVENTS_MAX events of a case, the oldest first, and no more
 * than HISTORY_TYPED_MAX of them; `own`: for the case's referrer, the messages from them and to them alone. A
 * text that cannot be opened, or is not what was typed, is left out. Borrowed until stored_referral or
 * history_find is called. */
struct history_typed {
    size_t count, events_read;
    Concordat__V1__TypedText **texts; /* borrowed; NULL if there are none */
};
void history_find_typed(struct broker *broker, struct any_case of, bool own, struct history_typed *typed);

#endif
