/* outbox_store.h: the SQLite file under an outbox: its schema, its statements, its transactions. Only the
 * outbox's own files include this. */
#ifndef CONCORDAT_INTAKE_OUTBOX_STORE_H
#define CONCORDAT_INTAKE_OUTBOX_STORE_H

#include <sqlite3.h>

#include "services/intake/outbox.h"

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_ADD_CASE,
    STATEMENT_ADD_COMMAND,
    STATEMENT_FIND_COMMAND,
    STATEMENT_FIND_SUBMISSION,
    STATEMENT_FIND_CONTENT,
    STATEMENT_FIND_CASE,
    STATEMENT_FIND_NUMBER,
    STATEMENT_BOARD,
    STATEMENT_NEXT_OPEN,
    STATEMENT_NEXT_DUE,
    STATEMENT_SENT,
    STATEMENT_SETTLE,
    STATEMENT_PUT_OFF,
    STATEMENT_RESUME,
    STATEMENT_KNOWN_SEQ,
    STATEMENT_TELL,
    STATEMENT_FORGET,
    STATEMENT_COUNT_COMMANDS,
    STATEMENT_COUNT
};

struct outbox {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    char message[256];
};

/* A statement without bindings, ready to be bound. Borrowed. */
sqlite3_stmt *store_statement(struct outbox *outbox, enum statement which);
/* One step. OK where a row is there, NOT_FOUND where none (also after a write), FAILED with a message. */
enum outbox_status store_step(struct outbox *outbox, sqlite3_stmt *statement);
/* One step of a statement that returns no row. */
enum outbox_status store_run(struct outbox *outbox, sqlite3_stmt *statement);
/* Ends a reading, so that it holds no transaction open. */
void store_end(sqlite3_stmt *statement);
enum outbox_status store_begin(struct outbox *outbox);
/* Commits where `status` is OK, otherwise rolls back; what came of it. */
enum outbox_status store_finish(struct outbox *outbox, enum outbox_status status);

#endif
