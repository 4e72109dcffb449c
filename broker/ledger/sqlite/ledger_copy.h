/* ledger_copy.h: a ledger's file copied, event by event, while a broker may go on writing to it.
 *
 * The ledger only grows, so its first N events are a ledger. Pages of events are read in transactions of
 * their own, so the broker's log can be checkpointed and started again meanwhile. The copy is one file
 * without a write-ahead log, which can be read on a disk that nobody may write to. The chain does not cover
 * the sealed texts, and only their keys open them; so the copy has a digest of all of them, by which it can
 * be checked without any key.
 */
#ifndef CONCORDAT_LEDGER_COPY_H
#define CONCORDAT_LEDGER_COPY_H

#include "broker/ledger/ledger.h"

/* Copies the ledger at `from`, as it is now, to `to`, where no file is. It is not synced. LEDGER_OK, or else
 * a message for a person, and what is at `to` is no copy. */
enum ledger_status ledger_copy(const char *from, const char *to, char *message, size_t message_size);

/* Compares the sealed texts of a copy, or of a ledger that grew from one, with its digest of them. The events
 * are a reader's to check (ledger_reader.h). LEDGER_NOT_FOUND: the file has no digest and is no copy.
 * LEDGER_OK, or else a message for a person. */
enum ledger_status ledger_copy_check(const char *path, char *message, size_t message_size);

#endif
