/* engine.c: the simulated servers as the engine of a ledger, and as a reader of one. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/served/served_ledger.h"
#include "tests/simulation/servers/router.h"
#include "tests/simulation/servers/watch.h"

enum { ENGINE_CLOCKS_APART_MS_MAX = 2000 };

struct quorum_engine {
    struct engine common; /* the first: this is an engine */
    struct router *router;
    struct quorum_backend *backend; /* NULL: the pen is not connected */
    enum engine_command_kind kind;  /* what the pen asks for */
    bool asked, broken;
    struct quorum_answer answer, claim;
    int reads_from; /* the reader's server */
    uint32_t reader_generation;
};

static struct quorum_engine *quorum_engine_of(struct engine *engine)
{
    return (struct quorum_engine *)engine;
}

static bool engine_fails(struct quorum_engine *e, const char *why)
{
    snprintf(e->common.message, sizeof e->common.message, "%s", why);
    return false;
}

/* --- the pen ---------------------------------------------------------------------------------------- */

static void engine_hangs_up(struct quorum_engine *e)
{
    if (e->backend)
        quorum_hangs_up(e->router->quorum, e->backend);
    e->backend = NULL;
    e->asked = e->broken = false;
    e->answer = e->claim = (struct quorum_answer){0};
}

static void engine_closes(struct engine *engine)
{
    struct quorum_engine *e = quorum_engine_of(engine);
    engine_hangs_up(e);
    if (e->router->engine == e)
        e->router->engine = NULL;
    free(e);
}

/* One name can lead to two servers: the address of a service is moved between two connects. */
static int engine_finds_reader(struct quorum *q, int pen)
{
    int other = (pen + 1 + (int)random_between(&q->random, 0, 1)) % QUORUM_SERVERS;
    return q->servers[other].up && quorum_draws(q, QUORUM_TWO_SERVERS, 200000) ? other : pen;
}

static bool engine_connects(struct engine *engine, size_t which, int64_t patience_ms)
{
    struct quorum_engine *e = quorum_engine_of(engine);
    struct router *r = e->router;
    struct quorum *q = r->quorum;
    int server = (int)which;
    engine_hangs_up(e);
    router_stands_still(r);
    bool reaches = !quorum_is_cut(q, r->which, server);
    router_waits(r, q->now_ms + (reaches ? random_between(&q->random, 2, 10) : patience_ms));
    if (r->dead || !reaches)
        return engine_fails(e, "no way there");
    e->backend = quorum_connect(q, server, e, r->which);
    if (!e->backend)
        return engine_fails(e, "takes no commits now");
    e->reads_from = engine_finds_reader(q, server);
    e->reader_generation = q->servers[e->reads_from].generation;
    return true;
}

static bool engine_sends(struct engine *engine, const struct engine_command *command)
{
    struct quorum_engine *e = quorum_engine_of(engine);
    router_stands_still(e->router);
    if (e->router->dead || e->broken || !e->backend)
        return engine_fails(e, "the connection has ended");
    assert(!e->asked);
    e->asked = true;
    e->kind = command->kind;
    e->answer = (struct quorum_answer){0};
    quorum_sends(e->router->quorum, e->backend, command, &e->claim);
    return true;
}

void quorum_engine_hears(struct quorum_engine *e, const struct quorum_answer *answer)
{
    if (answer->reply == QUORUM_BROKEN)
        e->broken = true;
    else
        e->answer = *answer;
    router_poke(e->router);
}

static enum engine_answer engine_takes_claim(struct quorum_engine *e)
{
    int64_t apart_ms = e->router->wall_offset_ms < 0 ? -e->router->wall_offset_ms : e->router->wall_offset_ms;
    e->claim = e->answer;
    watch_claimed(e->router->watch, e->claim.claim);
    if (apart_ms <= ENGINE_CLOCKS_APART_MS_MAX)
        return ENGINE_DONE;
    (void)engine_fails(e, "the clocks are apart");
    return ENGINE_UNKNOWN;
}

static enum engine_answer engine_takes_answer(struct quorum_engine *e)
{
    switch (e->answer.reply) {
    case QUORUM_DONE:
        return e->kind == ENGINE_CLAIM ? engine_takes_claim(e) : ENGINE_DONE;
    case QUORUM_HELD:
        return ENGINE_HELD;
    case QUORUM_ENDED:
        return ENGINE_ENDED;
    case QUORUM_WARNED:
        (void)engine_fails(e, "the wait was cancelled, says a warning");
        return ENGINE_UNKNOWN;
    case QUORUM_SILENCE:
    case QUORUM_BROKEN:
        break;
    }
    return ENGINE_UNKNOWN;
}

