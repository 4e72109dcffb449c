/* store.h: the SQLite file that a ledger is: its tables, its settings, and what its connection may do. */
#ifndef CONCORDAT_STORE_H
#define CONCORDAT_STORE_H

#include <sqlite3.h>
#include <stddef.h>

#include "broker/ledger/incoming.h"

/* Pages that the write-ahead log has room for from the start: 4 MiB. */
enum { STORE_WAL_PAGES = 1024 };

/* A connection to the file, which is made where there is none, with every setting in force and everything
 * denied but what a ledger does: reading, and adding to event and confidential what is in the table incoming,
 * which it has too. On failure NULL, with *status and a message for a person. To be closed with
 * sqlite3_close. */
sqlite3 *store_open(const char *path, struct incoming *incoming, enum ledger_status *status, char *message,
                    size_t message_size);

/* The write-ahead log, as SQLite has it open: as long as the connection is. A commit is in it, but not
 * synced. */
sqlite3_file *store_wal(sqlite3 *db);

#endif
