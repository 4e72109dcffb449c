/* ledger_reader.h: a ledger as another program than its writer reads it: nothing is locked, and nothing in it
 * is changed. The broker may go on writing meanwhile. One thread uses a reader.
 *
 * A reader of a ledger on servers reads from any of them, also from one that only follows. Its last events
 * may not be acknowledged yet, and if a server is lost they may vanish from the history. A reader that has
 * read such events finds that out by the chain when it goes on.
 */
#ifndef CONCORDAT_LEDGER_READER_H
#define CONCORDAT_LEDGER_READER_H

#include "broker/ledger/ledger.h"

struct ledger_reader;

/* Opens the ledger, as it is now, to read it from event 1. On failure returns NULL, with *status and a
 * message for a person. Of a file: SQLite keeps its index of the write-ahead log beside the file, so the
 * folder must be one that the reader may write to, or a broker must have the ledger open. */
struct ledger_reader *ledger_reader_open(const char *address, enum ledger_status *status, char *message,
                                         size_t message_size);
/* The same, for whoever copies it: each event comes with its sealed texts. Of a ledger on servers it reads
 * only from the one that takes commits, as the router's role. */
struct ledger_reader *ledger_reader_open_whole(const char *address, enum ledger_status *status, char *message,
                                               size_t message_size);
void ledger_reader_close(struct ledger_reader **reader);

/* How far it has come: the number and the chain value of the event that was read last; 0 and zeros at the
 * beginning. */
uint64_t ledger_reader_at(const struct ledger_reader *reader, uint8_t chain[CHAIN_BYTES]);

/* Whether event `seq`, from 1, has that chain value: LEDGER_OK, or LEDGER_NOT_FOUND if it has another one, or
 * is not there. */
enum ledger_status ledger_reader_has(struct ledger_reader *reader, uint64_t seq,
                                     const uint8_t chain[CHAIN_BYTES]);
/* The same, and goes to that event, as if it had been read last; if it is not LEDGER_OK the reader stays at
 * the event at which it was. */
enum ledger_status ledger_reader_go_to(struct ledger_reader *reader, uint64_t seq,
                                       const uint8_t chain[CHAIN_BYTES]);

/* Looks how far the ledger goes now: ledger_reader_next reads that far. */
enum ledger_status ledger_reader_look(struct ledger_reader *reader);
/* How far it went at the last look. */
uint64_t ledger_reader_head(const struct ledger_reader *reader);

/* Goes to event `seq`, and takes its chain value as it stands: neither it nor those before it are checked.
 * LEDGER_NOT_FOUND if there was none at the last look. 0: to the beginning. */
enum ledger_status ledger_reader_skip(struct ledger_reader *reader, uint64_t seq);

/* Goes on with at most `limit` events, each checked against its chain value: as ledger_read, in a short
 * transaction of its own. LEDGER_NOT_FOUND if there were no more at the last look. */
enum ledger_status ledger_reader_next(struct ledger_reader *reader, size_t limit, ledger_each *each,
                                      void *context);

/* Why the last call failed, for a person. Holds nothing from any record. */
const char *ledger_reader_message(const struct ledger_reader *reader);

#endif
