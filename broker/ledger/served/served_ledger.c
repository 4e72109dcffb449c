/* served_ledger.c: see served_ledger.h. */
#include "broker/ledger/served/served_ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/served/flight.h"

struct served_ledger {
    struct ledger common; /* the first: a ledger of this kind is one of these */
    struct engine *engine;
    struct flight flight; /* of the batch that is on its way */
    bool on_its_way;      /* a batch, a pulse or a mark */
    bool marked;          /* it is opened whatever its mark is */
    enum engine_answer answer;
    int64_t sent_ms;      /* what is on its way */
    int64_t committed_ms; /* when the last commit that was answered was sent */
};

static struct served_ledger *served_of(struct ledger *ledger)
{
    return (struct served_ledger *)ledger;
}

/* From here on nothing is done: what was sent may be stored or not. */
static enum ledger_status served_fails(struct served_ledger *served, const char *what)
{
    if (!served->common.failed)
        snprintf(served->common.message, sizeof served->common.message, "%s: %s", what,
                 served->engine->message);
    served->common.failed = true;
    return LEDGER_UNKNOWN;
}

static enum ledger_status served_is_fenced(struct served_ledger *served)
{
    snprintf(
        served->common.message, sizeof served->common.message,
        "another router leads now, or the history ends otherwise than this router wrote it: nothing more of "
        "this one is stored");
    served->common.failed = true;
    return LEDGER_FENCED;
}

