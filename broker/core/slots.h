/* slots.h: small numbers for ids, given in order of first appearance and never taken back.
 *
 * A slot is the row of its table. An id is stored, and looked up, padded with zeros to the index's key size.
 */
#ifndef CONCORDAT_CORE_SLOTS_H
#define CONCORDAT_CORE_SLOTS_H

#include "broker/core/event.h"
#include "broker/core/index.h"

/* SLOT_NONE if the id has no slot, or is too long to have one. */
uint16_t slots_find(const struct index *index, const struct table *table, const char *id);
/* The slot of an id, new or known. Room must have been reserved. SLOT_NONE if no slot is left for a new one.
 */
uint16_t slots_give(struct index *index, struct table *table, const char *id);
/* The same for a whole list; false if one of them cannot have a slot. */
bool slots_give_all(struct index *index, struct table *table, const struct name_list *ids);

#endif
