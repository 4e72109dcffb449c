/* postgres_engine.c: PostgreSQL as the engine of a ledger. */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/postgres/arrays.h"
#include "broker/ledger/postgres/event_rows.h"
#include "broker/ledger/postgres/line.h"
#include "broker/ledger/postgres/schema.h"
#include "broker/ledger/served/served_ledger.h"
#include "proto/words/now.h"

enum { READ_PATIENCE_MS = 3000, CLOCKS_APART_MS_MAX = 2000 };

/* The columns of a batch, in the order of the statement's parameters. */
enum batch_column {
    COLUMN_SEQ,
    COLUMN_AT_MS,
    COLUMN_KIND,
    COLUMN_REFERRAL,
    COLUMN_CHAIN,
    COLUMN_REDUCED,
    COLUMN_BODY,
    COLUMN_SEALED_SEQ,
    COLUMN_SEALED,
    BATCH_COLUMNS
};

struct postgres {
    struct engine common; /* the first: this is an engine */
    struct servers servers;
    struct line pen, reader;
    struct array columns[BATCH_COLUMNS];
    enum engine_command_kind asked; /* by the pen */
    uint64_t count;                 /* of events in that batch */
    int64_t epoch;                  /* of our claim */
};

_Static_assert(ENGINE_SILENT_MS == 3000 && LEDGER_PULSE_MS == 1000, "the statements say both in seconds");

/* One key in each database: the routers of two regions do not meet. */
static const char lock_sql[] = "SELECT pg_try_advisory_lock(67788468)::int::bigint, mark FROM pulse",
                  claim_sql[] =
                      "WITH claimed AS (INSERT INTO writer DEFAULT VALUES RETURNING epoch), "
                      "begun AS (UPDATE pulse SET epoch = claimed.epoch, at = clock_timestamp() FROM claimed "
                      "RETURNING mark) "
                      "SELECT claimed.epoch, mark, (extract(epoch FROM clock_timestamp()) * 1000)::bigint "
                      "FROM claimed, begun",
                  pulse_sql[] = "WITH beaten AS (UPDATE pulse SET at = clock_timestamp() WHERE epoch = "
                                "$1::bigint RETURNING 1) SELECT count(*) FROM beaten",
                  mark_sql[] = "WITH marked AS (UPDATE pulse SET mark = $2::text, at = clock_timestamp() "
                               "WHERE epoch = $1::bigint RETURNING 1) SELECT count(*) FROM marked",
                  /* The lock's own holder; the server's clock says how long ago its pulse was. */
    evict_sql[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks, pulse WHERE locktype = 'advisory' "
                  "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                  "AND objid = 67788468 AND granted AND pid <> pg_backend_pid() "
                  "AND at < clock_timestamp() - interval '3 s'",
                  head_sql[] = "SELECT max(seq) FROM event",
                  sealed_sql[] = "SELECT body FROM sealed WHERE seq = $1::bigint";

/* Stores a batch only if the event before it is the newest: by its number here, and by the primary key, and
 * by its chain value; and only if nobody has claimed since. Otherwise no row, or the key's violation. A
 * standby takes a router whose pulse stands still for one that hangs, so a busy one beats too. */
static const char append_sql[] =
    "WITH before AS (SELECT WHERE CASE WHEN $1::bigint = 0 THEN NOT EXISTS (SELECT FROM event) "
    "ELSE EXISTS (SELECT FROM event WHERE seq = $1 AND chain = $2::bytea) END "
    "AND EXISTS (SELECT FROM pulse WHERE epoch = $12::bigint)), "
    "added AS (INSERT INTO event(seq, at_ms, kind, referral, chain, reduced, body) "
    "SELECT e.* FROM before, unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], "
    "$8::bytea[], $9::bytea[]) e RETURNING 1), "
    "apart AS (INSERT INTO sealed(seq, body) SELECT s.* FROM before, unnest($10::bigint[], $11::bytea[]) s), "
    "beaten AS (UPDATE pulse SET at = clock_timestamp() WHERE epoch = $12 "
    "AND at < clock_timestamp() - interval '1 s') "
    "SELECT count(*) FROM added";

static const struct {
    const char *name, *sql;
    bool by_pen;
} statements[] = {
    {"lock", lock_sql, true},          {"evict", evict_sql, true}, {"claim", claim_sql, true},
    {"append", append_sql, true},      {"pulse", pulse_sql, true}, {"mark", mark_sql, true},
    {"events", event_rows_sql, false}, {"head", head_sql, false},  {"sealed", sealed_sql, false},
};

/* As they stand in the table pulse. */
static const char *const postgres_marks[] = {
    [LEDGER_IN_PLACE] = "in place", [LEDGER_COPYING] = "copying", [LEDGER_MOVED] = "moved"};

static struct postgres *postgres_of(struct engine *engine)
{
    return (struct postgres *)engine;
}

static bool postgres_fails(struct postgres *p, const struct line *line)
{
    snprintf(p->common.message, sizeof p->common.message, "%s", line->message);
    return false;
}

/* --- connecting ------------------------------------------------------------------------------------- */

static bool postgres_prepare(struct postgres *p, int64_t patience_ms)
{
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        struct line *line = statements[i].by_pen ? &p->pen : &p->reader;
        if (!line_prepare(line, statements[i].name, statements[i].sql, patience_ms))
            return postgres_fails(p, line);
    }
    return true;
}

