/* seals_served.c: see seals_served.h. */
#include "broker/seals/seals_served.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/postgres/arrays.h"
#include "broker/ledger/postgres/event_rows.h"
#include "broker/ledger/postgres/schema.h"

enum { SEALS_PATIENCE_MS = 3000, SEALS_HELD_MAX = 256 };

/* The same bytes that are to be written into many slots: the callback keys of a turn's cases end together. */
struct seals_held {
    uint64_t places[SEALS_HELD_MAX];
    size_t count, at, size; /* at: within a slot */
    uint8_t bytes[SLOT_BYTES];
};

struct seals_served {
    struct servers servers;
    struct line line;
    struct array places, slots;
    struct seals_held held;
    bool unsynced;         /* something may have been written that no disk has yet */
    pthread_mutex_t mutex; /* of all before it */
    uint64_t epoch;        /* as it is sent: big-endian */
};

/* Each writes only while the claim is the newest, and holds the next one up until it is committed. The answer
 * is 1 then. Their commits wait for no disk; that of "sync" does, and the log on the servers is one, so
 * everything before it is on disk then too. */
#define WHILE_MINE "WITH mine AS (SELECT FROM pulse WHERE epoch = $1::bigint FOR SHARE), "
static const struct {
    const char *name, *sql;
} seals_statements[] = {
    {"read", "SELECT place, bytes FROM referral_key WHERE place >= $1::bigint AND place < $2::bigint"},
    {"store", WHILE_MINE "stored AS (INSERT INTO referral_key SELECT k.* FROM mine, unnest($2::bigint[], "
                         "$3::bytea[]) k ON CONFLICT (place) DO UPDATE SET bytes = excluded.bytes) "
                         "SELECT count(*) FROM mine"},
    {"empty", WHILE_MINE "emptied AS (UPDATE referral_key SET bytes = $4::bytea FROM mine WHERE "
                         "place >= $2::bigint AND place < $3::bigint AND bytes <> $4) "
                         "SELECT count(*) FROM mine"},
    {"patch", WHILE_MINE "patched AS (UPDATE referral_key SET bytes = overlay(bytes PLACING $4::bytea FROM "
                         "$3::bigint::int) FROM mine WHERE place = ANY($2::bigint[])) "
                         "SELECT count(*) FROM mine"},
    {"sync", WHILE_MINE "waits AS (SELECT set_config('synchronous_commit', 'on', true)) "
                        "SELECT count(*) FROM mine, waits"},
};
static const char commits_wait_for_no_disk[] = "SET synchronous_commit = off";

static bool table_asks(struct seals_served *served, const char *name,
                       const struct line_parameters *parameters)
{
    return line_ask(&served->line, name, parameters) &&
           line_answer(&served->line, SEALS_PATIENCE_MS) == LINE_ANSWERED && !served->line.warned;
}

static int table_writes(struct seals_served *served, const char *name,
                        const struct line_parameters *parameters)
{
    served->unsynced = true;
    return table_asks(served, name, parameters) && event_rows_number(served->line.result) == 1 ? 0 : EIO;
}

static int table_send_held(struct seals_served *served)
{
    struct seals_held *held = &served->held;
    uint64_t from = htobe64(held->at + 1);
    struct line_parameters parameters = {0};
    if (held->count == 0)
        return 0;
    array_begin(&served->places, ARRAYS_INT8, held->count);
    for (size_t i = 0; i < held->count; i++)
        array_add_int8(&served->places, (int64_t)held->places[i]);
    held->count = 0;
    if (served->places.failed)
        return ENOMEM;
    line_add(&parameters, &served->epoch, sizeof served->epoch);
    line_add(&parameters, served->places.bytes, served->places.used);
    line_add(&parameters, &from, sizeof from);
    line_add(&parameters, held->bytes, held->size);
    return table_writes(served, "patch", &parameters);
}

/* --- the calls, under the mutex ---------------------------------------------------------------------- */

static int table_read_slots(struct seals_served *served, uint8_t *bytes, size_t size, uint64_t at,
                            size_t *got)
{
    uint64_t first = at / SLOT_BYTES, from = htobe64(first), to = htobe64((at + size - 1) / SLOT_BYTES + 1);
    struct line_parameters parameters = {0};
    line_add(&parameters, &from, sizeof from);
    line_add(&parameters, &to, sizeof to);
    *got = 0;
    if (!table_asks(served, "read", &parameters))
        return EIO;
    const PGresult *rows = served->line.result;
    memset(bytes, 0, size);
    for (int row = 0; row < PQntuples(rows); row++) {
        uint64_t place;
        if (PQgetlength(rows, row, 0) != sizeof place || PQgetlength(rows, row, 1) != SLOT_BYTES)
            return EIO;
        memcpy(&place, PQgetvalue(rows, row, 0), sizeof place);
        size_t offset = (size_t)(be64toh(place) - first) * SLOT_BYTES, left = size - offset;
        memcpy(bytes + offset, PQgetvalue(rows, row, 1), left < SLOT_BYTES ? left : SLOT_BYTES);
        *got = size;
    }
    return 0;
}

static int table_store_slots(struct seals_served *served, const uint8_t *bytes, size_t size, uint64_t at)
{
    size_t count = size / SLOT_BYTES;
    struct line_parameters parameters = {0};
    array_begin(&served->places, ARRAYS_INT8, count);
    array_begin(&served->slots, ARRAYS_BYTEA, count);
    for (size_t i = 0; i < count; i++) {
        array_add_int8(&served->places, (int64_t)(at / SLOT_BYTES + i));
        array_add(&served->slots, bytes + i * SLOT_BYTES, SLOT_BYTES);
    }
    if (served->places.failed || served->slots.failed)
        return ENOMEM;
    line_add(&parameters, &served->epoch, sizeof served->epoch);
    line_add(&parameters, served->places.bytes, served->places.used);
    line_add(&parameters, served->slots.bytes, served->slots.used);
    return table_writes(served, "store", &parameters);
}

