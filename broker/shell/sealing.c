/* sealing.c: see sealing.h. */
#include "broker/shell/sealing.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/seals.h"
#include "broker/shell/broker.h"
#include "broker/shell/inside.h"

static void sealing_draw(void *context, void *bytes, size_t size)
{
    struct broker *b = context;
    b->ports.random(b->ports.context, bytes, size);
}

void sealing_heed(struct broker *b, enum seals_status status)
{
    if (status == SEALS_FAILED && !b->sealing.has_failed)
        b->ports.log(b->ports.context,
                     "the disk failed to read or write the file of keys: look after the disk and "
                     "start again");
    b->sealing.has_failed |= status == SEALS_FAILED;
}

static enum refusal sealing_refusal(struct broker *b, enum seals_status status)
{
    sealing_heed(b, status);
    if (status == SEALS_OK)
        return REFUSAL_NONE;
    b->sealing.fault = status;
    return status == SEALS_FULL     ? REFUSAL_NO_ROOM
           : status == SEALS_FAILED ? REFUSAL_UNAVAILABLE
                                    : REFUSAL_SEALED;
}

const char *sealing_fault(const struct broker *b)
{
    if (b->sealing.fault == SEALS_ERASED)
        return "The texts about this person were erased: nobody can open them, or add to them, any more. Nothing "
               "was changed.";
    if (b->sealing.fault == SEALS_NO_MASTER || b->sealing.fault == SEALS_ALTERED)
        return "The key to what was told about this person is missing at the router. Nobody can open it or "
               "add to it until the router's operator puts the master key back. Nothing was changed; the case goes "
               "on. Ring who holds it. An answer without words is taken.";
    return "The key to what was told about this person is damaged: it cannot be opened, or added to. Nothing was "
           "changed; the case goes on. Ring who holds it, and tell the router's operator. An answer without words "
           "is taken.";
}

/* Appends a sealed text to the row. */
static void sealing_add(struct broker *b, const struct event *event, enum seal_part part,
                        const uint8_t key[SEAL_KEY_BYTES], const uint8_t *text, size_t size,
                        struct sealed_texts *texts)
{
    const struct seal_place place = {event->referral, event->seq, part};
    const struct seal_random random = {sealing_draw, b};
    uint8_t *at = b->sealing.row + texts->size;
    struct record_sealed_text *said = &texts->said.items[texts->said.count++];
    said->part = part;
    size_t body = seal_text(key, &place, &random, text, size, at + SEALED_ROW_HEAD_BYTES, said->digest);
    sealed_row_head(at, part, body);
    texts->size += SEALED_ROW_HEAD_BYTES + body;
}

/* Another event of the turn may take its place: then it is opened when an offer is made. */
static void sealing_keep_callback(struct broker *b, const struct event *event,
                                  const struct scan_field *callback)
{
    struct fresh_callback *fresh = &b->fresh_callbacks.items[event->seq % TURN_MESSAGES_MAX];
    assert(callback->size <= sizeof fresh->text);
    *fresh = (struct fresh_callback){.seq = event->seq, .size = (uint8_t)callback->size};
    memcpy(fresh->referral, event->referral, ID_BYTES);
    memcpy(fresh->text, callback->bytes, callback->size);
    b->fresh_callbacks.any = true;
}

bool sealing_fresh_callback(const struct broker *b, const uint8_t *referral, uint64_t seq,
                            struct scan_field *callback)
{
    const struct fresh_callback *fresh = &b->fresh_callbacks.items[seq % TURN_MESSAGES_MAX];
    if (fresh->size == 0 || fresh->seq != seq || memcmp(fresh->referral, referral, ID_BYTES) != 0)
        return false;
    *callback = (struct scan_field){.bytes = fresh->text, .size = fresh->size};
    return true;
}

static void sealing_forget_callbacks(struct broker *b)
{
    if (b->fresh_callbacks.any)
        sodium_memzero(&b->fresh_callbacks, sizeof b->fresh_callbacks);
}

