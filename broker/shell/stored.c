/* stored.c: the stored content of a case: the referral in an event, and the sealed texts beside it. */
#include "broker/shell/stored.h"

#include <string.h>

#include "broker/shell/alterations.h"
#include "broker/shell/inside.h"

/* The search for an event of a case. */
struct event_search {
    struct broker *broker;
    const uint8_t *id; /* whose event it has to be; NULL: anybody's */
    const uint8_t *body;
    size_t size;
    bool is_of_another;
};

/* The ledger lends the body for this call only, so it is copied. */
static bool stored_find_event(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain;
    struct event_search *search = context;
    uint8_t *copy = arena_take(&search->broker->stored_arena, event->body_size);
    alterations_compare_copies(search->broker, event);
    search->is_of_another = search->id && !record_is_of(event->body, event->body_size, search->id);
    if (copy && !search->is_of_another)
        search->body = memcpy(copy, event->body, event->body_size);
    search->size = event->body_size;
    return false;
}

/* The chain can be right and the event another case's: then the state or the ledger's end was made up. */
enum stored_found stored_event(struct broker *b, uint64_t seq, const uint8_t *id, const uint8_t **body,
                               size_t *size)
{
    const struct batch_item *item = batch_find(&b->turn.batch, seq);
    if (item) {
        *body = b->turn.batch.bytes + item->body_at;
        *size = item->body_size;
        return STORED_FOUND;
    }
    struct event_search search = {b, id, NULL, 0, false};
    enum ledger_status status = b->ports.read(b->ports.context, seq - 1, 1, stored_find_event, &search);
    *body = search.body;
    *size = search.size;
    if (status == LEDGER_OK && !search.is_of_another)
        return search.body ? STORED_FOUND : STORED_NONE;
    if (status != LEDGER_OK && status != LEDGER_CORRUPT)
        return STORED_NONE;
    alterations_note(b, &(struct altered){ALTERATION_CONTENT, seq}, id);
    return STORED_ALTERED;
}

enum stored_found stored_referral(struct broker *b, uint64_t seq, const uint8_t *id, uint32_t number,
                                  spliced_field *referral)
{
    const uint8_t *body;
    size_t size;
    arena_reset(&b->stored_arena);
    enum stored_found found = stored_event(b, seq, id, &body, &size);
    if (found == STORED_FOUND && !record_find_referral(body, size, number, referral))
        return STORED_NONE;
    return found;
}

/* The search for the digest of a text. */
struct digest_search {
    struct broker *broker;
    const uint8_t *referral; /* whose event it has to be */
    enum seal_part part;
    uint8_t *digest; /* SEAL_DIGEST_BYTES, to be filled in */
    bool found;
};

static bool stored_find_digest(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain;
    struct digest_search *search = context;
    const uint8_t *digest = record_find_digest(event->body, event->body_size, search->referral, search->part);
    alterations_compare_copies(search->broker, event);
    search->found = digest;
    if (digest)
        memcpy(search->digest, digest, SEAL_DIGEST_BYTES);
    return false;
}

/* An event that was altered vouches for nothing. A row that is longer than any that we write is not read; a
 * text that the event commits to and that is not there was taken away. */
static bool stored_read_text(struct broker *b, uint64_t seq, const uint8_t *referral, enum seal_part part,
                             struct stored_text *text)
{
    struct digest_search search = {b, referral, part, b->stored_row.digest, false};
    size_t size = 0;
    enum ledger_status status =
        b->ports.sealed(b->ports.context, seq, b->stored_row.bytes, sizeof b->stored_row.bytes, &size);
    if (status != LEDGER_OK && status != LEDGER_NOT_FOUND)
        return false;
    if (size > sizeof b->stored_row.bytes || !sealed_row_find(b->stored_row.bytes, size, part, &text->body))
        text->body = (struct sealed_body){NULL, 0};
    status = b->ports.read(b->ports.context, seq - 1, 1, stored_find_digest, &search);
    text->digest = status == LEDGER_OK && search.found ? search.digest : NULL;
    return status != LEDGER_UNKNOWN && (text->digest || text->body.bytes);
}

bool stored_text(struct broker *b, uint64_t seq, const uint8_t *referral, enum seal_part part,
                 struct stored_text *text)
{
    const struct batch_item *item = batch_find(&b->turn.batch, seq);
    *text = (struct stored_text){.digest = NULL};
    if (!seq)
        return false;
    if (!item)
        return stored_read_text(b, seq, referral, part, text);
    const uint8_t *bytes = b->turn.batch.bytes;
    text->digest = record_find_digest(bytes + item->body_at, item->body_size, referral, part);
    return text->digest && sealed_row_find(bytes + item->sealed_at, item->sealed_size, part, &text->body);
}
