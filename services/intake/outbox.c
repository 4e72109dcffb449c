/* outbox.c: see outbox.h. */
#include "services/intake/outbox.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/intake/outbox_store.h"

static_assert(CONCORDAT__V1__REQUEST__COMMAND_SUBMIT == 12 && CONCORDAT__V1__REQUEST__COMMAND_UPDATE == 13,
              "the statements name these kinds by number");

static void bind_bytes(sqlite3_stmt *statement, int at, const void *bytes, size_t size)
{
    int rc = sqlite3_bind_blob64(statement, at, bytes, size, SQLITE_STATIC);
    assert(rc == SQLITE_OK);
}

static void bind_id(sqlite3_stmt *statement, int at, const uint8_t *id)
{
    bind_bytes(statement, at, id, WIRE_ID_BYTES);
}

static void bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
    int rc = sqlite3_bind_int64(statement, at, number);
    assert(rc == SQLITE_OK);
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    int rc = sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    assert(rc == SQLITE_OK);
}

/* An owned copy of a message's bytes, or NULL. */
static uint8_t *pack(const ProtobufCMessage *message, size_t *size)
{
    *size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(*size > 0 ? *size : 1);
    if (bytes)
        protobuf_c_message_pack(message, bytes);
    return bytes;
}

static enum outbox_status no_memory(struct outbox *outbox)
{
    snprintf(outbox->message, sizeof outbox->message, "no memory");
    return OUTBOX_FAILED;
}

static enum outbox_status unreadable(struct outbox *outbox)
{
    snprintf(outbox->message, sizeof outbox->message,
             "a stored record cannot be read: the outbox is damaged");
    return OUTBOX_FAILED;
}

/* False where there is no id: something else has written there, or the disk has lost it. */
static bool read_id(sqlite3_stmt *statement, int at, uint8_t id[WIRE_ID_BYTES])
{
    const void *bytes = sqlite3_column_blob(statement, at);
    if (!bytes || sqlite3_column_bytes(statement, at) != WIRE_ID_BYTES)
        return false;
    memcpy(id, bytes, WIRE_ID_BYTES);
    return true;
}

bool outbox_digest(const Concordat__V1__Request *request, uint8_t digest[CONTENT_DIGEST_BYTES])
{
    struct content content;
    size_t size;
    uint8_t *bytes = pack(&request->base, &size);
    if (!bytes)
        return false;
    content_find(bytes, size, &content);
    content_digest(&content, digest);
    sodium_memzero(bytes, size);
    free(bytes);
    return true;
}

const uint8_t *outbox_referral(const Concordat__V1__Request *request)
{
    const ProtobufCBinaryData *id = NULL;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT && request->submit->referral != NULL)
        id = &request->submit->referral->id;
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE &&
             request->update->referral != NULL)
        id = &request->update->referral->id;
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW)
        id = &request->withdraw->referral;
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_TOLD)
        id = &request->told->referral;
    return id != NULL && id->len == WIRE_ID_BYTES ? id->data : NULL;
}

static bool has_confidential(const Concordat__V1__Request *request)
{
    return (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT &&
            request->submit->confidential != NULL) ||
           (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE &&
            request->update->confidential != NULL);
}

/* Whether this command, or this submission, is known: REPEATED, CONFLICT or (not yet) NOT_FOUND. */
static enum outbox_status find_known(struct outbox *outbox, enum statement which, const uint8_t *id,
                                     const uint8_t *digest, uint8_t *first)
{
    sqlite3_stmt *statement = store_statement(outbox, which);
    bind_id(statement, 1, id);
    enum outbox_status status = store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        bool same = sqlite3_column_bytes(statement, 7) == CONTENT_DIGEST_BYTES &&
                    memcmp(sqlite3_column_blob(statement, 7), digest, CONTENT_DIGEST_BYTES) == 0;
        status = same ? OUTBOX_REPEATED : OUTBOX_CONFLICT;
        if (!read_id(statement, 0, first))
            status = unreadable(outbox);
    }
    store_end(statement);
    return status;
}

