/* outbox_open.c: opens an outbox, and finds out whether the key is the one that it was sealed with. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/intake/outbox_form_keys.h"
#include "services/intake/outbox_seal.h"

/* Text that is known, sealed: it opens only under the key that seals. It is about no referral. */
static const char canary_text[] = "concordat-outbox";
static const uint8_t no_referral[SEAL_ID_BYTES];

static bool canary_opens(struct outbox *outbox, const void *body, size_t size)
{
    struct seal_opened opened;
    bool is_ours = false;
    if (outbox_seal_opens(outbox, outbox->key, no_referral, body, size, &opened)) {
        is_ours = opened.size == sizeof canary_text - 1 && memcmp(opened.text, canary_text, opened.size) == 0;
        outbox_seal_wipe(outbox, &opened);
    }
    return is_ours;
}

static enum outbox_status canary_look(struct outbox *outbox, bool *opens)
{
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_CANARY);
    enum outbox_status status = outbox_store_step(outbox, statement);
    *opens = status == OUTBOX_OK && canary_opens(outbox, sqlite3_column_blob(statement, 0),
                                                 (size_t)sqlite3_column_bytes(statement, 0));
    outbox_store_end(statement);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

static enum outbox_status canary_write(struct outbox *outbox)
{
    memcpy(outbox->text + SEAL_SALT_BYTES, canary_text, sizeof canary_text - 1);
    size_t size = outbox_seal_text(outbox, no_referral, sizeof canary_text - 1);
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_SET_CANARY);
    outbox_bind_bytes(statement, 1, outbox->body, size);
    return outbox_store_run(outbox, statement);
}

/* The commands of an outbox, and what is found of each. */
struct key_look {
    struct outbox *outbox;
    const uint8_t *key;
    uint32_t opened, waiting_opened, waiting_closed, settled_closed;
};

/* A row of STATEMENT_NEXT_COMMAND. */
struct key_row {
    int64_t row;
    uint8_t id[WIRE_ID_BYTES];
    bool is_open, is_settled, is_empty;
    size_t size; /* of its text in outbox->text, if it is open */
    uint8_t referral[WIRE_ID_BYTES];
};

/* Reads the row after row->row and tries to open it. */
static enum outbox_status key_look_next(const struct key_look *look, struct key_row *row)
{
    sqlite3_stmt *statement = outbox_store_statement(look->outbox, STATEMENT_NEXT_COMMAND);
    outbox_bind_number(statement, 1, row->row);
    outbox_bind_number(statement, 2, COMMAND_UNOPENED + 1);
    enum outbox_status status = outbox_store_step(look->outbox, statement);
    if (status == OUTBOX_OK) {
        const void *id = sqlite3_column_blob(statement, 0), *referral = sqlite3_column_blob(statement, 1);
        struct seal_opened opened = {0};
        bool has_ids = id && referral && sqlite3_column_bytes(statement, 0) == WIRE_ID_BYTES &&
                       sqlite3_column_bytes(statement, 1) == WIRE_ID_BYTES;
        row->row = sqlite3_column_int64(statement, 7);
        row->is_settled = sqlite3_column_int(statement, 2) >= COMMAND_RECEIVED;
        row->is_empty = sqlite3_column_bytes(statement, 6) == 0;
        if (has_ids) {
            memcpy(row->id, id, WIRE_ID_BYTES);
            memcpy(row->referral, referral, WIRE_ID_BYTES);
        }
        row->is_open = has_ids && outbox_seal_opens(look->outbox, look->key, row->referral,
                                                    sqlite3_column_blob(statement, 6),
                                                    (size_t)sqlite3_column_bytes(statement, 6), &opened);
        row->size = opened.size;
    }
    outbox_store_end(statement);
    return status;
}

/* Seals what the key of the look opened under the outbox's own. */
static enum outbox_status key_row_renew(const struct key_look *look, const struct key_row *row)
{
    struct outbox *outbox = look->outbox;
    size_t size = outbox_seal_text(outbox, row->referral, row->size);
    sqlite3_stmt *statement = outbox_store_statement(outbox, STATEMENT_SEALED);
    outbox_bind_id(statement, 1, row->id);
    outbox_bind_bytes(statement, 2, outbox->body, size);
    return outbox_store_run(outbox, statement);
}

