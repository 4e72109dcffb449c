/* outbox_store.h: the SQLite file under an outbox: its schema, its statements, its transactions. Only the
 * outbox's own files include this. */
#ifndef CONCORDAT_INTAKE_OUTBOX_STORE_H
#define CONCORDAT_INTAKE_OUTBOX_STORE_H

#include <sqlite3.h>

#include "proto/seal/seal.h"
#include "services/intake/outbox_kept.h"

enum outbox_statement {
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
    STATEMENT_OTHERS_WITHDRAWN,
    STATEMENT_COUNT_COMMANDS,
    STATEMENT_COUNT_REPEATS,
    STATEMENT_NEXT_REPEAT,
    STATEMENT_NEXT_NEEDED,
    STATEMENT_ACKNOWLEDGED_SEQ,
    STATEMENT_MET,
    STATEMENT_LOST,
    STATEMENT_COUNT_LOSS,
    STATEMENT_NEXT_OLD,
    STATEMENT_NEXT_KEPT_OF,
    STATEMENT_STRIPPED,
    STATEMENT_KEPT_NO_MORE,
    STATEMENT_NEXT_COMMAND,
    STATEMENT_SEALED,
    STATEMENT_DROP_REPLACED,
    STATEMENT_NEXT_UNOPENED,
    STATEMENT_OPENED,
    STATEMENT_ADD_FORM_KEY,
    STATEMENT_CURRENT_FORM_KEY,
    STATEMENT_FIND_FORM_KEY,
    STATEMENT_NEXT_FORM_KEY,
    STATEMENT_SEALED_FORM_KEY,
    STATEMENT_END_FORM_KEYS,
    STATEMENT_CANARY,
    STATEMENT_SET_CANARY,
    STATEMENT_COUNT
};

struct outbox {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    char message[256];
    bool is_full;                                        /* the last failure was for want of room */
    bool is_to_be_swept;                                 /* something was taken out since the last sweep */
    uint8_t *key;                                        /* SEAL_KEY_BYTES, owned */
    struct arena arena;                                  /* for a command that is stripped */
    uint8_t session[OUTBOX_SESSION_BYTES_MAX];           /* of the router that welcomes us */
    size_t session_size;                                 /* 0: none has yet, or it names no session */
    uint8_t text[SEAL_SALT_BYTES + SEAL_TEXT_BYTES_MAX]; /* while it is sealed or opened; wiped then */
    uint8_t body[SEAL_BODY_BYTES_MAX];                   /* what was sealed last */
};

/* Opens or creates the file, and prepares the statements. OK, IN_USE, OTHER_VERSION or FAILED; in any case it
 * is to be closed. */
enum outbox_status outbox_store_open(struct outbox *outbox, const char *path);
void outbox_store_close(struct outbox *outbox);

/* A statement that is reset and has no bindings. Borrowed. */
sqlite3_stmt *outbox_store_statement(struct outbox *outbox, enum outbox_statement which);
/* Binds a value, which is borrowed until the statement is reset. */
void outbox_bind_bytes(sqlite3_stmt *statement, int at, const void *bytes, size_t size);
void outbox_bind_id(sqlite3_stmt *statement, int at, const uint8_t *id);
void outbox_bind_number(sqlite3_stmt *statement, int at, int64_t number);
void outbox_bind_text(sqlite3_stmt *statement, int at, const char *text);
/* Takes one step. OK if it gave a row, NOT_FOUND if it gave none (a write gives none), FAILED with a message.
 */
enum outbox_status outbox_store_step(struct outbox *outbox, sqlite3_stmt *statement);
/* Runs a statement that gives no row. OK or FAILED. */
enum outbox_status outbox_store_run(struct outbox *outbox, sqlite3_stmt *statement);
/* Resets a statement that was read from: an open one would hold its transaction open. */
void outbox_store_end(sqlite3_stmt *statement);
enum outbox_status outbox_store_begin(struct outbox *outbox);
/* Commits if `status` is OK, otherwise rolls back. Returns `status`, or FAILED if that failed. */
enum outbox_status outbox_store_finish(struct outbox *outbox, enum outbox_status status);

#endif
