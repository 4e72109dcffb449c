/* slots.h: small numbers for ids, given in order of first appearance and never taken back.
 *
 * A slot is the row of its table. Ids are kept, and looked up, filled up with zeros to the index's key size.
 */
#ifndef CONCORDAT_CORE_SLOTS_H
#define CONCORDAT_CORE_SLOTS_H

#include "broker/core/event.h"
#include "broker/core/index.h"

/* SLOT_NONE where the id has none, or is too long to have one. */
uint16_t slots_find(const struct index *index, const struct table *table, const char *id);
/* The slot of an id, new or known. Room must have been reserved. SLOT_NONE where no slot is left for it. */
uint16_t slots_give(struct index *index, struct table *table, const char *id);
/* The same for a whole list; false where one cannot have a slot. */
bool slots_give_all(struct index *index, struct table *table, const struct name_list *ids);

#endif