/* Counts what a key opens; and seals it anew, if `renews`. */
static enum outbox_status key_look_all(struct key_look *look, bool renews)
{
    struct key_row row = {0};
    enum outbox_status status;
    while ((status = key_look_next(look, &row)) == OUTBOX_OK) {
        look->opened += row.is_open;
        look->waiting_opened += row.is_open && !row.is_settled;
        look->waiting_closed += !row.is_open && !row.is_settled;
        look->settled_closed += !row.is_open && row.is_settled && !row.is_empty;
        if (row.is_open && renews)
            status = key_row_renew(look, &row);
        outbox_seal_wipe(look->outbox, &(struct seal_opened){.size = row.is_open ? row.size : 0});
        if (status != OUTBOX_OK)
            return status;
    }
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

/* Decides by what the outbox's key opens, when the canary has not said that the key is the right one. */
static enum outbox_status key_look_decide(const struct key_look *look, const char *path, uint32_t renewed,
                                          char *message, size_t message_size)
{
    if (look->waiting_closed && !look->waiting_opened) {
        snprintf(
            message, message_size,
            "%s: this outbox was sealed under another key than that of --key, so what waits in it cannot be "
            "opened (not delivered yet: %u). Nothing was changed. Start with the secret key that it had; "
            "or, if that was replaced, with --old-key and its file, and everything is sealed anew. If it is "
            "lost, move outbox.db away: what waits must then be sent again from the devices, or rung "
            "through",
            path, look->waiting_closed);
        return OUTBOX_OTHER_KEY;
    }
    if (renewed)
        snprintf(
            message, message_size,
            "%s: what --old-key had sealed in the outbox is sealed anew (%u in all); --old-key is not needed "
            "any more",
            path, renewed);
    else if (look->settled_closed)
        snprintf(
            message, message_size,
            "%s: this outbox was sealed under another key. Nothing waits in it; what the router has or has "
            "refused (%u in all) cannot be opened any more, and is forgotten in its time",
            path, look->settled_closed);
    else if (look->waiting_closed)
        snprintf(message, message_size,
                 "%s: this outbox was altered: it did not say under which key it is sealed", path);
    return canary_write(look->outbox);
}

/* Compares the outbox's key with the one that the outbox was sealed with. What old_key (NULL: none) opens is
 * sealed anew, all or nothing. OK, with a message for the log or an empty one; OTHER_KEY with a message; or
 * FAILED. */
static enum outbox_status outbox_fit_key(struct outbox *outbox, const char *path, const uint8_t *old_key,
                                         char *message, size_t message_size)
{
    bool fits = false;
    struct key_look before = {.outbox = outbox, .key = old_key}, now = {.outbox = outbox, .key = outbox->key};
    enum outbox_status status = canary_look(outbox, &fits);
    if (status != OUTBOX_OK || fits)
        return status;
    status = outbox_store_begin(outbox);
    if (status == OUTBOX_OK && old_key)
        status = key_look_all(&before, true);
    if (status == OUTBOX_OK && old_key)
        status = outbox_form_keys_seal_anew(outbox, old_key);
    if (status == OUTBOX_OK)
        status = key_look_all(&now, false);
    if (status == OUTBOX_OK)
        status = key_look_decide(&now, path, before.opened, message, message_size);
    outbox->is_to_be_swept |= before.opened > 0;
    return outbox_store_finish(outbox, status);
}

/* Memory for the outbox, its key in a part that is not swapped. */
static bool outbox_reserve(struct outbox *outbox, const uint8_t key[SEAL_KEY_BYTES])
{
    outbox->key = sodium_malloc(SEAL_KEY_BYTES);
    if (!outbox->key || arena_open(&outbox->arena, ARENA_MESSAGE_BYTES) != 0)
        return false;
    memcpy(outbox->key, key, SEAL_KEY_BYTES);
    sodium_mprotect_readonly(outbox->key);
    outbox->is_to_be_swept = true; /* the program may have been killed before it swept */
    return true;
}

struct outbox *outbox_open(const char *path, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *old_key,
                           enum outbox_status *status, char *message, size_t message_size)
{
    *status = OUTBOX_FAILED;
    *message = '\0';
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox || !outbox_reserve(outbox, key)) {
        snprintf(message, message_size, "no memory for the outbox");
        outbox_close(&outbox);
        return NULL;
    }
    *status = outbox_store_open(outbox, path);
    if (*status == OUTBOX_OK)
        *status = outbox_fit_key(outbox, path, old_key, message, message_size);
    switch (*status) {
    case OUTBOX_OK:
        return outbox;
    case OUTBOX_OTHER_KEY: /* the message says it */
        break;
    case OUTBOX_IN_USE:
        snprintf(message, message_size,
                 "%s: another intake has this outbox open; give each its own state folder", path);
        break;
    case OUTBOX_OTHER_VERSION:
        snprintf(message, message_size,
                 "%s: not an outbox of version %d; start the version that wrote it, "
                 "or move the file away once it has delivered everything",
                 path, OUTBOX_VERSION);
        break;
    case OUTBOX_REPEATED:
    case OUTBOX_CONFLICT:
    case OUTBOX_NOT_FOUND:
    case OUTBOX_FAILED:
        snprintf(message, message_size, "%s: %s", path, outbox->message);
        break;
    }
    outbox_close(&outbox);
    return NULL;
}

void outbox_close(struct outbox **outbox)
{
    if (!*outbox)
        return;
    outbox_store_close(*outbox);
    sodium_free((*outbox)->key);
    arena_close(&(*outbox)->arena);
    free(*outbox);
    *outbox = NULL;
}