/* The number to ring back is sealed a second time, apart: an offer opens it without the record. */
static void sealing_add_callback(struct broker *b, const struct event *event,
                                 const uint8_t key[SEAL_KEY_BYTES], const struct record_content *content,
                                 struct sealed_texts *texts)
{
    uint8_t callback_key[SEAL_KEY_BYTES];
    struct scan_field callback;
    if (!record_find_callback(content->text, content->text_size, &callback))
        return;
    seals_callback_key(key, callback_key);
    sealing_add(b, event, SEAL_CALLBACK, callback_key, callback.bytes, callback.size, texts);
    sodium_memzero(callback_key, sizeof callback_key);
    sealing_keep_callback(b, event, &callback);
}

/* Whether the case has been erased by an event that may not be on disk yet: its key is there until then. */
static bool sealing_ends_soon(const struct broker *b, const struct event *event)
{
    const struct any_case of = state_case(b->state, event->referral);
    return of.ended && of.ended->erased_ms;
}

/* The event of a reopening must not be on disk before the callback key that the end of its case took away:
 * after a crash the master key, from which it is derived, may be missing. Waiting for the disk here is dear,
 * and rare. */
static enum seals_status sealing_reopen(struct broker *b, const struct seals_case *of)
{
    enum seals_status status = seals_reopen_case(b->sealing.seals, of);
    return status == SEALS_OK ? seals_sync(b->sealing.seals) : status;
}

enum refusal sealing_seal(struct broker *b, const struct event *event, const struct record_content *content,
                          struct sealed_texts *texts)
{
    const struct seals_case of = {event->number, event->drill};
    uint8_t key[SEAL_KEY_BYTES];
    *texts = (struct sealed_texts){.row = b->sealing.row};
    enum seals_status status = event->kind == EVENT_RECEIVED ? seals_make(b->sealing.seals, &of, key)
                                                             : seals_find(b->sealing.seals, &of, key);
    if (event->kind == EVENT_RECORD_READ && (status == SEALS_ERASED || sealing_ends_soon(b, event))) {
        sodium_memzero(key, sizeof key);
        return REFUSAL_NONE; /* a reading finds nothing, and the words of its reason have nowhere to go */
    }
    if (event->kind == EVENT_REOPENED && status == SEALS_OK)
        status = sealing_reopen(b, &of);
    enum refusal refusal = sealing_refusal(b, status);
    if (refusal != REFUSAL_NONE)
        return refusal;
    sealing_add(b, event, content->part, key, content->text, content->text_size, texts);
    if (content->part == SEAL_RECORD)
        sealing_add_callback(b, event, key, content, texts);
    sodium_memzero(key, sizeof key);
    return REFUSAL_NONE;
}

void sealing_note(struct broker *b)
{
    struct key_ends *ends = &b->key_ends;
    assert(ends->count == 0);
    sealing_forget_callbacks(b);
    for (size_t i = 0; i < b->turn.batch.count; i++) {
        const struct batch_item *item = &b->turn.batch.items[i];
        bool is_erased = item->kind == EVENT_ERASED;
        if (!is_erased && item->kind != EVENT_CLOSED && item->kind != EVENT_WITHDRAWN)
            continue;
        assert(ends->count < TURN_MESSAGES_MAX);
        struct key_end *end = &ends->items[ends->count++];
        *end = (struct key_end){.number = item->number, .drill = item->drill, .is_erased = is_erased};
        memcpy(end->referral, item->referral, ID_BYTES);
    }
}

/* A disk that is full and copies what it overwrites keeps the key until there is room: that ends no routing,
 * but somebody must know, once for all cases of that while. */
static enum seals_status sealing_erase_key(struct broker *b, const struct seals_case *of)
{
    enum seals_status status = seals_erase(b->sealing.seals, of);
    if (status == SEALS_FULL && !b->sealing.keys_remain)
        b->ports.log(
            b->ports.context,
            "The disk is full, so the key of an erased case is still in the file of keys. Make room, "
            "then erase the case again or restart the router: either overwrites the key.");
    if (status == SEALS_FULL || status == SEALS_OK)
        b->sealing.keys_remain = status == SEALS_FULL;
    sealing_heed(b, status);
    return status;
}