/* The status of a referral that the broker has not seen. */
static enum outbox_status add_case(struct outbox *outbox, const Concordat__V1__Referral *referral)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = referral->id;
    status.source = referral->source;
    status.urgency = referral->urgency;
    status.drill = referral->drill;
    size_t size;
    uint8_t *bytes = pack(&status.base, &size);
    if (!bytes)
        return no_memory(outbox);
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_ADD_CASE);
    bind_id(statement, 1, referral->id.data);
    bind_bytes(statement, 2, bytes, size);
    enum outbox_status result = store_run(outbox, statement);
    free(bytes);
    return result;
}

static enum outbox_status add_command(struct outbox *outbox, const Concordat__V1__Request *request,
                                      const uint8_t *digest, int64_t now_ms)
{
    size_t size;
    uint8_t *bytes = pack(&request->base, &size);
    if (!bytes)
        return no_memory(outbox);
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_ADD_COMMAND);
    bind_id(statement, 1, request->command_id.data);
    bind_id(statement, 2, outbox_referral(request));
    bind_number(statement, 3, request->command_case);
    bind_bytes(statement, 4, digest, CONTENT_DIGEST_BYTES);
    bind_bytes(statement, 5, bytes, size);
    bind_number(statement, 6, has_confidential(request) ? 1 : 0);
    bind_number(statement, 7, now_ms);
    enum outbox_status status = store_run(outbox, statement);
    sodium_memzero(bytes, size);
    free(bytes);
    if (status == OUTBOX_OK && sqlite3_changes(outbox->db) == 0)
        return OUTBOX_NOT_FOUND;
    return status;
}

enum outbox_status outbox_save(struct outbox *outbox, const Concordat__V1__Request *request,
                               const uint8_t digest[CONTENT_DIGEST_BYTES], int64_t now_ms,
                               uint8_t first[WIRE_ID_BYTES])
{
    assert(request->command_id.len == WIRE_ID_BYTES && outbox_referral(request) != NULL);
    bool submits = request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    enum outbox_status status =
        find_known(outbox, STATEMENT_FIND_COMMAND, request->command_id.data, digest, first);
    if (status == OUTBOX_NOT_FOUND && submits)
        status = find_known(outbox, STATEMENT_FIND_SUBMISSION, outbox_referral(request), digest, first);
    if (status != OUTBOX_NOT_FOUND)
        return status;
    status = store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    if (submits)
        status = add_case(outbox, request->submit->referral);
    if (status == OUTBOX_OK)
        status = add_command(outbox, request, digest, now_ms);
    return store_finish(outbox, status);
}

static void read_text(sqlite3_stmt *statement, int at, char text[OUTBOX_TEXT_BYTES])
{
    const char *stored = (const char *)sqlite3_column_text(statement, at);
    snprintf(text, OUTBOX_TEXT_BYTES, "%s", stored != NULL ? stored : "");
}

/* Steps to one row of COMMAND_COLUMNS and reads it. */
static enum outbox_status read_command(struct outbox *outbox, sqlite3_stmt *statement, struct arena *arena,
                                       struct outbox_command *command)
{
    enum outbox_status status = store_step(outbox, statement);
    if (status != OUTBOX_OK)
        return status;
    if (!read_id(statement, 0, command->id) || !read_id(statement, 1, command->referral))
        return unreadable(outbox);
    command->state = (enum command_state)sqlite3_column_int(statement, 2);
    command->attempts = (uint32_t)sqlite3_column_int64(statement, 3);
    command->refusal = (Concordat__V1__Refusal)sqlite3_column_int(statement, 4);
    read_text(statement, 5, command->refusal_text);
    const uint8_t *bytes = sqlite3_column_blob(statement, 6);
    command->request =
        concordat__v1__request__unpack(&arena->allocator, (size_t)sqlite3_column_bytes(statement, 6), bytes);
    return command->request != NULL ? OUTBOX_OK : unreadable(outbox);
}

enum outbox_status outbox_find_command(struct outbox *outbox, const uint8_t *id, struct arena *arena,
                                       struct outbox_command *command)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_FIND_COMMAND);
    bind_id(statement, 1, id);
    enum outbox_status status = read_command(outbox, statement, arena, command);
    store_end(statement);
    return status;
}

