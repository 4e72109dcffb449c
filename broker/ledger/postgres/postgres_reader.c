/* postgres_reader.c: a ledger on PostgreSQL, as another program than its writer reads it: from the first
 * server that answers, whether it leads or follows. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/postgres/event_rows.h"
#include "broker/ledger/postgres/line.h"
#include "broker/ledger/postgres/schema.h"

/* A router that follows must soon find out that its server is gone. */
enum { READER_CONNECT_MS = 1500, READER_PATIENCE_MS = 3000 };

struct postgres_reader {
    struct ledger_reader common; /* the first: a reader of this kind is one of these */
    struct servers servers;
    struct line line;
};

static struct postgres_reader *postgres_reader_of(struct ledger_reader *reader)
{
    return (struct postgres_reader *)reader;
}

static enum ledger_status postgres_reader_fails(struct postgres_reader *p)
{
    snprintf(p->common.message, sizeof p->common.message, "the ledger cannot be read: %s", p->line.message);
    return LEDGER_UNKNOWN;
}

static bool postgres_reader_ask(struct postgres_reader *p, const char *name,
                                const struct line_parameters *parameters)
{
    return line_ask(&p->line, name, parameters) && line_answer(&p->line, READER_PATIENCE_MS) == LINE_ANSWERED;
}

static bool postgres_reader_ask_events(struct postgres_reader *p, uint64_t from, size_t limit)
{
    uint64_t first = htobe64(from), count = htobe64(limit);
    struct line_parameters parameters = {0};
    line_add(&parameters, &first, sizeof first);
    line_add(&parameters, &count, sizeof count);
    return postgres_reader_ask(p, "events", &parameters);
}

static enum ledger_status postgres_reader_look(struct ledger_reader *reader)
{
    struct postgres_reader *p = postgres_reader_of(reader);
    if (!postgres_reader_ask(p, "head", &(struct line_parameters){0}))
        return postgres_reader_fails(p);
    reader->head = (uint64_t)event_rows_number(p->line.result);
    return LEDGER_OK;
}

struct postgres_reading {
    struct walk *walk;
    bool altered;
    ledger_each *each;
    void *context;
};

static bool postgres_reader_take(void *context, const struct walked *row, const struct ledger_event *event)
{
    struct postgres_reading *reading = context;
    reading->altered = !walk_step(reading->walk, row);
    return !reading->altered && reading->each(reading->context, event, reading->walk->chain);
}

static enum ledger_status postgres_reader_next(struct ledger_reader *reader, size_t limit, ledger_each *each,
                                               void *context)
{
    struct postgres_reader *p = postgres_reader_of(reader);
    struct postgres_reading reading = {&reader->walk, false, each, context};
    uint64_t from = reader->walk.seq;
    if (!postgres_reader_ask_events(p, from + 1, limit))
        return postgres_reader_fails(p);
    event_rows_give(p->line.result, postgres_reader_take, &reading);
    if (!reading.altered && reader->walk.seq > from)
        return LEDGER_OK;
    walk_say_altered(reader->walk.seq + 1, reader->message, sizeof reader->message);
    return LEDGER_CORRUPT;
}

static bool postgres_reader_take_chain(void *context, const struct walked *row,
                                       const struct ledger_event *event)
{
    (void)event;
    struct walk *found = context;
    found->seq = row->seq;
    memcpy(found->chain, row->chain, CHAIN_BYTES);
    return false;
}

static enum ledger_status postgres_reader_chain_at(struct ledger_reader *reader, uint64_t seq,
                                                   uint8_t chain[CHAIN_BYTES])
{
    struct postgres_reader *p = postgres_reader_of(reader);
    struct walk found = {0};
    if (!postgres_reader_ask_events(p, seq, 1))
        return postgres_reader_fails(p);
    event_rows_give(p->line.result, postgres_reader_take_chain, &found);
    memcpy(chain, found.chain, CHAIN_BYTES);
    return found.seq == seq ? LEDGER_OK : LEDGER_NOT_FOUND;
}

static void postgres_reader_close(struct ledger_reader *reader)
{
    struct postgres_reader *p = postgres_reader_of(reader);
    line_close(&p->line);
    servers_close(&p->servers);
    free(p);
}

static const struct reader_calls postgres_reader_calls = {.close = postgres_reader_close,
                                                          .look = postgres_reader_look,
                                                          .next = postgres_reader_next,
                                                          .chain_at = postgres_reader_chain_at};

/* A copy wants the last event, so it is not read from a server that only follows. */
static bool postgres_reader_connect(struct postgres_reader *p, bool whole)
{
    const char *events = whole ? event_rows_whole_sql : event_rows_sql;
    for (size_t which = 0; which < p->servers.count; which++)
        if (line_open(&p->line, &p->servers, which, "concordat reader " CONCORDAT_VERSION,
                      READER_CONNECT_MS) &&
            (!whole || schema_check(&p->line, p->servers.count > 1, READER_PATIENCE_MS)) &&
            line_prepare(&p->line, "events", events, READER_PATIENCE_MS) &&
            line_prepare(&p->line, "head", "SELECT max(seq) FROM event", READER_PATIENCE_MS))
            return true;
    return false;
}

struct ledger_reader *served_reader_open(const char *address, bool whole, enum ledger_status *status,
                                         char *message, size_t message_size)
{
    struct postgres_reader *p = calloc(1, sizeof *p);
    *status = LEDGER_UNKNOWN;
    if (!p) {
        snprintf(message, message_size, "not enough memory");
        return NULL;
    }
    p->common.calls = &postgres_reader_calls;
    if (servers_open(&p->servers, address, message, message_size)) {
        *status =
            postgres_reader_connect(p, whole) ? postgres_reader_look(&p->common) : postgres_reader_fails(p);
        if (*status == LEDGER_OK)
            return &p->common;
        snprintf(message, message_size, "%s", p->common.message);
    }
    postgres_reader_close(&p->common);
    return NULL;
}
