/* outbox.c: see outbox.h. */
#include "services/intake/outbox.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/borrowed.h"
#include "services/intake/limits.h"
#include "services/intake/outbox_rows.h"
#include "services/intake/outbox_seal.h"

static_assert(CONCORDAT__V1__REQUEST__COMMAND_SUBMIT == 12 && CONCORDAT__V1__REQUEST__COMMAND_UPDATE == 13,
              "the statements name these kinds by number");

/* The bytes of a message, which the caller frees; NULL when memory is short. */
static uint8_t *outbox_pack(const ProtobufCMessage *message, size_t *size)
{
    *size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(*size > 0 ? *size : 1);
    if (bytes)
        protobuf_c_message_pack(message, bytes);
    return bytes;
}

/* A digest is sealed with its command, so that any key does. */
static const uint8_t own_key[CONTENT_KEY_BYTES];

bool outbox_digest(const Concordat__V1__Request *request, uint8_t digest[CONTENT_DIGEST_BYTES])
{
    struct content content;
    size_t size;
    uint8_t *bytes = outbox_pack(&request->base, &size);
    if (!bytes)
        return false;
    content_find(request, bytes, size, &content);
    content_digest_keyed(&content, own_key, digest);
    sodium_memzero(bytes, size);
    free(bytes);
    return true;
}

/* Adds a referral, with a status that says no more than its sender did. No person: NULL. */
static enum outbox_status outbox_add_case(struct outbox *outbox, const Concordat__V1__Referral *referral,
                                          const Concordat__V1__Person *person)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = referral->id;
    status.source = referral->source;
    status.urgency = referral->urgency;
    status.drill = referral->drill;
    size_t size;
    uint8_t *bytes = outbox_pack(&status.base, &size);
    if (!bytes)
        return outbox_no_memory(outbox);
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_ADD_CASE);
    outbox_bind_id(statement, 1, referral->id.data);
    outbox_bind_bytes(statement, 2, bytes, size);
    outbox_bind_text(statement, 3, person ? person->id : "");
    enum outbox_status result = outbox_store_run(outbox, statement);
    free(bytes);
    return result;
}

/* A sealed form is stored as the Submit that it is, unopened. */
static bool outbox_is_unopened(const Concordat__V1__Request *request)
{
    return request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED;
}

static enum outbox_status outbox_add_command(struct outbox *outbox, const Concordat__V1__Request *request,
                                             const uint8_t *digest, int64_t now_ms)
{
    size_t size = outbox_seal(outbox, wire_changed_referral(request), request, digest);
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_ADD_COMMAND);
    outbox_bind_id(statement, 1, request->command_id.data);
    outbox_bind_id(statement, 2, wire_changed_referral(request));
    outbox_bind_number(statement, 3,
                       outbox_is_unopened(request) ? CONCORDAT__V1__REQUEST__COMMAND_SUBMIT
                                                   : request->command_case);
    outbox_bind_bytes(statement, 4, outbox->body, size);
    outbox_bind_number(statement, 5, now_ms);
    outbox_bind_text(statement, 6, request->device);
    outbox_bind_number(statement, 7, outbox_is_unopened(request) ? COMMAND_UNOPENED : COMMAND_SAVED);
    enum outbox_status status = outbox_store_run(outbox, statement);
    if (status == OUTBOX_OK && sqlite3_changes(outbox->db) == 0)
        return OUTBOX_NOT_FOUND;
    return status;
}

