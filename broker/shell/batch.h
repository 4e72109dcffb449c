/* batch.h: the events of one turn, packed and waiting to be committed together. */
#ifndef CONCORDAT_BATCH_H
#define CONCORDAT_BATCH_H

#include "broker/core/event.h"
#include "broker/ledger/ledger.h"
#include "broker/record/record.h"

/* What happened, as far as the news after the commit need it. */
struct happened {
    enum event_kind kind;
    uint8_t referral[ID_BYTES];
    bool has_referral;
    uint16_t team;
    uint16_t former_team; /* that had it in hand until now */
    uint32_t attempt;
    enum offer_end end;
    bool is_last_news; /* of its case in this turn; news.c works it out */
    uint32_t asker;    /* row + 1 of the session whose answer says all of this; 0: none */
};

struct batch_item {
    struct happened happened;
    uint64_t seq;
    int64_t at_ms;
    size_t body_at, body_size;
    bool with_confidential;
    uint8_t salt[LEDGER_SALT_BYTES];
    size_t confidential_at, confidential_size;
};

struct batch {
    uint8_t *bytes; /* owned */
    size_t used, capacity;
    struct batch_item *items;    /* owned */
    struct ledger_event *events; /* owned; made at the end */
    size_t count, room;
};

void batch_close(struct batch *batch);
void batch_clear(struct batch *batch);

/* Packs an event; confidential, where not NULL, is kept beside it under the salt. False where memory is
 * short: the batch is as before. */
bool batch_add(struct batch *batch, const struct event *event, const struct state *state,
               const struct directory *directory, const uint8_t *salt, const uint8_t *confidential,
               size_t confidential_size);

/* The answer to that session speaks of the last events, so many of them. */
void batch_note_asker(struct batch *batch, size_t events, uint32_t row);

/* The item of an event of this batch; NULL where the event is not in it. */
const struct batch_item *batch_find(const struct batch *batch, uint64_t seq);

/* The batch as the ledger takes it; borrowed until the next change. */
const struct ledger_event *batch_events(struct batch *batch);

#endif
