/* seals_copy.h: the keys of a ledger's referrals copied, while a router may go on writing to the file. */
#ifndef CONCORDAT_SEALS_COPY_H
#define CONCORDAT_SEALS_COPY_H

#include "broker/seals/seals.h"

/* Copies the header and the slots of the numbers up to these, and nothing of what was drawn ahead. To be
 * called after the ledger was copied: a key is on disk before the event that needs it, and what was erased
 * meanwhile is erased in the copy. `to` is empty, and is not synced. Returns 0, or the errno of either file.
 */
int seals_copy(const struct seals_file *from, const struct seals_file *to, uint32_t newest_case,
               uint32_t newest_drill);

#endif