enum outbox_status outbox_find_content(struct outbox *outbox, const uint8_t *referral, struct arena *arena,
                                       struct outbox_command *command)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_FIND_CONTENT);
    outbox_bind_id(statement, 1, referral);
    enum outbox_status status = outbox_read_command(outbox, statement, arena, command);
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_next_due(struct outbox *outbox, int64_t now_ms, bool with_new_work, int64_t *row,
                                   struct arena *arena, struct outbox_command *command)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_DUE);
    outbox_bind_number(statement, 1, *row);
    outbox_bind_number(statement, 2, now_ms);
    outbox_bind_number(statement, 3, with_new_work);
    outbox_bind_session(outbox, statement, 4);
    enum outbox_status status = outbox_read_command(outbox, statement, arena, command);
    if (status == OUTBOX_OK)
        *row = sqlite3_column_int64(statement, 7);
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_next_lost(struct outbox *outbox, int64_t *row, struct arena *arena,
                                    struct outbox_command *command)
{
    enum outbox_status status;
    do {
        sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_COMMAND);
        outbox_bind_number(statement, 1, *row);
        outbox_bind_number(statement, 2, COMMAND_RECEIVED); /* before which it waits */
        arena_reset(arena);
        status = outbox_read_command(outbox, statement, arena, command);
        if (status == OUTBOX_OK)
            *row = sqlite3_column_int64(statement, 7);
        outbox_store_end(statement);
    } while (status == OUTBOX_OK && command->request);
    return status;
}

static Concordat__V1__CaseStatus *outbox_read_status(sqlite3_stmt *statement, struct arena *arena)
{
    const uint8_t *bytes = sqlite3_column_blob(statement, 0);
    return concordat__v1__case_status__unpack(&arena->allocator, (size_t)sqlite3_column_bytes(statement, 0),
                                              bytes);
}

static enum outbox_status outbox_read_case(struct outbox *outbox, sqlite3_stmt *statement,
                                           struct arena *arena, struct outbox_case *found)
{
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        found->status = outbox_read_status(statement, arena);
        found->submitted = (enum command_state)sqlite3_column_int(statement, 1);
        found->refusal = (Concordat__V1__Refusal)sqlite3_column_int(statement, 2);
        outbox_read_text(statement, 3, found->refusal_text);
        found->waiting = (uint32_t)sqlite3_column_int64(statement, 4);
        status = found->status ? OUTBOX_OK : outbox_unreadable(outbox);
    }
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_find_case(struct outbox *outbox, const uint8_t *referral, struct arena *arena,
                                    struct outbox_case *found)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_FIND_CASE);
    outbox_bind_id(statement, 1, referral);
    return outbox_read_case(outbox, statement, arena, found);
}

enum outbox_status outbox_find_number(struct outbox *outbox, const char *number, struct arena *arena,
                                      struct outbox_case *found)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_FIND_NUMBER);
    outbox_bind_text(statement, 1, number);
    return outbox_read_case(outbox, statement, arena, found);
}

/* Looks for this command, or this submission, and reads it into *command: REPEATED, CONFLICT if its content
 * is another, NOT_FOUND or FAILED. Content that does not open cannot be compared; its id says that it is the
 * same. */
static enum outbox_status outbox_find_saved(struct outbox *outbox, enum outbox_statement which,
                                            const uint8_t *id, const uint8_t *digest, struct arena *arena,
                                            struct outbox_command *command)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, which);
    outbox_bind_id(statement, 1, id);
    enum outbox_status status = outbox_read_command(outbox, statement, arena, command);
    if (status == OUTBOX_OK) {
        bool is_same = !command->request || memcmp(command->digest, digest, CONTENT_DIGEST_BYTES) == 0;
        status = is_same ? OUTBOX_REPEATED : OUTBOX_CONFLICT;
    }
    outbox_store_end(statement);
    return status;
}

/* Adds the referral of a sealed form, of which nothing else is known. */
static enum outbox_status outbox_add_sealed_case(struct outbox *outbox, const Concordat__V1__Request *request)
{
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    referral.id = request->submit_sealed->referral;
    return outbox_add_case(outbox, &referral, request->person);
}

/* Writes a command that is new. */
static enum outbox_status outbox_add(struct outbox *outbox, Concordat__V1__Request *request,
                                     const uint8_t *digest, int64_t now_ms, struct outbox_command *command)
{
    enum outbox_status status = outbox_store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        status = outbox_add_case(outbox, request->submit->referral, request->person);
    else if (outbox_is_unopened(request))
        status = outbox_add_sealed_case(outbox, request);
    if (status == OUTBOX_OK)
        status = outbox_add_command(outbox, request, digest, now_ms);
    *command = (struct outbox_command){
        .state = outbox_is_unopened(request) ? COMMAND_UNOPENED : COMMAND_SAVED, .request = request};
    memcpy(command->id, request->command_id.data, WIRE_ID_BYTES);
    memcpy(command->referral, wire_changed_referral(request), WIRE_ID_BYTES);
    return outbox_store_finish(outbox, status);
}

