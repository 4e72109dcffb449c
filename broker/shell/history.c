/* history.c: see history.h. */
#include "broker/shell/history.h"

#include <string.h>

#include "broker/record/record.h"
#include "broker/shell/confidential.h"
#include "broker/shell/inside.h"
#include "broker/shell/limits.h"
#include "proto/wire/borrowed.h"

/* A walk along the links of one case, from its last event to its first. */
struct history_walk {
    struct broker *broker;
    struct any_case of;
    uint64_t seq; /* of the event that comes next; 0: there is none */
    int left;     /* how many more may be read */
    const uint8_t *body;
    size_t size;
    struct record_link link;
};

static const uint8_t *history_id(struct any_case of)
{
    return of.open ? of.open->id : of.ended->id;
}

static struct history_walk history_begin(struct broker *b, struct any_case of)
{
    return (struct history_walk){.broker = b,
                                 .of = of,
                                 .seq = of.open ? of.open->last_seq : of.ended->last_seq,
                                 .left = HISTORY_EVENTS_MAX};
}

/* Goes to the next event, which is then in body. False at the end: also if an event cannot be read, or was
 * altered, since nothing leads on from there. Links go back only, so that a forged one ends the walk too. */
static bool history_next(struct history_walk *walk, uint64_t *seq)
{
    *seq = walk->seq;
    if (!walk->seq || walk->left == 0)
        return false;
    walk->left--;
    if (stored_event(walk->broker, walk->seq, history_id(walk->of), &walk->body, &walk->size) !=
            STORED_FOUND ||
        !record_find_link(walk->body, walk->size, history_id(walk->of), &walk->link))
        return false;
    walk->seq = walk->link.previous < *seq ? walk->link.previous : 0;
    return true;
}

static Concordat__V1__TypedAs history_part(const Concordat__V1__Event *event)
{
    switch ((int)event->what_case) {
    case CONCORDAT__V1__EVENT__WHAT_OFFER_ENDED:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_A_DECLINE;
    case CONCORDAT__V1__EVENT__WHAT_WITHDRAWN:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_REASON_OF_A_WITHDRAWAL;
    case CONCORDAT__V1__EVENT__WHAT_TAKEN:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_REASON_OF_TAKING_IT;
    case CONCORDAT__V1__EVENT__WHAT_GIVEN_BACK:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_REASON_OF_GIVING_IT_BACK;
    case CONCORDAT__V1__EVENT__WHAT_REOPENED:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_REASON_OF_REOPENING_IT;
    case CONCORDAT__V1__EVENT__WHAT_PASSED_ON:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_PASSING_ON;
    case CONCORDAT__V1__EVENT__WHAT_CLOSING_ASKED:
    case CONCORDAT__V1__EVENT__WHAT_CLOSED:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_A_CLOSING;
    case CONCORDAT__V1__EVENT__WHAT_KEPT_OPEN:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_REASON_OF_KEEPING_IT_OPEN;
    case CONCORDAT__V1__EVENT__WHAT_RECORD_READ:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_REASON_OF_A_READING;
    case CONCORDAT__V1__EVENT__WHAT_MESSAGE_SENT:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_MESSAGE;
    case CONCORDAT__V1__EVENT__WHAT_DETENTION_NOTED:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_A_DETENTION;
    case CONCORDAT__V1__EVENT__WHAT_WENT_MISSING:
    case CONCORDAT__V1__EVENT__WHAT_FOUND:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_MISSING;
    case CONCORDAT__V1__EVENT__WHAT_CONTACT_TRIED:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_A_TRY;
    case CONCORDAT__V1__EVENT__WHAT_BESIDE_NOTED:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_NOTE_ON_A_REQUEST;
    default:
        return CONCORDAT__V1__TYPED_AS__TYPED_AS_UNSPECIFIED;
    }
}

/* An opened text as a string. */
static char *history_string(struct broker *b, const struct seal_opened *opened)
{
    char *text = arena_take(&b->stored_arena, opened->size + 1);
    return text ? memcpy(text, opened->text, opened->size) : NULL;
}

