/* packed_world.h: the events of a core_world as the ledger keeps them, for tests of what is read from there.
 *
 * The core knows only what routing needs of a referral, so the referral is made from those facts, as the
 * referrer could have sent it.
 */
#ifndef CONCORDAT_TESTS_PACKED_WORLD_H
#define CONCORDAT_TESTS_PACKED_WORLD_H

#include "broker/record/record.h"
#include "tests/worlds/core_world.h"

enum { PACKED_BYTES_MAX = 64 * 1024 };

/* Packs an event that the world has decided and not yet applied, as struct core_world.watch sees it.
 * `claimed` is the source that the referral itself names; SOURCE_NONE for the true one. Returns the size. */
size_t packed_event(const struct core_world *world, const struct event *event, enum source claimed,
                    uint8_t *out, size_t capacity);

#endif
