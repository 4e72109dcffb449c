/* batch.h: the events of one turn, packed and waiting to be committed together.
 *
 * Numbers of events follow each other without a gap. A batch only holds bytes: news_list.h keeps what is to
 * be said of them.
 */
#ifndef CONCORDAT_BATCH_H
#define CONCORDAT_BATCH_H

#include "broker/core/event.h"
#include "broker/ledger/ledger.h"
#include "broker/record/record.h"

/* The sealed texts that are kept beside an event (sealed_row.h), and what the event says of them. */
struct sealed_texts {
    const uint8_t *row; /* borrowed */
    size_t size;
    struct record_sealed said;
};

struct batch_item {
    uint64_t seq;
    int64_t at_ms;
    enum event_kind kind;
    bool has_referral, drill;
    uint8_t referral[ID_BYTES];
    uint32_t number; /* of the referral */
    size_t body_at, body_size;
    uint8_t reduced[CHAIN_BYTES];  /* the digest of its reduced form */
    size_t sealed_at, sealed_size; /* 0: none */
};

struct batch {
    uint8_t *bytes; /* owned */
    size_t used, capacity;
    struct batch_item *items;    /* owned */
    struct ledger_event *events; /* owned; made by batch_events */
    size_t count, room;
};

void batch_close(struct batch *batch);
void batch_clear(struct batch *batch);

/* Packs an event with its salt (record.h), and keeps its sealed texts (NULL: none) beside it. False if memory
 * is short: the batch is as before. */
bool batch_add(struct batch *batch, const struct event *event, const struct state *state,
               const struct directory *directory, const uint8_t salt[EVENT_SALT_BYTES],
               const struct sealed_texts *texts);
/* Takes the newest events out again, down to `count`. */
void batch_cut(struct batch *batch, size_t count);

/* The item of an event, borrowed until the next change; NULL if the event is not in this batch. */
const struct batch_item *batch_find(const struct batch *batch, uint64_t seq);

/* The batch as the ledger takes it; borrowed until the next change. */
const struct ledger_event *batch_events(struct batch *batch);

#endif
