/* erased.h: the answer to an Erase that was done. A key is overwritten when the event of its erasing is on
 * disk, and a full disk may not let it be: so this answer waits one turn, and says then what became of the
 * key. */
#ifndef CONCORDAT_ERASED_H
#define CONCORDAT_ERASED_H

#include "broker/shell/asking.h"

struct broker;

/* Has it answered when it is known. Once more for a repeat, which so tries to overwrite the key again. */
void erased_answer_later(struct broker *broker, const struct answer_to *to, const struct done *done,
                         const uint8_t *referral);
/* Whether the next turn has answers to send. */
bool erased_wait(const struct broker *broker);
/* Packs the answers of the turn before, which is on disk and settled. To be called once, when a turn is
 * written. */
void erased_pack(struct broker *broker);

#endif
