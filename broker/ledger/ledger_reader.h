/* ledger_reader.h: a ledger's file as another program than its writer reads it: nothing is locked, and
 * nothing in it is changed. The broker may go on writing meanwhile; what it adds is not read. One thread uses
 * a reader.
 */
#ifndef CONCORDAT_LEDGER_READER_H
#define CONCORDAT_LEDGER_READER_H

#include "broker/ledger/ledger.h"

struct ledger_reader;

/* Opens the ledger at `path`, as it is now, to read it from event 1. On failure returns NULL, with *status
 * and a message for a person. SQLite keeps its index of the write-ahead log beside the file, so the folder
 * must be one that the reader may write to, or a broker must have the ledger open. */
struct ledger_reader *ledger_reader_open(const char *path, enum ledger_status *status, char *message,
                                         size_t message_size);
void ledger_reader_close(struct ledger_reader **reader);

/* Goes on with at most `limit` events, each checked against its chain value: as ledger_read, in a short
 * transaction of its own. LEDGER_NOT_FOUND if there are no more. */
enum ledger_status ledger_reader_next(struct ledger_reader *reader, size_t limit, ledger_each *each,
                                      void *context);

/* Why the last call failed, for a person. Holds nothing from any record. */
const char *ledger_reader_message(const struct ledger_reader *reader);

#endif