bool sealing_key_remains(struct broker *b, struct any_case of)
{
    uint8_t key[SEAL_KEY_BYTES];
    if (!b->sealing.seals || !of.ended)
        return false;
    const struct seals_case erased = {of.ended->number, of.ended->drill};
    enum seals_status status = seals_find(b->sealing.seals, &erased, key);
    sodium_memzero(key, sizeof key);
    return status != SEALS_ERASED && sealing_erase_key(b, &erased) == SEALS_FULL;
}

/* A crash can have come before the key of an erased case was gone, and an old copy of the file of keys brings
 * such keys back. What reads as erased is only synced, all at once. */
static void sealing_erase_again(struct broker *b)
{
    bool any = false;
    for (uint32_t row = 0; row < state_ended_rows(b->state); row++) {
        const struct ended_case *ended = state_ended_row(b->state, row);
        const struct seals_case of = {ended->number, ended->drill};
        uint8_t key[SEAL_KEY_BYTES];
        if (!ended->erased_ms)
            continue;
        any = true;
        if (seals_find(b->sealing.seals, &of, key) != SEALS_ERASED)
            sealing_erase_key(b, &of);
        sodium_memzero(key, sizeof key);
    }
    if (any)
        sealing_heed(b, seals_sync(b->sealing.seals));
}

bool sealing_settle(struct broker *b)
{
    if (!b->sealing.seals)
        return true;
    seals_committed(b->sealing.seals, false, b->in_flight.number);
    seals_committed(b->sealing.seals, true, b->in_flight.drill_number);
    for (size_t i = 0; i < b->key_ends.count; i++)
        if (b->key_ends.items[i].is_erased)
            sealing_erase_key(b,
                              &(struct seals_case){b->key_ends.items[i].number, b->key_ends.items[i].drill});
    return !b->sealing.has_failed;
}

/* A case that was reopened since, maybe in the turn that is open now, has its callback key again already. */
bool sealing_end_cases(struct broker *b)
{
    for (size_t i = 0; i < b->key_ends.count; i++) {
        const struct key_end *end = &b->key_ends.items[i];
        if (!end->is_erased && !state_referral(b->state, end->referral))
            sealing_heed(b, seals_end_case(b->sealing.seals, &(struct seals_case){end->number, end->drill}));
    }
    if (b->key_ends.count > 0 && b->sealing.seals)
        sealing_heed(b, seals_flush(b->sealing.seals));
    b->key_ends.count = 0;
    return !b->sealing.has_failed;
}

/* A crash can have come between the callback key of a case that was to be reopened and the event of that. And
 * an old copy of the file of keys can lack the callback key of one that was. */
static void sealing_reopen_again(struct broker *b)
{
    for (uint32_t row = 0; row < b->state->undoable.count; row++) {
        const struct undoable *undoable = table_row(&b->state->undoable, row);
        const struct seals_case of = {undoable->was.number, undoable->was.drill};
        if (undoable->was.state != CASE_NONE)
            sealing_heed(b, seals_end_case(b->sealing.seals, &of));
    }
    for (uint32_t row = 0; row < state_referral_rows(b->state); row++) {
        const struct referral *r = state_referral_row(b->state, row);
        const struct seals_case of = {r->number, r->drill};
        if (r->state != CASE_NONE)
            sealing_heed(b, seals_reopen_case(b->sealing.seals, &of));
    }
}

/* A crash can have come between the end of a case and the end of its callback key; no more cases than two
 * turns end can have been caught so. */
bool broker_use_seals(struct broker *b, struct seals *seals)
{
    uint32_t count = b->state->ended.count, most = 2 * TURN_MESSAGES_MAX;
    b->sealing.seals = seals;
    for (uint32_t row = count > most ? count - most : 0; row < count; row++) {
        const struct ended_case *ended = table_row(&b->state->ended, row);
        const struct seals_case of = {ended->number, ended->drill};
        sealing_heed(b, seals_end_case(seals, &of));
    }
    sealing_reopen_again(b);
    sealing_erase_again(b);
    sealing_heed(b, seals_flush(seals));
    return !b->sealing.has_failed;
}
