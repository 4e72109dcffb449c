/* outbox_rows.h: the rows of an outbox as its files read and write them. Only the outbox's own files include
 * this. */
#ifndef CONCORDAT_INTAKE_OUTBOX_ROWS_H
#define CONCORDAT_INTAKE_OUTBOX_ROWS_H

#include "services/intake/outbox_store.h"

/* FAILED, with a message for a person. */
enum outbox_status outbox_no_memory(struct outbox *outbox);
enum outbox_status outbox_unreadable(struct outbox *outbox);

/* Binds the run of the router that welcomes us; an empty one before that. */
void outbox_bind_session(const struct outbox *outbox, sqlite3_stmt *statement, int at);
/* Binds 1 to 6 of a statement that settles a command: its id, whether it is with the router or refused, and
 * what the answer says. */
void outbox_bind_answer(sqlite3_stmt *statement, const uint8_t *id, const Concordat__V1__Answer *answer,
                        int64_t now_ms);
/* False if there is no id: somebody else has written there, or the disk has lost it. */
bool outbox_read_id(sqlite3_stmt *statement, int at, uint8_t id[WIRE_ID_BYTES]);
void outbox_read_text(sqlite3_stmt *statement, int at, char text[OUTBOX_TEXT_BYTES]);
/* Steps to one row of COMMAND_COLUMNS and reads it. OK, NOT_FOUND or FAILED. */
enum outbox_status outbox_read_command(struct outbox *outbox, sqlite3_stmt *statement, struct arena *arena,
                                       struct outbox_command *command);
/* Runs an update of one row. NOT_FOUND if there is no such row. */
enum outbox_status outbox_update_one(struct outbox *outbox, sqlite3_stmt *statement);
/* Inside a transaction that has come to `status`: stores the status that an answer tells. */
enum outbox_status outbox_take_status(struct outbox *outbox, enum outbox_status status,
                                      const Concordat__V1__Answer *answer, int64_t now_ms);

/* Does outbox_strip for all that is kept of a referral. */
enum outbox_status outbox_strip_referral(struct outbox *outbox, const uint8_t *referral);
/* Inside a transaction. Drops what was refused before, and is replaced by this command. */
enum outbox_status outbox_drop_replaced(struct outbox *outbox, const uint8_t *id);

#endif