enum outbox_status outbox_save(struct outbox *outbox, Concordat__V1__Request *request,
                               const uint8_t digest[CONTENT_DIGEST_BYTES], int64_t now_ms,
                               struct arena *arena, struct outbox_saved *saved)
{
    const uint8_t *referral = wire_changed_referral(request);
    struct outbox_command *command = &saved->command;
    assert(request->command_id.len == WIRE_ID_BYTES && referral);
    enum outbox_status status =
        outbox_find_saved(outbox, STATEMENT_FIND_COMMAND, request->command_id.data, digest, arena, command);
    if (status == OUTBOX_NOT_FOUND &&
        (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT || outbox_is_unopened(request)))
        status = outbox_find_saved(outbox, STATEMENT_FIND_SUBMISSION, referral, digest, arena, command);
    if (status == OUTBOX_NOT_FOUND)
        status = outbox_add(outbox, request, digest, now_ms, command);
    if (status != OUTBOX_OK && status != OUTBOX_REPEATED)
        return status;
    enum outbox_status found = outbox_find_case(outbox, command->referral, arena, &saved->found);
    if (found == OUTBOX_NOT_FOUND)
        found = outbox_unreadable(outbox);
    return found == OUTBOX_OK ? status : found;
}

enum outbox_status outbox_board(struct outbox *outbox, const struct outbox_choice *choice, size_t limit,
                                struct arena *arena, Concordat__V1__CaseStatus **statuses, size_t *count)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_BOARD);
    outbox_bind_number(statement, 1, choice->with_closed ? 1 : 0);
    outbox_bind_number(statement, 2, (int64_t)limit);
    if (choice->person)
        outbox_bind_text(statement, 3, choice->person);
    enum outbox_status status;
    *count = 0;
    while ((status = outbox_store_step(outbox, statement)) == OUTBOX_OK) {
        statuses[*count] = outbox_read_status(statement, arena);
        if (!statuses[*count]) {
            status = outbox_unreadable(outbox);
            break;
        }
        *count += 1;
    }
    outbox_store_end(statement);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

enum outbox_status outbox_next_open(struct outbox *outbox, int64_t *row, uint8_t referral[WIRE_ID_BYTES])
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_OPEN);
    outbox_bind_number(statement, 1, *row);
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        *row = sqlite3_column_int64(statement, 0);
        status = outbox_read_id(statement, 1, referral) ? OUTBOX_OK : outbox_unreadable(outbox);
    }
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_next_unopened(struct outbox *outbox, int64_t *row, struct arena *arena,
                                        struct outbox_command *command)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_UNOPENED);
    outbox_bind_number(statement, 1, *row);
    arena_reset(arena);
    enum outbox_status status = outbox_read_command(outbox, statement, arena, command);
    if (status == OUTBOX_OK)
        *row = sqlite3_column_int64(statement, 7);
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_sent(struct outbox *outbox, const uint8_t *id)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_SENT);
    outbox_bind_id(statement, 1, id);
    return outbox_update_one(outbox, statement);
}

enum outbox_status outbox_put_off(struct outbox *outbox, const uint8_t *id,
                                  const Concordat__V1__Answer *answer, int64_t until_ms)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_PUT_OFF);
    outbox_bind_id(statement, 1, id);
    outbox_bind_number(statement, 2, until_ms);
    outbox_bind_number(statement, 3, answer->refusal);
    outbox_bind_text(statement, 4, answer->text);
    return outbox_update_one(outbox, statement);
}

enum outbox_status outbox_resume(struct outbox *outbox)
{
    return outbox_store_run(outbox, outbox_store_statement(outbox, STATEMENT_RESUME));
}

static bool outbox_is_over(Concordat__V1__State state)
{
    return state == CONCORDAT__V1__STATE__STATE_CLOSED || state == CONCORDAT__V1__STATE__STATE_WITHDRAWN;
}