enum outbox_status outbox_find_content(struct outbox *outbox, const uint8_t *referral, bool with_confidential,
                                       struct arena *arena, struct outbox_command *command)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_FIND_CONTENT);
    bind_id(statement, 1, referral);
    bind_number(statement, 2, with_confidential ? 1 : 0);
    enum outbox_status status = read_command(outbox, statement, arena, command);
    store_end(statement);
    return status;
}

enum outbox_status outbox_next_due(struct outbox *outbox, int64_t now_ms, int64_t *row, struct arena *arena,
                                   struct outbox_command *command)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_NEXT_DUE);
    bind_number(statement, 1, *row);
    bind_number(statement, 2, now_ms);
    enum outbox_status status = read_command(outbox, statement, arena, command);
    if (status == OUTBOX_OK)
        *row = sqlite3_column_int64(statement, 8);
    store_end(statement);
    return status;
}

static Concordat__V1__CaseStatus *read_status(sqlite3_stmt *statement, struct arena *arena)
{
    const uint8_t *bytes = sqlite3_column_blob(statement, 0);
    return concordat__v1__case_status__unpack(&arena->allocator, (size_t)sqlite3_column_bytes(statement, 0),
                                              bytes);
}

static enum outbox_status read_case(struct outbox *outbox, sqlite3_stmt *statement, struct arena *arena,
                                    struct outbox_case *found)
{
    enum outbox_status status = store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        found->status = read_status(statement, arena);
        found->submitted = (enum command_state)sqlite3_column_int(statement, 1);
        found->refusal = (Concordat__V1__Refusal)sqlite3_column_int(statement, 2);
        read_text(statement, 3, found->refusal_text);
        found->waiting = (uint32_t)sqlite3_column_int64(statement, 4);
        status = found->status ? OUTBOX_OK : unreadable(outbox);
    }
    store_end(statement);
    return status;
}

enum outbox_status outbox_find_case(struct outbox *outbox, const uint8_t *referral, struct arena *arena,
                                    struct outbox_case *found)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_FIND_CASE);
    bind_id(statement, 1, referral);
    return read_case(outbox, statement, arena, found);
}

enum outbox_status outbox_find_number(struct outbox *outbox, const char *number, struct arena *arena,
                                      struct outbox_case *found)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_FIND_NUMBER);
    bind_text(statement, 1, number);
    return read_case(outbox, statement, arena, found);
}

enum outbox_status outbox_board(struct outbox *outbox, bool with_closed, size_t limit, struct arena *arena,
                                Concordat__V1__CaseStatus **statuses, size_t *count)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_BOARD);
    bind_number(statement, 1, with_closed ? 1 : 0);
    bind_number(statement, 2, (int64_t)limit);
    enum outbox_status status;
    *count = 0;
    while ((status = store_step(outbox, statement)) == OUTBOX_OK) {
        statuses[*count] = read_status(statement, arena);
        if (!statuses[*count]) {
            status = unreadable(outbox);
            break;
        }
        *count += 1;
    }
    store_end(statement);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

enum outbox_status outbox_next_open(struct outbox *outbox, int64_t *row, uint8_t referral[WIRE_ID_BYTES])
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_NEXT_OPEN);
    bind_number(statement, 1, *row);
    enum outbox_status status = store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        *row = sqlite3_column_int64(statement, 0);
        status = read_id(statement, 1, referral) ? OUTBOX_OK : unreadable(outbox);
    }
    store_end(statement);
    return status;
}

/* Runs an update of one row; NOT_FOUND where there was none to update. */
static enum outbox_status update_one(struct outbox *outbox, sqlite3_stmt *statement)
{
    enum outbox_status status = store_run(outbox, statement);
    return status == OUTBOX_OK && sqlite3_changes(outbox->db) == 0 ? OUTBOX_NOT_FOUND : status;
}

enum outbox_status outbox_sent(struct outbox *outbox, const uint8_t *id)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_SENT);
    bind_id(statement, 1, id);
    return update_one(outbox, statement);
}