static int table_empty_slots(struct seals_served *served, size_t size, uint64_t at)
{
    static const uint8_t zeros[SLOT_BYTES];
    uint64_t from = htobe64(at / SLOT_BYTES), to = htobe64((at + size) / SLOT_BYTES);
    struct line_parameters parameters = {0};
    line_add(&parameters, &served->epoch, sizeof served->epoch);
    line_add(&parameters, &from, sizeof from);
    line_add(&parameters, &to, sizeof to);
    line_add(&parameters, zeros, sizeof zeros);
    return table_writes(served, "empty", &parameters);
}

static int table_hold_patch(struct seals_served *served, const uint8_t *bytes, size_t size, uint64_t at)
{
    struct seals_held *held = &served->held;
    size_t in_slot = at % SLOT_BYTES;
    assert(in_slot + size <= SLOT_BYTES);
    bool is_alike = held->at == in_slot && held->size == size && memcmp(held->bytes, bytes, size) == 0;
    if (!is_alike || held->count == SEALS_HELD_MAX) {
        int error = table_send_held(served);
        if (error != 0)
            return error;
    }
    held->at = in_slot;
    held->size = size;
    memcpy(held->bytes, bytes, size);
    held->places[held->count++] = at / SLOT_BYTES;
    return 0;
}

static int table_wait_for_disks(struct seals_served *served)
{
    struct line_parameters parameters = {0};
    int error = table_send_held(served);
    if (error != 0 || !served->unsynced)
        return error;
    line_add(&parameters, &served->epoch, sizeof served->epoch);
    error = table_writes(served, "sync", &parameters);
    served->unsynced = error != 0;
    return error;
}

/* --- the calls ---------------------------------------------------------------------------------------- */

static int table_read(void *context, void *bytes, size_t size, uint64_t at, size_t *got)
{
    struct seals_served *served = context;
    assert(at % SLOT_BYTES == 0 && size > 0);
    pthread_mutex_lock(&served->mutex);
    int error = table_send_held(served);
    if (error == 0)
        error = table_read_slots(served, bytes, size, at, got);
    pthread_mutex_unlock(&served->mutex);
    return error;
}

/* Zeros make room in a file; a table has room, so they only overwrite what is there. */
static int table_write(void *context, const void *bytes, size_t size, uint64_t at)
{
    struct seals_served *served = context;
    bool is_whole = at % SLOT_BYTES == 0 && size % SLOT_BYTES == 0;
    pthread_mutex_lock(&served->mutex);
    int error = is_whole ? table_send_held(served) : table_hold_patch(served, bytes, size, at);
    if (is_whole && error == 0)
        error = sodium_is_zero(bytes, size) ? table_empty_slots(served, size, at)
                                            : table_store_slots(served, bytes, size, at);
    pthread_mutex_unlock(&served->mutex);
    return error;
}

static int table_sync(void *context)
{
    struct seals_served *served = context;
    pthread_mutex_lock(&served->mutex);
    int error = table_wait_for_disks(served);
    pthread_mutex_unlock(&served->mutex);
    return error;
}

static int table_flush(void *context)
{
    struct seals_served *served = context;
    pthread_mutex_lock(&served->mutex);
    int error = table_send_held(served);
    pthread_mutex_unlock(&served->mutex);
    return error;
}

struct seals_file seals_served_file(struct seals_served *served)
{
    return (struct seals_file){.context = served,
                               .read = table_read,
                               .write = table_write,
                               .sync = table_sync,
                               .flush = table_flush};
}

/* --- opening ------------------------------------------------------------------------------------------ */

static bool table_connect(struct seals_served *served)
{
    bool several = served->servers.count > 1, good = false;
    for (size_t which = 0; which < served->servers.count && !good; which++) {
        good =
            line_open(&served->line, &served->servers, which, "concordat-broker keys", SEALS_PATIENCE_MS) &&
            schema_check(&served->line, several, SEALS_PATIENCE_MS);
        for (size_t i = 0; i < sizeof seals_statements / sizeof seals_statements[0] && good; i++)
            good = line_prepare(&served->line, seals_statements[i].name, seals_statements[i].sql,
                                SEALS_PATIENCE_MS);
        good = good && line_ask_text(&served->line, commits_wait_for_no_disk) &&
               line_answer(&served->line, SEALS_PATIENCE_MS) == LINE_ANSWERED;
    }
    return good;
}

struct seals_served *seals_served_open(const char *address, int64_t epoch, char *message, size_t message_size)
{
    struct seals_served *served = calloc(1, sizeof *served);
    if (!served || pthread_mutex_init(&served->mutex, NULL) != 0) {
        snprintf(message, message_size, "not enough memory");
        free(served);
        return NULL;
    }
    served->epoch = htobe64((uint64_t)epoch);
    served->unsynced = true; /* whoever led before may have ended between writing and waiting */
    bool good = servers_open(&served->servers, address, message, message_size);
    if (good && !table_connect(served)) {
        snprintf(message, message_size, "%s", served->line.message);
        good = false;
    }
    if (!good)
        seals_served_close(&served);
    return served;
}

void seals_served_close(struct seals_served **served)
{
    struct seals_served *s = *served;
    if (!s)
        return;
    line_close(&s->line);
    servers_close(&s->servers);
    array_close(&s->places);
    array_close(&s->slots);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    *served = NULL;
}