/* A status as it is stored: that there are messages, without their words, which are sealed everywhere else.
 * Whoever asks for the record reads them. */
static uint8_t *outbox_pack_status(const Concordat__V1__CaseStatus *status, size_t *size)
{
    Concordat__V1__CaseStatus stored = *status;
    Concordat__V1__CaseMessage messages[MESSAGES_STORED_MAX], *list[MESSAGES_STORED_MAX];
    if (stored.n_messages > MESSAGES_STORED_MAX)
        stored.n_messages = MESSAGES_STORED_MAX;
    for (size_t i = 0; i < stored.n_messages; i++) {
        messages[i] = *status->messages[i];
        messages[i].text = borrowed_text("");
        list[i] = &messages[i];
    }
    stored.messages = list;
    return outbox_pack(&stored.base, size);
}

/* Inside or outside a transaction. */
static enum outbox_status outbox_write_status(struct outbox *outbox, const Concordat__V1__CaseStatus *status,
                                              int64_t now_ms)
{
    sqlite3_stmt *known = outbox_store_statement(outbox, STATEMENT_KNOWN_SEQ);
    outbox_bind_id(known, 1, status->referral.data);
    outbox_bind_session(outbox, known, 2);
    enum outbox_status result = outbox_store_step(outbox, known);
    uint64_t known_seq = result == OUTBOX_OK ? (uint64_t)sqlite3_column_int64(known, 0) : 0;
    if (result == OUTBOX_OK &&
        (known_seq == status->seq || (known_seq > status->seq && sqlite3_column_int(known, 1))))
        result = OUTBOX_REPEATED;
    outbox_store_end(known);
    if (result != OUTBOX_OK)
        return result;
    size_t size;
    uint8_t *bytes = outbox_pack_status(status, &size);
    if (!bytes)
        return outbox_no_memory(outbox);
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_TELL);
    outbox_bind_id(statement, 1, status->referral.data);
    outbox_bind_bytes(statement, 2, bytes, size);
    outbox_bind_number(statement, 3, (int64_t)status->seq);
    outbox_bind_text(statement, 4, status->number);
    outbox_bind_number(statement, 5, outbox_is_over(status->state) ? 1 : 0);
    outbox_bind_number(statement, 6, now_ms);
    outbox_bind_session(outbox, statement, 7);
    result = outbox_update_one(outbox, statement);
    free(bytes);
    if (result == OUTBOX_OK && status->erased_ms)
        result = outbox_strip_referral(outbox, status->referral.data);
    return result;
}

/* A referral of this source that the duty coordinator entered, because it was telephoned. */
static enum outbox_status outbox_adopt(struct outbox *outbox, const Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    referral.id = status->referral;
    referral.source = status->source;
    referral.urgency = status->urgency;
    referral.drill = status->drill;
    return outbox_add_case(outbox, &referral, NULL);
}

enum outbox_status outbox_tell(struct outbox *outbox, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    if (status->referral.len != WIRE_ID_BYTES)
        return OUTBOX_NOT_FOUND;
    enum outbox_status told = outbox_write_status(outbox, status, now_ms);
    if (told != OUTBOX_NOT_FOUND || !status->entered_ms || outbox_is_over(status->state))
        return told;
    told = outbox_adopt(outbox, status);
    return told == OUTBOX_OK ? outbox_write_status(outbox, status, now_ms) : told;
}

enum outbox_status outbox_take_status(struct outbox *outbox, enum outbox_status status,
                                      const Concordat__V1__Answer *answer, int64_t now_ms)
{
    if (status != OUTBOX_OK || !answer->status)
        return status;
    enum outbox_status told = outbox_tell(outbox, answer->status, now_ms);
    return told == OUTBOX_FAILED ? told : OUTBOX_OK;
}

/* What led to no event cannot be lost; and a router that names no session cannot be told from another. */
static bool outbox_is_to_be_kept(const struct outbox *outbox, const Concordat__V1__Answer *answer)
{
    return answer->done && answer->seq > 0 && outbox->session_size > 0;
}