/* What has come before the connection ended is read first, as from a socket. */
static enum engine_answer engine_answers(struct engine *engine, int64_t patience_ms)
{
    struct quorum_engine *e = quorum_engine_of(engine);
    struct router *r = e->router;
    int64_t until_ms = r->quorum->now_ms + patience_ms;
    router_stands_still(r);
    while (!r->dead && e->asked && !e->answer.reply && !e->broken && r->quorum->now_ms < until_ms)
        router_waits(r, until_ms);
    if (!r->dead && e->asked && e->answer.reply) {
        e->asked = false;
        return engine_takes_answer(e);
    }
    if (r->dead || e->broken || !e->backend) {
        (void)engine_fails(e, "the connection has ended");
        return ENGINE_UNKNOWN;
    }
    return e->asked ? ENGINE_WAITS : ENGINE_DONE;
}

static int engine_fd(const struct engine *engine)
{
    (void)engine;
    return -1; /* its router is poked instead */
}

/* --- reading ---------------------------------------------------------------------------------------- */

static bool engine_reaches_reader(struct quorum_engine *e)
{
    struct router *r = e->router;
    struct quorum *q = r->quorum;
    const struct quorum_server *s = &q->servers[e->reads_from];
    router_stands_still(r);
    if (!e->claim.claim)
        watch_violated(r->watch, "read before its claim",
                       "router %d reads what the server shows, and no commit of its own says that it stays",
                       r->which);
    router_waits(r, q->now_ms + random_between(&q->random, 1, 2));
    return (!r->dead && s->up && s->generation == e->reader_generation &&
            !quorum_is_cut(q, r->which, e->reads_from)) ||
           engine_fails(e, "the connection for reading has ended");
}

/* Gives the rows from this number on, as far as the server shows them. */
static void server_gives(const struct quorum_server *s, uint64_t from, size_t limit, engine_each *each,
                         void *context)
{
    for (size_t at = quorum_find(s, from); at < s->place_count && limit > 0; at++) {
        const struct quorum_row *row = s->places[at].row;
        if (!quorum_shows(s, at))
            continue;
        struct ledger_event event = quorum_event(row);
        const struct walked walked = {row->seq, row->chain, row->reduced, row->body, row->size};
        limit--;
        if (!each(context, &walked, &event))
            return;
    }
}

static bool engine_reads(struct engine *engine, uint64_t from, size_t limit, engine_each *each, void *context)
{
    struct quorum_engine *e = quorum_engine_of(engine);
    if (!engine_reaches_reader(e))
        return false;
    server_gives(&e->router->quorum->servers[e->reads_from], from, limit, each, context);
    return true;
}

static bool engine_finds_head(struct engine *engine, uint64_t *seq)
{
    struct quorum_engine *e = quorum_engine_of(engine);
    if (!engine_reaches_reader(e))
        return false;
    *seq = quorum_shown_head(&e->router->quorum->servers[e->reads_from]);
    return true;
}

static enum ledger_status engine_sealed(struct engine *engine, uint64_t seq, uint8_t *buffer, size_t capacity,
                                        size_t *size)
{
    (void)engine, (void)seq, (void)buffer, (void)capacity, (void)size;
    return LEDGER_NOT_FOUND;
}

static int64_t engine_now_ms(const struct engine *engine)
{
    return router_mono_ms(((const struct quorum_engine *)engine)->router);
}

static int64_t engine_epoch(const struct engine *engine)
{
    return ((const struct quorum_engine *)engine)->claim.epoch;
}

static const struct engine_calls quorum_engine_calls = {
    .close = engine_closes,
    .connect = engine_connects,
    .send = engine_sends,
    .answer = engine_answers,
    .fd = engine_fd,
    .read = engine_reads,
    .head = engine_finds_head,
    .sealed = engine_sealed,
    .now_ms = engine_now_ms,
    .epoch = engine_epoch,
};

uint64_t router_engine_claim(const struct quorum_engine *engine)
{
    return engine->claim.claim;
}

struct ledger *router_ledger_open(const char *address, enum ledger_status *status, char *message,
                                  size_t message_size)
{
    struct quorum_engine *e = calloc(1, sizeof *e);
    assert(e && strcmp(address, router_here()->address) == 0);
    (void)address;
    e->common.calls = &quorum_engine_calls;
    e->common.servers = QUORUM_SERVERS;
    e->router = router_here();
    e->router->engine = e;
    return served_ledger_begin(&e->common, false, status, message, message_size);
}

