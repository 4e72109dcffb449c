/* ledger_file.h: the SQLite file that a ledger is: its tables, its settings, and what a connection may do. */
#ifndef CONCORDAT_LEDGER_FILE_H
#define CONCORDAT_LEDGER_FILE_H

#include <sqlite3.h>
#include <stddef.h>

#include "broker/ledger/sqlite/incoming.h"

/* Pages that the write-ahead log has room for from the start: 4 MiB. */
enum { LEDGER_WAL_PAGES = 1024 };

/* What to say if SQLite finds a file damaged. It says so too when the disk fails to read (EIO), once or for
 * good, and a backup lacks what was acknowledged since it was made. */
extern const char ledger_file_damaged[];

/* The writer's connection to the file, which is made if there is none. Every setting is in force and
 * everything is denied but what a ledger does: reading, and adding to event and sealed what is in the
 * table incoming, which the connection has too. On failure NULL, with *status and a message for a person. To
 * be closed with sqlite3_close. */
sqlite3 *ledger_file_open(const char *path, struct incoming *incoming, enum ledger_status *status,
                          char *message, size_t message_size);

/* A reader's connection to the file, which a broker may have open: only reading is allowed. Otherwise as
 * ledger_file_open. */
sqlite3 *ledger_file_open_to_read(const char *path, enum ledger_status *status, char *message,
                                  size_t message_size);

/* Makes a new ledger's file at `path`, where none may be, for a copy: it has no write-ahead log, it is not
 * synced, and everything is allowed. Otherwise as ledger_file_open. */
sqlite3 *ledger_file_make_copy(const char *path, enum ledger_status *status, char *message,
                               size_t message_size);

/* The write-ahead log as SQLite has it open: for as long as the connection is. A commit of the writer's
 * connection is in the log, but not synced. */
sqlite3_file *ledger_file_wal(sqlite3 *db);

#endif
