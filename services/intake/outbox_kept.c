/* outbox_kept.c: see outbox_kept.h. */
#include "services/intake/outbox_kept.h"

#include <string.h>

#include "services/intake/outbox_rows.h"

enum { STRIPPED_A_CALL = 64 /* so that devices have their turn */ };

void outbox_meet(struct outbox *outbox, const uint8_t *session, size_t size)
{
    outbox->session_size = size < OUTBOX_SESSION_BYTES_MAX ? size : OUTBOX_SESSION_BYTES_MAX;
    memcpy(outbox->session, session, outbox->session_size);
}

enum outbox_status outbox_count_repeats(struct outbox *outbox, uint32_t *count)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_COUNT_REPEATS);
    outbox_bind_session(outbox, statement, 1);
    enum outbox_status status = outbox_store_step(outbox, statement);
    *count = status == OUTBOX_OK ? (uint32_t)sqlite3_column_int64(statement, 0) : 0;
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_next_repeat(struct outbox *outbox, bool needed, int64_t *row, struct arena *arena,
                                      struct outbox_command *command)
{
    sqlite3_stmt *statement =
        outbox_store_statement(outbox, needed ? STATEMENT_NEXT_NEEDED : STATEMENT_NEXT_REPEAT);
    outbox_bind_number(statement, 1, *row);
    outbox_bind_session(outbox, statement, 2);
    enum outbox_status status = outbox_read_command(outbox, statement, arena, command);
    if (status == OUTBOX_OK)
        *row = sqlite3_column_int64(statement, 7);
    outbox_store_end(statement);
    return status;
}

/* --- what is taken out --------------------------------------------------------------------------------- */

/* The next that is too old. OK, NOT_FOUND or FAILED. */
static enum outbox_status outbox_next_old(struct outbox *outbox, int64_t now_ms, uint8_t id[WIRE_ID_BYTES])
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_OLD);
    outbox_bind_number(statement, 1, now_ms - OUTBOX_KEPT_MS + 1);
    outbox_bind_number(statement, 2, now_ms + OUTBOX_KEPT_MS);
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status == OUTBOX_OK && !outbox_read_id(statement, 0, id))
        status = outbox_unreadable(outbox);
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_strip_old(struct outbox *outbox, int64_t now_ms)
{
    uint8_t id[WIRE_ID_BYTES];
    enum outbox_status status = outbox_next_old(outbox, now_ms, id);
    if (status != OUTBOX_OK)
        return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
    status = outbox_store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    for (int i = 0; i < STRIPPED_A_CALL && status == OUTBOX_OK; i++) {
        status = outbox_strip(outbox, id);
        if (status == OUTBOX_OK)
            status = outbox_next_old(outbox, now_ms, id);
    }
    return outbox_store_finish(outbox, status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status);
}

/* --- the answer to a repeat ---------------------------------------------------------------------------- */

/* The number of the event that the router had named. OK, NOT_FOUND or FAILED. */
static enum outbox_status outbox_acknowledged_seq(struct outbox *outbox, const uint8_t *id, uint64_t *seq)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_ACKNOWLEDGED_SEQ);
    outbox_bind_id(statement, 1, id);
    enum outbox_status status = outbox_store_step(outbox, statement);
    *seq = status == OUTBOX_OK ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
    outbox_store_end(statement);
    return status;
}

static enum outbox_status outbox_note_met(struct outbox *outbox, const uint8_t *id)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_MET);
    outbox_bind_id(statement, 1, id);
    outbox_bind_session(outbox, statement, 2);
    return outbox_update_one(outbox, statement);
}

/* It is acknowledged anew, and its hour begins again; or it is refused, and kept as such. */
static enum outbox_status outbox_note_lost(struct outbox *outbox, const uint8_t *id,
                                           const Concordat__V1__Answer *answer, int64_t now_ms)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_LOST);
    outbox_bind_answer(statement, id, answer, now_ms);
    outbox_bind_session(outbox, statement, 7);
    enum outbox_status status = outbox_update_one(outbox, statement);
    if (status != OUTBOX_OK)
        return status;
    statement = outbox_store_statement(outbox, STATEMENT_COUNT_LOSS);
    outbox_bind_number(statement, 1, now_ms);
    return outbox_store_run(outbox, statement);
}

enum outbox_status outbox_repeated(struct outbox *outbox, const uint8_t *id,
                                   const Concordat__V1__Answer *answer, int64_t now_ms, bool *was_lost)
{
    uint64_t seq;
    *was_lost = false;
    enum outbox_status status = outbox_store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    status = outbox_acknowledged_seq(outbox, id, &seq);
    /* Another number, although it is a repeat: an intake that ended before it had noted the answer had sent
     * it again before. */
    bool lost = !answer->done || !answer->repeated || answer->seq != seq;
    if (status == OUTBOX_OK)
        status = lost ? outbox_note_lost(outbox, id, answer, now_ms) : outbox_note_met(outbox, id);
    status = outbox_store_finish(outbox, outbox_take_status(outbox, status, answer, now_ms));
    *was_lost = status == OUTBOX_OK && lost;
    return status;
}