/* --- a reader ----------------------------------------------------------------------------------------- */

struct quorum_reader {
    struct ledger_reader common; /* the first: a reader of this kind is one of these */
    struct router *router;
    int server;
    uint32_t generation;
};

static struct quorum_reader *quorum_reader_of(struct ledger_reader *reader)
{
    return (struct quorum_reader *)reader;
}

static bool reader_reaches(struct quorum_reader *reader)
{
    struct router *r = reader->router;
    const struct quorum_server *s = &r->quorum->servers[reader->server];
    router_stands_still(r);
    return !r->dead && s->up && s->generation == reader->generation &&
           !quorum_is_cut(r->quorum, r->which, reader->server);
}

static enum ledger_status quorum_reader_fails(struct quorum_reader *reader)
{
    snprintf(reader->common.message, sizeof reader->common.message, "the connection has ended");
    return LEDGER_UNKNOWN;
}

static enum ledger_status quorum_reader_look(struct ledger_reader *common)
{
    struct quorum_reader *reader = quorum_reader_of(common);
    if (!reader_reaches(reader))
        return quorum_reader_fails(reader);
    common->head = quorum_shown_head(&reader->router->quorum->servers[reader->server]);
    return LEDGER_OK;
}

struct quorum_reading {
    struct walk *walk;
    bool altered;
    ledger_each *each;
    void *context;
};

static bool quorum_reader_take(void *context, const struct walked *row, const struct ledger_event *event)
{
    struct quorum_reading *reading = context;
    reading->altered = !walk_step(reading->walk, row);
    return !reading->altered && reading->each(reading->context, event, reading->walk->chain);
}

static enum ledger_status quorum_reader_next(struct ledger_reader *common, size_t limit, ledger_each *each,
                                             void *context)
{
    struct quorum_reader *reader = quorum_reader_of(common);
    struct quorum_reading reading = {&common->walk, false, each, context};
    uint64_t from = common->walk.seq;
    if (!reader_reaches(reader))
        return quorum_reader_fails(reader);
    server_gives(&reader->router->quorum->servers[reader->server], from + 1, limit, quorum_reader_take,
                 &reading);
    if (!reading.altered && common->walk.seq > from)
        return LEDGER_OK;
    walk_say_altered(common->walk.seq + 1, common->message, sizeof common->message);
    return LEDGER_CORRUPT;
}

static bool quorum_reader_take_chain(void *context, const struct walked *row,
                                     const struct ledger_event *event)
{
    struct walk *found = context;
    (void)event;
    found->seq = row->seq;
    memcpy(found->chain, row->chain, CHAIN_BYTES);
    return false;
}

static enum ledger_status quorum_reader_chain_at(struct ledger_reader *common, uint64_t seq,
                                                 uint8_t chain[CHAIN_BYTES])
{
    struct quorum_reader *reader = quorum_reader_of(common);
    struct walk found = {0};
    if (!reader_reaches(reader))
        return quorum_reader_fails(reader);
    server_gives(&reader->router->quorum->servers[reader->server], seq, 1, quorum_reader_take_chain, &found);
    memcpy(chain, found.chain, CHAIN_BYTES);
    return found.seq == seq ? LEDGER_OK : LEDGER_NOT_FOUND;
}

static void quorum_reader_close(struct ledger_reader *reader)
{
    free(reader);
}

static const struct reader_calls quorum_reader_calls = {.close = quorum_reader_close,
                                                        .look = quorum_reader_look,
                                                        .next = quorum_reader_next,
                                                        .chain_at = quorum_reader_chain_at};

struct ledger_reader *router_reader_open(const char *address, enum ledger_status *status, char *message,
                                         size_t message_size)
{
    struct quorum_reader *reader = calloc(1, sizeof *reader);
    struct quorum *q = router_here()->quorum;
    assert(reader && strcmp(address, router_here()->address) == 0);
    (void)address;
    reader->common.calls = &quorum_reader_calls;
    reader->router = router_here();
    reader->server = (int)random_between(&q->random, 0, QUORUM_SERVERS - 1);
    reader->generation = q->servers[reader->server].generation;
    *status = quorum_reader_look(&reader->common);
    if (*status == LEDGER_OK)
        return &reader->common;
    snprintf(message, message_size, "%s", reader->common.message);
    free(reader);
    return NULL;
}