/* Opens what was typed with the event that the walk has come to; NULL if that cannot be. */
static char *history_open(struct history_walk *walk, uint64_t seq)
{
    struct seal_opened opened;
    enum seal_part part = walk->link.has_note ? SEAL_NOTE : SEAL_REASON;
    if ((!walk->link.has_note && !walk->link.has_reason) ||
        confidential_open(walk->broker, walk->of, seq, part, &opened) != STORED_FOUND)
        return NULL;
    return history_string(walk->broker, &opened);
}

/* Whether an event is a message from the case's referrer, or to them. */
static bool history_is_referrers(const Concordat__V1__Event *event)
{
    if (event->what_case != CONCORDAT__V1__EVENT__WHAT_MESSAGE_SENT)
        return false;
    const Concordat__V1__MessageSent *sent = event->message_sent;
    bool is = sent->from == CONCORDAT__V1__CASE_SIDE__CASE_SIDE_REFERRER;
    for (size_t i = 0; i < sent->n_to; i++)
        is |= sent->to[i] == CONCORDAT__V1__CASE_SIDE__CASE_SIDE_REFERRER;
    return is;
}

/* A text with who typed it; NULL if it is not the reader's, if memory is short, or the event cannot be read.
 */
static Concordat__V1__TypedText *history_typed_text(struct history_walk *walk, uint64_t seq, char *text,
                                                    bool own)
{
    struct broker *b = walk->broker;
    const Concordat__V1__Event *event =
        concordat__v1__event__unpack(&b->stored_arena.allocator, walk->size, walk->body);
    Concordat__V1__TypedText *typed = arena_take(&b->stored_arena, sizeof *typed);
    if (!event || !typed || (own && !history_is_referrers(event)))
        return NULL;
    concordat__v1__typed_text__init(typed);
    typed->seq = seq;
    typed->at_ms = state_utc(b->state, event->at_ms);
    typed->part = history_part(event);
    typed->actor = event->actor;
    typed->person = event->person;
    typed->text = text;
    return typed;
}

void history_find_typed(struct broker *b, struct any_case of, bool own, struct history_typed *typed)
{
    struct history_walk walk = history_begin(b, of);
    Concordat__V1__TypedText **texts = arena_take(&b->stored_arena, HISTORY_TYPED_MAX * sizeof *texts),
                             *typed_text;
    size_t first = HISTORY_TYPED_MAX;
    uint64_t seq;
    char *text;
    while (texts && first > 0 && history_next(&walk, &seq))
        if ((text = history_open(&walk, seq)) && (typed_text = history_typed_text(&walk, seq, text, own)))
            texts[--first] = typed_text;
    *typed = (struct history_typed){.count = texts ? HISTORY_TYPED_MAX - first : 0,
                                    .events_read = (size_t)(HISTORY_EVENTS_MAX - walk.left),
                                    .texts = texts ? texts + first : NULL};
}

/* The event that the walk has come to, with what was typed with it; NULL if memory is short. */
static Concordat__V1__HistoryEntry *history_entry(struct history_walk *walk, uint64_t seq)
{
    struct broker *b = walk->broker;
    Concordat__V1__HistoryEntry *entry = arena_take(&b->stored_arena, sizeof *entry);
    if (!entry)
        return NULL;
    concordat__v1__history_entry__init(entry);
    entry->event = borrowed_bytes(walk->body, walk->size);
    entry->at_ms = state_utc(b->state, walk->link.at_ms);
    char *text = history_open(walk, seq);
    if (text)
        entry->text = text;
    return entry;
}

void history_find(struct broker *b, struct any_case of, struct history *history)
{
    arena_reset(&b->stored_arena);
    struct history_walk walk = history_begin(b, of);
    Concordat__V1__HistoryEntry **entries =
        arena_take(&b->stored_arena, HISTORY_EVENTS_MAX * sizeof *entries);
    size_t first = HISTORY_EVENTS_MAX, bytes = 0;
    uint64_t seq;
    while (entries && bytes < HISTORY_BYTES_MAX && history_next(&walk, &seq) &&
           (entries[first - 1] = history_entry(&walk, seq))) {
        first--;
        bytes += walk.size;
    }
    *history = (struct history){.count = entries ? HISTORY_EVENTS_MAX - first : 0,
                                .events_read = (size_t)(HISTORY_EVENTS_MAX - walk.left),
                                .entries = entries ? entries + first : NULL};
}
