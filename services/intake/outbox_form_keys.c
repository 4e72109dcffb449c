/* outbox_form_keys.c: see outbox_form_keys.h. */
#include "services/intake/outbox_form_keys.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "services/intake/limits.h"
#include "services/intake/outbox_seal.h"

#define DAY_MS INT64_C(86400000)

/* Reads "row, id, made_ms, body" with the key of an outbox. False if the body does not open, or holds another
 * key than its id says. */
static bool form_key_read(struct outbox *outbox, const uint8_t *key, sqlite3_stmt *statement,
                          struct form_key_kept *kept)
{
    const void *id = sqlite3_column_blob(statement, 1), *body = sqlite3_column_blob(statement, 3);
    size_t size = (size_t)sqlite3_column_bytes(statement, 3);
    uint8_t named[WIRE_ID_BYTES];
    struct seal_opened opened;
    if (!id || sqlite3_column_bytes(statement, 1) != WIRE_ID_BYTES)
        return false;
    memcpy(kept->id, id, WIRE_ID_BYTES);
    kept->made_ms = sqlite3_column_int64(statement, 2);
    kept->opens_until_ms = kept->made_ms + (FORM_KEY_TOLD_DAYS + FORM_KEY_KEPT_DAYS) * DAY_MS;
    if (!outbox_seal_opens(outbox, key, kept->id, body, size, &opened))
        return false;
    bool is_key = opened.size == sizeof kept->key;
    if (is_key)
        memcpy(&kept->key, opened.text, sizeof kept->key);
    outbox_seal_wipe(outbox, &opened);
    form_seal_id(kept->key.point, named);
    return is_key && memcmp(named, kept->id, WIRE_ID_BYTES) == 0;
}

static enum outbox_status form_key_step(struct outbox *outbox, sqlite3_stmt *statement,
                                        struct form_key_kept *kept)
{
    enum outbox_status status = outbox_store_step(outbox, statement);
    if (status == OUTBOX_OK && !form_key_read(outbox, outbox->key, statement, kept))
        status = OUTBOX_NOT_FOUND;
    outbox_store_end(statement);
    return status;
}

/* Seals a key into outbox->body. Returns the size. */
static size_t form_key_seal(struct outbox *outbox, const struct form_key_kept *kept)
{
    memcpy(outbox->text + SEAL_SALT_BYTES, &kept->key, sizeof kept->key);
    return outbox_seal_text(outbox, kept->id, sizeof kept->key);
}

static enum outbox_status form_key_add(struct outbox *outbox, const struct form_key_kept *kept)
{
    size_t size = form_key_seal(outbox, kept);
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_ADD_FORM_KEY);
    outbox_bind_id(statement, 1, kept->id);
    outbox_bind_number(statement, 2, kept->made_ms);
    outbox_bind_bytes(statement, 3, outbox->body, size);
    return outbox_store_run(outbox, statement);
}

enum outbox_status outbox_form_key_now(struct outbox *outbox, int64_t now_ms, struct form_key_kept *kept)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_CURRENT_FORM_KEY);
    outbox_bind_number(statement, 1, now_ms - FORM_KEY_TOLD_DAYS * DAY_MS);
    outbox_bind_number(statement, 2, now_ms + DAY_MS); /* our clock may have been set back since */
    enum outbox_status status = form_key_step(outbox, statement, kept);
    if (status != OUTBOX_NOT_FOUND)
        return status;
    if (!form_seal_draw(&kept->key)) {
        snprintf(outbox->message, sizeof outbox->message, "libcrypto cannot make a key");
        return OUTBOX_FAILED;
    }
    form_seal_id(kept->key.point, kept->id);
    kept->made_ms = now_ms;
    kept->opens_until_ms = now_ms + (FORM_KEY_TOLD_DAYS + FORM_KEY_KEPT_DAYS) * DAY_MS;
    return form_key_add(outbox, kept);
}

enum outbox_status outbox_form_key_find(struct outbox *outbox, const uint8_t id[WIRE_ID_BYTES],
                                        struct form_key_kept *kept)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_FIND_FORM_KEY);
    outbox_bind_id(statement, 1, id);
    return form_key_step(outbox, statement, kept);
}

enum outbox_status outbox_form_keys_end(struct outbox *outbox, int64_t now_ms, uint32_t *ended)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_END_FORM_KEYS);
    outbox_bind_number(statement, 1, now_ms - (FORM_KEY_TOLD_DAYS + FORM_KEY_KEPT_DAYS) * DAY_MS);
    enum outbox_status status = outbox_store_run(outbox, statement);
    *ended = status == OUTBOX_OK ? (uint32_t)sqlite3_changes(outbox->db) : 0;
    outbox->is_to_be_swept |= *ended > 0;
    return status;
}

enum outbox_status outbox_form_keys_seal_anew(struct outbox *outbox, const uint8_t *old_key)
{
    struct form_key_kept kept;
    int64_t row = 0;
    enum outbox_status status;
    do {
        sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_NEXT_FORM_KEY);
        outbox_bind_number(statement, 1, row);
        status = outbox_store_step(outbox, statement);
        bool is_open = status == OUTBOX_OK && form_key_read(outbox, old_key, statement, &kept);
        row = sqlite3_column_int64(statement, 0);
        outbox_store_end(statement);
        if (is_open) {
            size_t size = form_key_seal(outbox, &kept);
            statement = outbox_store_statement(outbox, STATEMENT_SEALED_FORM_KEY);
            outbox_bind_id(statement, 1, kept.id);
            outbox_bind_bytes(statement, 2, outbox->body, size);
            status = outbox_store_run(outbox, statement);
        }
    } while (status == OUTBOX_OK);
    sodium_memzero(&kept, sizeof kept);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

/* Takes over what the statement gives, of another database. */
static enum outbox_status form_keys_take(struct outbox *outbox, sqlite3_stmt *others, uint32_t *taken)
{
    struct form_key_kept kept;
    enum outbox_status status = OUTBOX_OK;
    while (status == OUTBOX_OK && sqlite3_step(others) == SQLITE_ROW) {
        if (!form_key_read(outbox, outbox->key, others, &kept))
            continue;
        status = form_key_add(outbox, &kept);
        *taken += status == OUTBOX_OK && sqlite3_changes(outbox->db) > 0;
    }
    sodium_memzero(&kept, sizeof kept);
    return status;
}

enum outbox_status outbox_form_keys_take(struct outbox *outbox, const char *path, uint32_t *taken)
{
    sqlite3 *other = NULL;
    sqlite3_stmt *statement = NULL;
    enum outbox_status status = OUTBOX_NOT_FOUND;
    *taken = 0;
    if (sqlite3_open_v2(path, &other, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(other, "SELECT row, id, made_ms, body FROM form_key ORDER BY made_ms", -1,
                           &statement, NULL) == SQLITE_OK)
        status = form_keys_take(outbox, statement, taken);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(other);
    return status;
}
