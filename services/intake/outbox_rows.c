/* outbox_rows.c: see outbox_rows.h. */
#include "services/intake/outbox_rows.h"

#include <stdio.h>
#include <string.h>

#include "services/intake/outbox_kept.h"
#include "services/intake/outbox_request.h"
#include "services/intake/outbox_seal.h"

enum outbox_status outbox_no_memory(struct outbox *outbox)
{
    snprintf(outbox->message, sizeof outbox->message, "no memory");
    return OUTBOX_FAILED;
}

enum outbox_status outbox_unreadable(struct outbox *outbox)
{
    snprintf(outbox->message, sizeof outbox->message,
             "a stored record cannot be read: the outbox is damaged");
    return OUTBOX_FAILED;
}

void outbox_bind_session(const struct outbox *outbox, sqlite3_stmt *statement, int at)
{
    outbox_bind_bytes(statement, at, outbox->session, outbox->session_size);
}

bool outbox_read_id(sqlite3_stmt *statement, int at, uint8_t id[WIRE_ID_BYTES])
{
    const void *bytes = sqlite3_column_blob(statement, at);
    if (!bytes || sqlite3_column_bytes(statement, at) != WIRE_ID_BYTES)
        return false;
    memcpy(id, bytes, WIRE_ID_BYTES);
    return true;
}

void outbox_read_text(sqlite3_stmt *statement, int at, char text[OUTBOX_TEXT_BYTES])
{
    const char *stored = (const char *)sqlite3_column_text(statement, at);
    snprintf(text, OUTBOX_TEXT_BYTES, "%s", stored ? stored : "");
}

/* The place of a sealed text tells its referral; another command of the same referral is told by its id. */
static bool outbox_is_of(const Concordat__V1__Request *request, const struct outbox_command *command)
{
    const uint8_t *referral = wire_changed_referral(request);
    return referral && memcmp(referral, command->referral, WIRE_ID_BYTES) == 0 &&
           request->command_id.len == WIRE_ID_BYTES &&
           memcmp(request->command_id.data, command->id, WIRE_ID_BYTES) == 0;
}

enum outbox_status outbox_read_command(struct outbox *outbox, sqlite3_stmt *statement, struct arena *arena,
                                       struct outbox_command *command)
{
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status != OUTBOX_OK)
        return status;
    if (!outbox_read_id(statement, 0, command->id) || !outbox_read_id(statement, 1, command->referral))
        return outbox_unreadable(outbox);
    command->state = (enum command_state)sqlite3_column_int(statement, 2);
    command->attempts = (uint32_t)sqlite3_column_int64(statement, 3);
    command->refusal = (Concordat__V1__Refusal)sqlite3_column_int(statement, 4);
    outbox_read_text(statement, 5, command->refusal_text);
    outbox_unseal(outbox, sqlite3_column_blob(statement, 6), (size_t)sqlite3_column_bytes(statement, 6),
                  arena, command);
    if (command->request && !outbox_is_of(command->request, command))
        command->request = NULL;
    return command->request || !arena->ran_out ? OUTBOX_OK : outbox_no_memory(outbox);
}

void outbox_bind_answer(sqlite3_stmt *statement, const uint8_t *id, const Concordat__V1__Answer *answer,
                        int64_t now_ms)
{
    outbox_bind_id(statement, 1, id);
    outbox_bind_number(statement, 2, answer->done ? COMMAND_RECEIVED : COMMAND_REFUSED);
    outbox_bind_number(statement, 3, answer->refusal);
    outbox_bind_text(statement, 4, answer->text);
    outbox_bind_number(statement, 5, now_ms);
    outbox_bind_number(statement, 6, (int64_t)answer->seq);
}

enum outbox_status outbox_update_one(struct outbox *outbox, sqlite3_stmt *statement)
{
    enum outbox_status status = outbox_store_run(outbox, statement);
    return status == OUTBOX_OK && sqlite3_changes(outbox->db) == 0 ? OUTBOX_NOT_FOUND : status;
}

enum outbox_status outbox_find_command(struct outbox *outbox, const uint8_t *id, struct arena *arena,
                                       struct outbox_command *command)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_FIND_COMMAND);
    outbox_bind_id(statement, 1, id);
    enum outbox_status status = outbox_read_command(outbox, statement, arena, command);
    outbox_store_end(statement);
    return status;
}

/* --- what is taken out --------------------------------------------------------------------------------- */

/* In one statement: what is kept is whole. */
static enum outbox_status outbox_write_stripped(struct outbox *outbox, const uint8_t *id, size_t size)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_STRIPPED);
    outbox_bind_id(statement, 1, id);
    outbox_bind_bytes(statement, 2, outbox->body, size);
    outbox->is_to_be_swept = true;
    return outbox_update_one(outbox, statement);
}

static enum outbox_status outbox_mark_not_kept(struct outbox *outbox, const uint8_t *id)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_KEPT_NO_MORE);
    outbox_bind_id(statement, 1, id);
    return outbox_update_one(outbox, statement);
}

enum outbox_status outbox_strip(struct outbox *outbox, const uint8_t *id)
{
    struct outbox_command command;
    enum outbox_status status = outbox_find_command(outbox, id, &outbox->arena, &command);
    if (status == OUTBOX_OK && !command.request)
        status = outbox_write_stripped(outbox, id, 0);
    else if (status == OUTBOX_OK && outbox_take_out(command.request))
        status = outbox_write_stripped(
            outbox, id, outbox_seal(outbox, command.referral, command.request, command.digest));
    else if (status == OUTBOX_OK)
        status = outbox_mark_not_kept(outbox, id);
    arena_reset(&outbox->arena);
    return status;
}

enum outbox_status outbox_strip_referral(struct outbox *outbox, const uint8_t *referral)
{
    enum outbox_status status;
    do {
        uint8_t id[WIRE_ID_BYTES];
        sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_KEPT_OF);
        outbox_bind_id(statement, 1, referral);
        status = outbox_store_step(outbox, statement);
        if (status == OUTBOX_OK && !outbox_read_id(statement, 0, id))
            status = outbox_unreadable(outbox);
        outbox_store_end(statement);
        if (status == OUTBOX_OK)
            status = outbox_strip(outbox, id);
    } while (status == OUTBOX_OK);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

enum outbox_status outbox_drop_replaced(struct outbox *outbox, const uint8_t *id)
{
    struct outbox_command command;
    enum outbox_status status = outbox_find_command(outbox, id, &outbox->arena, &command);
    if (status == OUTBOX_OK && command.request && outbox_parts(command.request).referral) {
        sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_DROP_REPLACED);
        outbox_bind_id(statement, 1, id);
        status = outbox_store_run(outbox, statement);
        outbox->is_to_be_swept = true;
    }
    arena_reset(&outbox->arena);
    return status;
}