static bool postgres_connect(struct engine *engine, size_t which, int64_t patience_ms)
{
    struct postgres *p = postgres_of(engine);
    static const char program[] = "concordat-broker " CONCORDAT_VERSION;
    bool good = line_open(&p->pen, &p->servers, which, program, patience_ms) &&
                schema_check(&p->pen, p->servers.count > 1, patience_ms);
    if (!good)
        (void)postgres_fails(p, &p->pen);
    else if (!line_open(&p->reader, &p->servers, which, program, patience_ms))
        good = postgres_fails(p, &p->reader);
    else
        good = postgres_prepare(p, patience_ms);
    if (good)
        return true;
    char why[sizeof p->common.message];
    snprintf(why, sizeof why, "%s", p->common.message);
    snprintf(p->common.message, sizeof p->common.message, "%.60s: %.180s", p->servers.host[which], why);
    return false;
}

static void postgres_close(struct engine *engine)
{
    struct postgres *p = postgres_of(engine);
    line_close(&p->pen);
    line_close(&p->reader);
    servers_close(&p->servers);
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        array_close(&p->columns[i]);
    free(p);
}

/* --- the pen ---------------------------------------------------------------------------------------- */

static void postgres_begin_columns(struct postgres *p, const struct engine_command *command)
{
    size_t sealed = 0;
    for (size_t i = 0; i < command->count; i++)
        sealed += command->events[i].sealed != NULL;
    for (size_t i = 0; i < BATCH_COLUMNS; i++) {
        bool is_number = i <= COLUMN_KIND || i == COLUMN_SEALED_SEQ;
        array_begin(&p->columns[i], is_number ? ARRAYS_INT8 : ARRAYS_BYTEA,
                    i < COLUMN_SEALED_SEQ ? command->count : sealed);
    }
}

static void postgres_add_row(struct postgres *p, const struct ledger_event *event, const uint8_t *chain)
{
    array_add_int8(&p->columns[COLUMN_SEQ], (int64_t)event->seq);
    array_add_int8(&p->columns[COLUMN_AT_MS], event->at_ms);
    array_add_int8(&p->columns[COLUMN_KIND], event->kind);
    if (event->referral)
        array_add(&p->columns[COLUMN_REFERRAL], event->referral, LEDGER_REFERRAL_BYTES);
    else
        array_add_null(&p->columns[COLUMN_REFERRAL]);
    array_add(&p->columns[COLUMN_CHAIN], chain, CHAIN_BYTES);
    array_add(&p->columns[COLUMN_REDUCED], event->reduced, CHAIN_BYTES);
    array_add(&p->columns[COLUMN_BODY], event->body, event->body_size);
    if (!event->sealed)
        return;
    array_add_int8(&p->columns[COLUMN_SEALED_SEQ], (int64_t)event->seq);
    array_add(&p->columns[COLUMN_SEALED], event->sealed, event->sealed_size);
}

static bool postgres_send_batch(struct postgres *p, const struct engine_command *command)
{
    uint64_t before = htobe64(command->before), epoch = htobe64((uint64_t)p->epoch);
    struct line_parameters parameters = {0};
    bool failed = false;
    postgres_begin_columns(p, command);
    for (size_t i = 0; i < command->count; i++)
        postgres_add_row(p, &command->events[i], command->chains[i]);
    line_add(&parameters, &before, sizeof before);
    line_add(&parameters, command->before_chain, CHAIN_BYTES);
    for (size_t i = 0; i < BATCH_COLUMNS; i++) {
        line_add(&parameters, p->columns[i].bytes, p->columns[i].used);
        failed |= p->columns[i].failed;
    }
    line_add(&parameters, &epoch, sizeof epoch);
    p->count = command->count;
    if (failed)
        snprintf(p->pen.message, sizeof p->pen.message, "not enough memory");
    return !failed && line_ask(&p->pen, "append", &parameters);
}

