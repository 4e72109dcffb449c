/* news_list.h: what happened in the turn, as far as anybody is told of it after the commit.
 *
 * Each event is noted when it becomes part of the turn. However much happens to a case in one turn, its
 * status is told once: with the last of its items.
 */
#ifndef CONCORDAT_NEWS_LIST_H
#define CONCORDAT_NEWS_LIST_H

#include "broker/core/event.h"
#include "broker/core/index.h"

struct happened {
    enum event_kind kind;
    uint8_t referral[ID_BYTES];
    uint16_t team;               /* that is asked, or that answered; SLOT_NONE */
    uint16_t former_team;        /* that had the case until now; SLOT_NONE */
    uint16_t former_coordinator; /* whose case it was until now; SLOT_NONE */
    uint16_t hands_over;         /* that keeps the case, because nobody took it over; SLOT_NONE */
    uint32_t attempt;
    enum offer_end end;
    uint32_t answered; /* row + 1 of the session whose answer says all of this; 0: none */
    uint32_t case_row; /* in news_list.cases */
};

struct news_list {
    struct table items; /* struct happened, in the order of the events */
    struct table cases; /* struct case_news: each case that the items are about */
    struct index case_by_id;
};

struct case_news {
    uint8_t referral[ID_BYTES];
    uint32_t last_item;
};

/* The seed spreads the index. */
void news_list_open(struct news_list *list, uint64_t seed);
void news_list_close(struct news_list *list);
void news_list_clear(struct news_list *list);

/* Makes room for that many events. False if memory is short: the list is as before. */
bool news_list_reserve(struct news_list *list, uint32_t events);
/* Notes an event if anybody is told of it; room must have been reserved. `former_coordinator` and `answered`
 * as in struct happened. */
void news_list_note(struct news_list *list, const struct event *event, uint16_t former_coordinator,
                    uint32_t answered);

/* Notes of the item noted last that this team was asked about its case then. */
void news_list_note_asked(struct news_list *list, uint16_t team, uint32_t attempt);

/* The item of a row, borrowed until the next change; and whether it is the last of its case. */
const struct happened *news_list_item(const struct news_list *list, uint32_t row);
bool news_list_is_last(const struct news_list *list, uint32_t row);

#endif