enum outbox_status outbox_put_off(struct outbox *outbox, const uint8_t *id,
                                  const Concordat__V1__Answer *answer, int64_t until_ms)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_PUT_OFF);
    bind_id(statement, 1, id);
    bind_number(statement, 2, until_ms);
    bind_number(statement, 3, answer->refusal);
    bind_text(statement, 4, answer->text);
    return update_one(outbox, statement);
}

enum outbox_status outbox_resume(struct outbox *outbox)
{
    return store_run(outbox, store_statement(outbox, STATEMENT_RESUME));
}

static bool is_over(Concordat__V1__State state)
{
    return state == CONCORDAT__V1__STATE__STATE_CLOSED || state == CONCORDAT__V1__STATE__STATE_WITHDRAWN;
}

/* Inside or outside a transaction. */
static enum outbox_status write_status(struct outbox *outbox, const Concordat__V1__CaseStatus *status,
                                       int64_t now_ms)
{
    sqlite3_stmt *known = store_statement(outbox, STATEMENT_KNOWN_SEQ);
    bind_id(known, 1, status->referral.data);
    enum outbox_status result = store_step(outbox, known);
    if (result == OUTBOX_OK && (uint64_t)sqlite3_column_int64(known, 0) >= status->seq)
        result = OUTBOX_REPEATED;
    store_end(known);
    if (result != OUTBOX_OK)
        return result;
    size_t size;
    uint8_t *bytes = pack(&status->base, &size);
    if (!bytes)
        return no_memory(outbox);
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_TELL);
    bind_id(statement, 1, status->referral.data);
    bind_bytes(statement, 2, bytes, size);
    bind_number(statement, 3, (int64_t)status->seq);
    bind_text(statement, 4, status->number);
    bind_number(statement, 5, is_over(status->state) ? 1 : 0);
    bind_number(statement, 6, now_ms);
    result = update_one(outbox, statement);
    free(bytes);
    return result;
}

enum outbox_status outbox_tell(struct outbox *outbox, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    return status->referral.len == WIRE_ID_BYTES ? write_status(outbox, status, now_ms) : OUTBOX_NOT_FOUND;
}

enum outbox_status outbox_answered(struct outbox *outbox, const uint8_t *id,
                                   const Concordat__V1__Answer *answer, int64_t now_ms)
{
    enum outbox_status status = store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_SETTLE);
    bind_id(statement, 1, id);
    bind_number(statement, 2, answer->done ? COMMAND_RECEIVED : COMMAND_REFUSED);
    bind_number(statement, 3, answer->refusal);
    bind_text(statement, 4, answer->text);
    status = update_one(outbox, statement);
    if (status == OUTBOX_OK && answer->status) {
        enum outbox_status told = outbox_tell(outbox, answer->status, now_ms);
        status = told == OUTBOX_FAILED ? told : OUTBOX_OK;
    }
    return store_finish(outbox, status);
}

enum outbox_status outbox_forget(struct outbox *outbox, int64_t closed_before_ms, uint32_t *forgotten)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_FORGET);
    bind_number(statement, 1, closed_before_ms);
    enum outbox_status status = store_run(outbox, statement);
    *forgotten = status == OUTBOX_OK ? (uint32_t)sqlite3_changes(outbox->db) : 0;
    /* What was deleted still stands in the write-ahead log until that is moved into the file. */
    if (*forgotten > 0 &&
        sqlite3_wal_checkpoint_v2(outbox->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK) {
        snprintf(outbox->message, sizeof outbox->message, "the outbox failed: %s",
                 sqlite3_errmsg(outbox->db));
        return OUTBOX_FAILED;
    }
    return status;
}

enum outbox_status outbox_count(struct outbox *outbox, uint32_t *waiting, uint32_t *refused)
{
    sqlite3_stmt *statement = store_statement(outbox, STATEMENT_COUNT_COMMANDS);
    enum outbox_status status = store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        *waiting = (uint32_t)sqlite3_column_int64(statement, 0);
        *refused = (uint32_t)sqlite3_column_int64(statement, 1);
    }
    store_end(statement);
    return status;
}