static bool postgres_send(struct engine *engine, const struct engine_command *command)
{
    struct postgres *p = postgres_of(engine);
    struct line_parameters none = {0}, epoch = {0};
    uint64_t big = htobe64((uint64_t)p->epoch);
    bool sent = false;
    line_add(&epoch, &big, sizeof big);
    p->asked = command->kind;
    switch (command->kind) {
    case ENGINE_LOCK:
        sent = line_ask(&p->pen, "lock", &none);
        break;
    case ENGINE_EVICT:
        sent = line_ask(&p->pen, "evict", &none);
        break;
    case ENGINE_CLAIM:
        sent = line_ask(&p->pen, "claim", &none);
        break;
    case ENGINE_APPEND:
        sent = postgres_send_batch(p, command);
        break;
    case ENGINE_PULSE:
        sent = line_ask(&p->pen, "pulse", &epoch);
        break;
    case ENGINE_MARK:
        line_add(&epoch, postgres_marks[command->mark], strlen(postgres_marks[command->mark]));
        sent = line_ask(&p->pen, "mark", &epoch);
        break;
    }
    return sent || postgres_fails(p, &p->pen);
}

/* The mark is in the second column. One that nobody knows keeps a router from leading. */
static void postgres_take_mark(struct postgres *p)
{
    const char *said = PQntuples(p->pen.result) == 1 ? PQgetvalue(p->pen.result, 0, 1) : "";
    size_t mark = LEDGER_IN_PLACE;
    while (mark < LEDGER_MOVED && strcmp(said, postgres_marks[mark]) != 0)
        mark++;
    p->common.mark = (enum ledger_mark)mark;
}

/* A router whose clock is far ahead would set the ledger's time far ahead. */
static enum engine_answer postgres_take_claim(struct postgres *p)
{
    int64_t server_ms = 0;
    uint64_t big;
    p->epoch = event_rows_number(p->pen.result);
    if (p->epoch <= 0 || PQgetlength(p->pen.result, 0, 2) != sizeof big)
        return ENGINE_UNKNOWN;
    postgres_take_mark(p);
    memcpy(&big, PQgetvalue(p->pen.result, 0, 2), sizeof big);
    server_ms = (int64_t)be64toh(big);
    int64_t ahead_ms = now_wall_ms() - server_ms;
    if (ahead_ms >= -CLOCKS_APART_MS_MAX && ahead_ms <= CLOCKS_APART_MS_MAX)
        return ENGINE_DONE;
    /* The same words at each try: whoever waits says them once. */
    snprintf(p->common.message, sizeof p->common.message,
             "this machine's clock is more than %d s %s the server's: look after both clocks, and then this "
             "router begins",
             CLOCKS_APART_MS_MAX / 1000, ahead_ms > 0 ? "ahead of" : "behind");
    return ENGINE_UNKNOWN;
}

static enum engine_answer postgres_take_answer(struct postgres *p)
{
    switch (p->asked) {
    case ENGINE_LOCK:
        postgres_take_mark(p);
        return event_rows_number(p->pen.result) == 1 ? ENGINE_DONE : ENGINE_HELD;
    case ENGINE_EVICT:
        return ENGINE_DONE;
    case ENGINE_CLAIM:
        return postgres_take_claim(p);
    case ENGINE_APPEND:
        return (uint64_t)event_rows_number(p->pen.result) == p->count ? ENGINE_DONE : ENGINE_ENDED;
    case ENGINE_PULSE:
    case ENGINE_MARK:
        return event_rows_number(p->pen.result) == 1 ? ENGINE_DONE : ENGINE_ENDED;
    }
    return ENGINE_UNKNOWN;
}

/* A server that was told to give up waiting for its standby says success, and warns: then nobody knows
 * whether the commit stays. Of two batches with one number the key stores one. */