enum outbox_status outbox_answered(struct outbox *outbox, const uint8_t *id,
                                   const Concordat__V1__Answer *answer, int64_t now_ms)
{
    bool keeps = outbox_is_to_be_kept(outbox, answer);
    enum outbox_status status = outbox_store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_SETTLE);
    outbox_bind_answer(statement, id, answer, now_ms);
    if (keeps)
        outbox_bind_session(outbox, statement, 7);
    status = outbox_update_one(outbox, statement);
    if (status == OUTBOX_OK && answer->done)
        status = outbox_drop_replaced(outbox, id);
    if (status == OUTBOX_OK && answer->done && !keeps)
        status = outbox_strip(outbox, id);
    return outbox_store_finish(outbox, outbox_take_status(outbox, status, answer, now_ms));
}

enum outbox_status outbox_opened(struct outbox *outbox, const Concordat__V1__Request *request,
                                 const uint8_t digest[CONTENT_DIGEST_BYTES])
{
    size_t size = outbox_seal(outbox, wire_changed_referral(request), request, digest);
    enum outbox_status status = outbox_store_begin(outbox);
    if (status != OUTBOX_OK)
        return status;
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_OPENED);
    outbox_bind_id(statement, 1, request->command_id.data);
    outbox_bind_bytes(statement, 2, outbox->body, size);
    outbox->is_to_be_swept = true;
    status = outbox_update_one(outbox, statement);
    if (status == OUTBOX_OK)
        status = outbox_add_case(outbox, request->submit->referral, request->person);
    return outbox_store_finish(outbox, status);
}

enum outbox_status outbox_forget(struct outbox *outbox, int64_t before_ms, int64_t saved_before_ms,
                                 uint32_t *forgotten)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_FORGET);
    outbox_bind_number(statement, 1, before_ms);
    outbox_bind_number(statement, 2, saved_before_ms);
    enum outbox_status status = outbox_store_run(outbox, statement);
    *forgotten = status == OUTBOX_OK ? (uint32_t)sqlite3_changes(outbox->db) : 0;
    outbox->is_to_be_swept |= *forgotten > 0;
    return status;
}

/* SQLite overwrites in its page what is taken out (PRAGMA secure_delete), but the page as it was still stands
 * in the write-ahead log and in the database file, until a checkpoint copies the new one and truncates the
 * log.
 */
enum outbox_status outbox_sweep(struct outbox *outbox)
{
    if (!outbox->is_to_be_swept)
        return OUTBOX_OK;
    if (sqlite3_wal_checkpoint_v2(outbox->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK) {
        snprintf(outbox->message, sizeof outbox->message, "the outbox failed: %s",
                 sqlite3_errmsg(outbox->db));
        return OUTBOX_FAILED;
    }
    outbox->is_to_be_swept = false;
    return OUTBOX_OK;
}

enum outbox_status outbox_others_withdrawn(struct outbox *outbox, const uint8_t *referral, const char *device,
                                           int64_t from_ms, int64_t to_ms, uint32_t *count)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_OTHERS_WITHDRAWN);
    outbox_bind_id(statement, 1, referral);
    outbox_bind_text(statement, 2, device);
    outbox_bind_number(statement, 3, from_ms);
    outbox_bind_number(statement, 4, to_ms);
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status == OUTBOX_OK)
        *count = sqlite3_column_int(statement, 0) ? (uint32_t)sqlite3_column_int64(statement, 1) : 0;
    outbox_store_end(statement);
    return status;
}

enum outbox_status outbox_count(struct outbox *outbox, struct outbox_counts *counts)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_COUNT_COMMANDS);
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status == OUTBOX_OK) {
        counts->waiting = (uint32_t)sqlite3_column_int64(statement, 0);
        counts->refused = (uint32_t)sqlite3_column_int64(statement, 1);
        counts->unopened = (uint32_t)sqlite3_column_int64(statement, 2);
        counts->oldest_ms = sqlite3_column_int64(statement, 3);
        counts->lost = (uint32_t)sqlite3_column_int64(statement, 4);
        counts->lost_ms = sqlite3_column_int64(statement, 5);
        counts->bytes = sqlite3_column_int64(statement, 6);
    }
    outbox_store_end(statement);
    return status;
}
