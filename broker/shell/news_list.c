/* news_list.c: what happened in the turn, as far as anybody is told of it after the commit. */
#include "broker/shell/news_list.h"

#include <assert.h>
#include <string.h>

#include "broker/core/event_kinds.h"

void news_list_open(struct news_list *l, uint64_t seed)
{
    table_open(&l->items, sizeof(struct happened));
    table_open(&l->cases, sizeof(struct case_news));
    index_open(&l->case_by_id, offsetof(struct case_news, referral), ID_BYTES, seed);
}

void news_list_close(struct news_list *l)
{
    table_close(&l->items);
    table_close(&l->cases);
    index_close(&l->case_by_id);
}

void news_list_clear(struct news_list *l)
{
    table_clear(&l->items);
    table_clear(&l->cases);
    index_clear(&l->case_by_id);
}

bool news_list_reserve(struct news_list *l, uint32_t events)
{
    return table_reserve(&l->items, events) && table_reserve(&l->cases, events) &&
           index_reserve(&l->case_by_id, events);
}

static void note_teams(struct happened *happened, const struct event *event)
{
    const struct event_offer offer = event_offer(event);
    happened->team = offer.team;
    happened->attempt = offer.attempt;
    happened->end = offer.end;
    happened->former_team = event_former_team(event);
    /* If a team still owns a case whose offer has ended, that was a handover. What moved the case is told by
     * itself. */
    bool stays = event->kind == EVENT_OFFER_ENDED && event->owner.kind == OWNER_TEAM &&
                 offer.end != OFFER_END_CASE_MOVED && offer.end != OFFER_END_REFERRAL_WITHDRAWN;
    happened->hands_over = stays ? event->owner.slot : SLOT_NONE;
}

static uint32_t case_row_of(struct news_list *l, const uint8_t *referral)
{
    uint32_t row = index_find(&l->case_by_id, &l->cases, referral);
    if (row != ROW_NONE)
        return row;
    struct case_news *about = table_add(&l->cases);
    memcpy(about->referral, referral, ID_BYTES);
    row = l->cases.count - 1;
    index_add(&l->case_by_id, &l->cases, row);
    return row;
}

void news_list_note(struct news_list *l, const struct event *event, uint16_t former_coordinator,
                    uint32_t answered)
{
    if (!event_kind_is_news(event->kind) || !event->has_referral)
        return;
    struct happened *happened = table_add(&l->items);
    happened->kind = event->kind;
    happened->answered = answered;
    happened->former_coordinator = former_coordinator;
    memcpy(happened->referral, event->referral, ID_BYTES);
    note_teams(happened, event);
    happened->case_row = case_row_of(l, event->referral);
    struct case_news *about = table_row(&l->cases, happened->case_row);
    about->last_item = l->items.count - 1;
    assert(l->cases.count <= l->items.count);
}

void news_list_note_asked(struct news_list *l, uint16_t team, uint32_t attempt)
{
    struct happened *happened = table_row(&l->items, l->items.count - 1);
    happened->team = team;
    happened->attempt = attempt;
}

const struct happened *news_list_item(const struct news_list *l, uint32_t row)
{
    assert(row < l->items.count);
    return table_row(&l->items, row);
}

bool news_list_is_last(const struct news_list *l, uint32_t row)
{
    const struct case_news *about = table_row(&l->cases, news_list_item(l, row)->case_row);
    return about->last_item == row;
}