static enum ledger_status served_is_altered_at(struct served_ledger *served, uint64_t seq)
{
    walk_say_altered(seq, served->common.message, sizeof served->common.message);
    return LEDGER_CORRUPT;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static int64_t served_now(const struct served_ledger *served)
{
    return served->engine->calls->now_ms(served->engine);
}

static enum ledger_status served_send(struct served_ledger *served, const struct engine_command *command)
{
    served->sent_ms = served_now(served);
    served->answer = ENGINE_WAITS;
    served->on_its_way = true;
    return served->engine->calls->send(served->engine, command)
               ? LEDGER_OK
               : served_fails(served, "writing to the ledger");
}

static enum ledger_status served_write(struct ledger *ledger, const struct ledger_event *events, size_t count)
{
    struct served_ledger *served = served_of(ledger);
    assert(!served->on_its_way);
    if (count == 0)
        return served_now(served) - served->committed_ms < LEDGER_PULSE_MS
                   ? LEDGER_OK
                   : served_send(served, &(struct engine_command){.kind = ENGINE_PULSE});
    if (!flight_take(&served->flight, events, count, ledger->chain)) {
        snprintf(served->engine->message, sizeof served->engine->message, "not enough memory");
        return served_fails(served, "writing to the ledger");
    }
    struct engine_command append = {.kind = ENGINE_APPEND,
                                    .before = ledger->head,
                                    .before_chain = ledger->chain,
                                    .events = served->flight.events,
                                    .chains = (const uint8_t(*)[CHAIN_BYTES])served->flight.chains,
                                    .count = count};
    enum ledger_status status = served_send(served, &append);
    ledger->head += count;
    memcpy(ledger->chain, served->flight.chains[count - 1], CHAIN_BYTES);
    return status;
}

static int64_t served_patience_left(const struct served_ledger *served)
{
    int64_t left = served->sent_ms + SERVED_COMMIT_MS - served_now(served);
    return left > 0 ? left : 0;
}

/* The connection is looked at too if nothing is on its way: a broker that has lost it learns of it at once.
 */
static void served_look(struct served_ledger *served, int64_t patience_ms)
{
    if (served->answer == ENGINE_WAITS || !served->on_its_way)
        served->answer = served->engine->calls->answer(served->engine, patience_ms);
}

static bool served_is_syncing(struct ledger *ledger)
{
    struct served_ledger *served = served_of(ledger);
    if (ledger->failed)
        return false;
    served_look(served, 0);
    return served->on_its_way && served->answer == ENGINE_WAITS && served_patience_left(served) > 0;
}

static int served_synced_fd(const struct ledger *ledger)
{
    const struct engine *engine = ((const struct served_ledger *)ledger)->engine;
    return engine->calls->fd(engine);
}

/* A process that stood still finds the answer to what it sent before, though another has led since: what it
 * would tell now is no longer so. */
static enum ledger_status served_is_late(struct served_ledger *served)
{
    snprintf(served->engine->message, sizeof served->engine->message,
             "this router stood still, and another may lead by now");
    return served_fails(served, "writing to the ledger");
}

static enum ledger_status served_sync(struct ledger *ledger)
{
    struct served_ledger *served = served_of(ledger);
    served_look(served, served->on_its_way ? served_patience_left(served) : 0);
    switch (served->answer) {
    case ENGINE_DONE:
        break;
    case ENGINE_ENDED:
        return served_is_fenced(served);
    case ENGINE_WAITS:
        snprintf(served->engine->message, sizeof served->engine->message,
                 "no answer in %d ms: a server or the way to it is gone, or no second server has the commit",
                 SERVED_COMMIT_MS);
        return served_fails(served, "writing to the ledger");
    case ENGINE_HELD:
    case ENGINE_UNKNOWN:
        return served_fails(served, "writing to the ledger");
    }
    if (served->on_its_way)
        served->committed_ms = served->sent_ms;
    served->on_its_way = false;
    flight_clear(&served->flight);
    return served_now(served) - served->committed_ms <= LEDGER_PULSE_MS + SERVED_COMMIT_MS
               ? LEDGER_OK
               : served_is_late(served);
}

/* --- reading ---------------------------------------------------------------------------------------- */

struct served_reading {
    struct walk walk;
    bool begun; /* the event before the first one has been seen, and its chain value taken */
    bool altered;
    ledger_each *each; /* NULL: they are only checked */
    void *context;
};

static bool served_take_row(void *context, const struct walked *row, const struct ledger_event *event)
{
    struct served_reading *reading = context;
    if (!reading->begun) {
        reading->begun = true;
        reading->altered = row->seq != reading->walk.seq;
        memcpy(reading->walk.chain, row->chain, CHAIN_BYTES);
        return !reading->altered;
    }
    reading->altered = !walk_step(&reading->walk, row);
    return !reading->altered &&
           (!reading->each || reading->each(reading->context, event, reading->walk.chain));
}

/* Reads those that were sent and not answered. */
static void served_read_flight(const struct served_ledger *served, uint64_t after, size_t limit,
                               ledger_each *each, void *context)
{
    size_t at = flight_find(&served->flight, after + 1);
    for (; at < served->flight.count && limit > 0; at++, limit--) {
        struct ledger_event event = served->flight.events[at];
        event.sealed = NULL;
        event.sealed_size = 0;
        if (each && !each(context, &event, served->flight.chains[at]))
            return;
    }
}

/* How far the servers show it. */
static uint64_t served_shown(const struct served_ledger *served)
{
    return served->common.head - served->flight.count;
}

static enum ledger_status served_read(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                                      void *context)
{
    struct served_ledger *served = served_of(ledger);
    uint64_t shown = served_shown(served), left = after < shown ? shown - after : 0;
    if (left == 0) {
        served_read_flight(served, after, limit, each, context);
        return LEDGER_OK;
    }
    struct served_reading reading = {{.seq = after}, after == 0, false, each, context};
    uint64_t wanted = limit < left ? limit : left;
    if (!served->engine->calls->read(served->engine, after, (size_t)wanted + (after > 0), served_take_row,
                                     &reading))
        return served_fails(served, "reading the ledger");
    if (reading.altered || !reading.begun || reading.walk.seq == after)
        return wanted == 0 ? LEDGER_OK : served_is_altered_at(served, reading.walk.seq + 1);
    return LEDGER_OK;
}

static bool served_take_chain(void *context, const struct walked *row, const struct ledger_event *event)
{
    (void)event;
    struct walk *walk = context;
    walk->seq = row->seq;
    memcpy(walk->chain, row->chain, CHAIN_BYTES);
    return false;
}

static enum ledger_status served_chain_at(struct ledger *ledger, uint64_t seq, uint8_t chain[CHAIN_BYTES])
{
    struct served_ledger *served = served_of(ledger);
    struct walk found = {0};
    size_t at = flight_find(&served->flight, seq);
    if (at != SIZE_MAX) {
        memcpy(chain, served->flight.chains[at], CHAIN_BYTES);
        return LEDGER_OK;
    }
    if (!served->engine->calls->read(served->engine, seq, 1, served_take_chain, &found))
        return served_fails(served, "reading the ledger");
    if (found.seq != seq)
        return served_is_altered_at(served, seq);
    memcpy(chain, found.chain, CHAIN_BYTES);
    return LEDGER_OK;
}

static enum ledger_status served_sealed(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                        size_t *size)
{
    struct served_ledger *served = served_of(ledger);
    size_t at = flight_find(&served->flight, seq);
    if (at == SIZE_MAX) {
        enum ledger_status status =
            served->engine->calls->sealed(served->engine, seq, buffer, capacity, size);
        return status == LEDGER_UNKNOWN ? served_fails(served, "reading the ledger") : status;
    }
    const struct ledger_event *event = &served->flight.events[at];
    if (!event->sealed)
        return LEDGER_NOT_FOUND;
    *size = event->sealed_size;
    if (*size <= capacity)
        memcpy(buffer, event->sealed, *size);
    return LEDGER_OK;
}

static int64_t served_epoch(const struct ledger *ledger)
{
    const struct engine *engine = ((const struct served_ledger *)ledger)->engine;
    return engine->calls->epoch(engine);
}

static enum ledger_status served_set_mark(struct ledger *ledger, enum ledger_mark mark)
{
    struct served_ledger *served = served_of(ledger);
    assert(!served->on_its_way);
    enum ledger_status status =
        served_send(served, &(struct engine_command){.kind = ENGINE_MARK, .mark = mark});
    return status == LEDGER_OK ? served_sync(ledger) : status;
}

static void served_idle(struct ledger *ledger)
{
    (void)ledger; /* the servers look after their logs */
}

static bool served_start_threads(struct ledger *ledger)
{
    (void)ledger; /* the servers are the other threads */
    return true;
}

static void served_close(struct ledger *ledger)
{
    struct served_ledger *served = served_of(ledger);
    served->engine->calls->close(served->engine);
    flight_close(&served->flight);
    free(served);
}

static const struct ledger_calls served_calls = {
    .close = served_close,
    .write = served_write,
    .is_syncing = served_is_syncing,
    .synced_fd = served_synced_fd,
    .sync = served_sync,
    .read = served_read,
    .chain_at = served_chain_at,
    .sealed = served_sealed,
    .idle = served_idle,
    .start_threads = served_start_threads,
    .epoch = served_epoch,
    .set_mark = served_set_mark,
};

/* --- opening ---------------------------------------------------------------------------------------- */

static enum engine_answer served_ask(struct served_ledger *served, enum engine_command_kind kind)
{
    if (served_send(served, &(struct engine_command){.kind = kind}) == LEDGER_OK)
        served_look(served, SERVED_COMMIT_MS);
    else
        served->answer = ENGINE_UNKNOWN;
    served->common.failed = served->on_its_way = false; /* another server may do */
    return served->answer;
}

/* Finds the newest event, and checks it and those just before it. */
static enum ledger_status served_find_head(struct served_ledger *served)
{
    struct ledger *ledger = &served->common;
    if (!served->engine->calls->head(served->engine, &ledger->head))
        return served_fails(served, "reading the ledger");
    if (ledger->head == 0)
        return LEDGER_OK;
    enum ledger_status status = served_chain_at(ledger, ledger->head, ledger->chain);
    uint64_t after = ledger->head > LEDGER_TAIL_EVENTS ? ledger->head - LEDGER_TAIL_EVENTS : 0;
    return status == LEDGER_OK ? served_read(ledger, after, LEDGER_TAIL_EVENTS, NULL, NULL) : status;
}

/* Whether nobody is to lead it. */
static bool served_is_set_aside(struct served_ledger *served)
{
    const char *means = served->marked ? NULL : ledger_mark_means(served->engine->mark);
    served->common.mark = served->engine->mark;
    if (means)
        snprintf(served->engine->message, sizeof served->engine->message, "%s", means);
    return means;
}

/* The order is the point. A server that has just come back shows commits that no other has, and that may be
 * taken back; once the claim is on the other's disk, so is everything that a reading can see after it. */
static enum ledger_status served_try(struct served_ledger *served, size_t which)
{
    const struct engine_calls *calls = served->engine->calls;
    if (!calls->connect(served->engine, which, SERVED_CONNECT_MS))
        return LEDGER_UNKNOWN;
    enum engine_answer answer = served_ask(served, ENGINE_LOCK);
    if (answer == ENGINE_HELD) {
        (void)served_ask(served, ENGINE_EVICT); /* the next try finds the lock free */
        snprintf(served->engine->message, sizeof served->engine->message, "another router leads");
        return LEDGER_IN_USE;
    }
    if (answer != ENGINE_DONE)
        return LEDGER_UNKNOWN;
    if (served_is_set_aside(served)) /* a router that waits for its end claims nothing at each try */
        return LEDGER_SET_ASIDE;
    answer = served_ask(served, ENGINE_CLAIM);
    if (answer == ENGINE_WAITS)
        snprintf(served->engine->message, sizeof served->engine->message,
                 "no second server has confirmed the commit by which a router begins");
    if (answer != ENGINE_DONE)
        return LEDGER_UNKNOWN;
    served->committed_ms = served->sent_ms;
    return served_is_set_aside(served) ? LEDGER_SET_ASIDE : served_find_head(served);
}

/* What each server said is told, and what the last one said decides; but if one says that another router
 * leads, that alone. */
struct ledger *served_ledger_begin(struct engine *engine, bool marked, enum ledger_status *status,
                                   char *message, size_t message_size)
{
    struct served_ledger *served = calloc(1, sizeof *served);
    size_t used = 0;
    *status = LEDGER_UNKNOWN;
    message[0] = '\0';
    if (!served) {
        snprintf(message, message_size, "not enough memory");
        engine->calls->close(engine);
        return NULL;
    }
    served->common.calls = &served_calls;
    served->engine = engine;
    served->marked = marked;
    for (size_t which = 0; which < engine->servers && *status == LEDGER_UNKNOWN; which++) {
        *status = served_try(served, which);
        if (*status == LEDGER_OK)
            return &served->common;
        if (*status == LEDGER_IN_USE)
            used = 0;
        if (used < message_size)
            used += (size_t)snprintf(message + used, message_size - used, "%s%s", used ? "; " : "",
                                     *status == LEDGER_CORRUPT ? served->common.message : engine->message);
        served->common.failed = false;
    }
    served_close(&served->common);
    return NULL;
}