static enum engine_answer postgres_answer(struct engine *engine, int64_t patience_ms)
{
    struct postgres *p = postgres_of(engine);
    bool asked = p->pen.asked;
    enum line_answer answer = line_answer(&p->pen, patience_ms);
    if (answer == LINE_WAITS)
        return ENGINE_WAITS;
    if (answer == LINE_ANSWERED && !p->pen.warned)
        return asked ? postgres_take_answer(p) : ENGINE_DONE;
    (void)postgres_fails(p, &p->pen);
    return answer == LINE_REFUSED && p->asked == ENGINE_APPEND && strcmp(line_code(&p->pen), "23505") == 0
               ? ENGINE_ENDED
               : ENGINE_UNKNOWN;
}

static int postgres_fd(const struct engine *engine)
{
    return PQsocket(((const struct postgres *)engine)->pen.connection);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static bool postgres_read_by(struct postgres *p, const char *name, const struct line_parameters *parameters)
{
    if (!line_ask(&p->reader, name, parameters))
        return postgres_fails(p, &p->reader);
    enum line_answer answer = line_answer(&p->reader, READ_PATIENCE_MS);
    if (answer == LINE_WAITS)
        snprintf(p->reader.message, sizeof p->reader.message, "no answer in %d ms", READ_PATIENCE_MS);
    return answer == LINE_ANSWERED || postgres_fails(p, &p->reader);
}

static bool postgres_read(struct engine *engine, uint64_t from, size_t limit, engine_each *each,
                          void *context)
{
    struct postgres *p = postgres_of(engine);
    uint64_t first = htobe64(from), count = htobe64(limit > INT64_MAX ? INT64_MAX : limit);
    struct line_parameters parameters = {0};
    line_add(&parameters, &first, sizeof first);
    line_add(&parameters, &count, sizeof count);
    if (!postgres_read_by(p, "events", &parameters))
        return false;
    event_rows_give(p->reader.result, each, context);
    return true;
}

static bool postgres_head(struct engine *engine, uint64_t *seq)
{
    struct postgres *p = postgres_of(engine);
    if (!postgres_read_by(p, "head", &(struct line_parameters){0}))
        return false;
    *seq = (uint64_t)event_rows_number(p->reader.result);
    return true;
}

static enum ledger_status postgres_sealed(struct engine *engine, uint64_t seq, uint8_t *buffer,
                                          size_t capacity, size_t *size)
{
    struct postgres *p = postgres_of(engine);
    uint64_t big = htobe64(seq);
    struct line_parameters parameters = {0};
    line_add(&parameters, &big, sizeof big);
    if (!postgres_read_by(p, "sealed", &parameters))
        return LEDGER_UNKNOWN;
    if (PQntuples(p->reader.result) == 0)
        return LEDGER_NOT_FOUND;
    *size = (size_t)PQgetlength(p->reader.result, 0, 0);
    if (*size <= capacity)
        memcpy(buffer, PQgetvalue(p->reader.result, 0, 0), *size);
    return LEDGER_OK;
}

static int64_t postgres_now(const struct engine *engine)
{
    (void)engine;
    return now_boot_ms();
}

static int64_t postgres_epoch(const struct engine *engine)
{
    return ((const struct postgres *)engine)->epoch;
}

static const struct engine_calls postgres_calls = {
    .close = postgres_close,
    .connect = postgres_connect,
    .send = postgres_send,
    .answer = postgres_answer,
    .fd = postgres_fd,
    .read = postgres_read,
    .head = postgres_head,
    .sealed = postgres_sealed,
    .now_ms = postgres_now,
    .epoch = postgres_epoch,
};

/* Reads the address, and connects to nothing yet. NULL with a message. */
static struct engine *postgres_engine_open(const char *address, char *message, size_t message_size)
{
    struct postgres *p = calloc(1, sizeof *p);
    if (!p) {
        snprintf(message, message_size, "not enough memory");
        return NULL;
    }
    p->common.calls = &postgres_calls;
    if (servers_open(&p->servers, address, message, message_size)) {
        p->common.servers = p->servers.count;
        return &p->common;
    }
    postgres_close(&p->common);
    return NULL;
}

bool ledger_check_address(const char *address, char *message, size_t message_size)
{
    struct servers servers;
    bool good = servers_open(&servers, address, message, message_size);
    if (good)
        servers_close(&servers);
    return good;
}

struct ledger *served_ledger_open(const char *address, bool marked, enum ledger_status *status, char *message,
                                  size_t message_size)
{
    *status = LEDGER_UNKNOWN;
    struct engine *engine = postgres_engine_open(address, message, message_size);
    return engine ? served_ledger_begin(engine, marked, status, message, message_size) : NULL;
}
