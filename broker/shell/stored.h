/* stored.h: the stored content of a case: the referral in an event, and the sealed texts beside it.
 *
 * An event of this turn is still in its batch; older ones are read from the ledger. Nothing is unpacked.
 */
#ifndef CONCORDAT_STORED_H
#define CONCORDAT_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/seals/sealed_row.h"
#include "proto/wire/spliced.h"

struct broker;

/* A sealed text, and what vouches for it. */
struct stored_text {
    struct sealed_body body;
    const uint8_t *digest; /* SEAL_DIGEST_BYTES, of the event; NULL: it has none for this text of this case */
};

enum stored_found {
    STORED_NONE,    /* there is none, or it cannot be read */
    STORED_SHUT,    /* it is sealed, and its key is missing, damaged or erased */
    STORED_ALTERED, /* it is not what was written: nobody is to be shown it, and it has been noted */
    STORED_FOUND
};

/* The referral of a case in event `seq`, to be spliced into a message as field `number`. Borrowed, as is all
 * that was taken from stored_arena since, until the next call of this. */
enum stored_found stored_referral(struct broker *broker, uint64_t seq, const uint8_t *id, uint32_t number,
                                  spliced_field *referral);

/* Event `seq` of a case, packed; of any, if id is NULL. STORED_FOUND or why not; *body lies in stored_arena.
 */
enum stored_found stored_event(struct broker *broker, uint64_t seq, const uint8_t *id, const uint8_t **body,
                               size_t *size);

/* A text of a case that is sealed beside event `seq`. False if there is none, or it cannot be read. Opening
 * it is left to confidential.c. Borrowed until the next call, or the next change of the turn's batch. */
bool stored_text(struct broker *broker, uint64_t seq, const uint8_t *referral, enum seal_part part,
                 struct stored_text *text);

#endif
