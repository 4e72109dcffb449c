/* stored.h: the stored content of a case: the referral in an event, and the confidential part beside it.
 *
 * An event of this turn is still in its batch; older ones are read from the ledger. Nothing is unpacked.
 */
#ifndef CONCORDAT_STORED_H
#define CONCORDAT_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/spliced.h"

struct broker;

/* The confidential part of a referral, and what vouches for it. */
struct stored_part {
    const uint8_t *bytes; /* a packed Confidential */
    size_t size;
    bool is_of_this_turn;  /* it has not left memory: nothing vouches for it, and nothing needs to */
    const uint8_t *salt;   /* LEDGER_SALT_BYTES */
    const uint8_t *digest; /* in the event, over salt and bytes; NULL: the event has none for this referral */
};

enum stored_found {
    STORED_NONE,    /* there is none, or it cannot be read */
    STORED_ALTERED, /* it is not what was written: nobody is to be shown it, and it has been noted */
    STORED_FOUND
};

/* The referral of a case in event `seq`, to be spliced into a message as field `number`. Borrowed, as is all
 * that stored_confidential found, until the next call of this. */
enum stored_found stored_referral(struct broker *broker, uint64_t seq, const uint8_t *id, uint32_t number,
                                  spliced_field *referral);

/* The confidential part of a referral, beside event `seq`. False if there is none, or it cannot be read. It
 * is not compared with its digest: confidential.c does that. Borrowed until the next call of stored_referral,
 * or change of the turn's batch. */
bool stored_confidential(struct broker *broker, uint64_t seq, const uint8_t *referral,
                         struct stored_part *part);

#endif
