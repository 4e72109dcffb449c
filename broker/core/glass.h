/* glass.h: "break glass": a coordinator reads a record beyond their areas, on purpose.
 *
 * It is allowed, with a reason, and bounded (limits.h). Those whose case it is hear of it, and so does the
 * reader. The state remembers the latest of each coordinator. Times are the ledger's, UTC milliseconds.
 */
#ifndef CONCORDAT_CORE_GLASS_H
#define CONCORDAT_CORE_GLASS_H

#include "broker/core/directory.h"
#include "broker/core/state.h"

/* Whether a coordinator may read one more. */
bool glass_is_left(const struct state *state, uint16_t coordinator, int64_t now_ms);

/* The coordinator's latest reading of a case beyond their areas, if it was within BREAK_GLASS_MS: then the
 * same command, sent again, is answered again. Otherwise NULL. Borrowed until the state changes. */
const struct glass_read *glass_find(const struct state *state, uint16_t coordinator, const uint8_t *referral,
                                    int64_t now_ms);

/* Whether a coordinator is to hear of a reading: they are the reader, or the case is theirs (cover.h). False
 * if it was longer ago than BREAK_GLASS_TOLD_MS, or is none. */
bool glass_concerns(const struct state *state, const struct directory *directory, uint16_t coordinator,
                    uint16_t reader, const struct glass_read *read, int64_t now_ms);

#endif
