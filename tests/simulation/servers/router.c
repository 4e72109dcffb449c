/* router.c: see router.h. Its turn is the one of broker/main.c. */
#include "tests/simulation/servers/router.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/inside.h"
#include "tests/simulation/servers/watch.h"

enum {
    ROUTER_BATCH = 512,
    ROUTER_NOTE_BYTES = 512,
    ROUTER_RESTART_MS_MAX = 1500,
    PERSON_MS_MAX = 8000, /* until a person looks at a router that refuses */
    ROUTER_UPTIME_MS_MAX = 400 * 1000 * 1000
};

static struct router *router_runs_now;

/* What it has sent to the servers and not heard of; of the router that runs. */
struct router_flight {
    uint64_t first;
    size_t count;
    uint8_t chains[ROUTER_BATCH][CHAIN_BYTES];
};
static struct router_flight router_flights[QUORUM_ROUTERS];

/* --- waiting ---------------------------------------------------------------------------------------- */

struct router *router_here(void)
{
    return router_runs_now;
}

static void router_wakes(struct quorum *q, void *subject, uint64_t wait)
{
    struct router *r = subject;
    if (wait != r->wait || fiber_has_ended(r->fiber))
        return;
    if (!r->dead && q->now_ms < r->stopped_until_ms) {
        quorum_later(q, r->stopped_until_ms - q->now_ms, router_wakes, r, wait);
        return;
    }
    router_runs_now = r;
    fiber_run(r->fiber);
    router_runs_now = NULL;
}

void router_waits(struct router *r, int64_t until_ms)
{
    if (r->dead)
        return;
    int64_t wait_ms = until_ms - r->quorum->now_ms;
    quorum_later(r->quorum, wait_ms > 0 ? wait_ms : 0, router_wakes, r, ++r->wait);
    fiber_gives_way();
}

void router_stands_still(struct router *r)
{
    while (!r->dead && r->quorum->now_ms < r->stopped_until_ms)
        router_waits(r, r->stopped_until_ms);
}

void router_poke(struct router *r)
{
    quorum_later(r->quorum, 0, router_wakes, r, r->wait);
}

int64_t router_mono_ms(const struct router *r)
{
    int64_t now_ms = r->quorum->now_ms;
    return r->mono_offset_ms + now_ms + now_ms * r->fast_per_million / MILLION;
}

static struct now router_now(const struct router *r)
{
    return (struct now){.wall_ms = INT64_C(1795003200000) + r->wall_offset_ms + r->quorum->now_ms,
                        .mono_ms = router_mono_ms(r)};
}

/* --- ports ------------------------------------------------------------------------------------------ */

static enum ledger_status router_writes(void *context, const struct ledger_event *events, size_t count)
{
    struct router *r = context;
    struct router_flight *flight = &router_flights[r->which];
    uint8_t before[CHAIN_BYTES];
    assert(count <= ROUTER_BATCH);
    flight->first = ledger_head(r->ledger, before) + 1;
    flight->count = count;
    ledger_make_chains(before, events, count, flight->chains);
    return ledger_write(r->ledger, events, count);
}

static bool router_is_syncing(void *context)
{
    return ledger_is_syncing(((struct router *)context)->ledger);
}

static enum ledger_status router_syncs(void *context)
{
    struct router *r = context;
    struct router_flight *flight = &router_flights[r->which];
    enum ledger_status status = ledger_sync(r->ledger);
    if (status == LEDGER_OK && flight->count) {
        uint8_t chain[CHAIN_BYTES];
        uint64_t seq = ledger_head(r->ledger, chain);
        (void)acknowledged_note(&r->acknowledged, seq,
                                chain); /* in memory, which its process outlives here */
        watch_acknowledged(r->watch, r, flight->first, flight->count,
                           (const uint8_t(*)[CHAIN_BYTES])flight->chains);
    }
    flight->count = 0;
    return status;
}

static enum ledger_status router_reads(void *context, uint64_t after, size_t limit, ledger_each *each,
                                       void *each_context)
{
    return ledger_read(((struct router *)context)->ledger, after, limit, each, each_context);
}

static enum ledger_status router_reads_sealed(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                              size_t *size)
{
    return ledger_sealed(((struct router *)context)->ledger, seq, buffer, capacity, size);
}

static enum server_sent router_sends(void *context, const struct server_route *route,
                                     const struct frame_part *parts, size_t count)
{
    struct router *r = context;
    uint32_t to[2];
    if (r->dead)
        return SERVER_PEER_GONE;
    memcpy(to, route->bytes, sizeof to);
    watch_answers(r->watch, r);
    for (size_t i = 0; i < count; i++)
        r->sends(r->sends_context, r, (int)to[0], to[1], &parts[i]);
    return SERVER_SENT;
}

static const struct key *router_key(void *context, const char *name)
{
    const struct router *r = context;
    for (int i = 0; i < ROUTER_KEYS; i++)
        if (strcmp(r->keys[i].name, name) == 0)
            return &r->keys[i];
    return NULL;
}

static void router_random(void *context, void *bytes, size_t size)
{
    random_bytes(&((struct router *)context)->random, bytes, size);
}

static bool router_clock_is_kept(void *context)
{
    (void)context;
    return true;
}

static struct disk_room router_disk(void *context)
{
    (void)context;
    return (struct disk_room){UINT64_MAX, 0, UINT64_MAX};
}

static struct process_faults router_faults_seen(void *context)
{
    (void)context;
    return (struct process_faults){0};
}

static void router_log(void *context, const char *line)
{
    (void)context, (void)line;
}

/* --- following -------------------------------------------------------------------------------------- */

static int64_t router_here_ms(void)
{
    return router_mono_ms(router_runs_now);
}

static void router_tells(const char *why, const char *meaning)
{
    quorum_tells(router_runs_now->quorum, "router %d: %s: %s", router_runs_now->which, why, meaning);
}

static void router_logs(const char *line)
{
    quorum_tells(router_runs_now->quorum, "router %d: %s", router_runs_now->which, line);
}

static const struct standby_calls router_standby_calls = {.open = router_ledger_open,
                                                          .open_reader = router_reader_open,
                                                          .now_ms = router_here_ms,
                                                          .tell = router_tells,
                                                          .log = router_logs};

static void router_shows_state(struct router *r, const struct standby *standby)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t seq = follower_reached(&standby->follower, chain);
    if (seq > 0 && standby->follower.state->counters.seq == seq)
        watch_state(r->watch, standby->follower.state, chain);
}

/* If a router refuses, a person looks some time later. If the history does lack what the router acknowledged,
 * the person says that it stands, and starts the router again. Returns whether that is so now. */
static bool router_is_allowed(struct router *r, int64_t *person_ms)
{
    const struct acknowledged *a = &r->acknowledged;
    if (r->quorum->now_ms < *person_ms)
        return false;
    *person_ms = INT64_MAX;
    if (a->seq == 0 || watch_has(r->watch, a->seq, a->chain))
        return false;
    r->acknowledged.seq = 0;
    return true;
}

static void router_follows(struct router *r, struct standby *standby)
{
    int64_t person_ms = INT64_MAX; /* when a person looks */
    while (!r->dead && !r->ledger) {
        enum standby_turned turned = standby_turn(standby, &r->ledger);
        if (!r->dead && turned == STANDBY_REFUSES) {
            r->refused++;
            person_ms = r->quorum->now_ms + (int64_t)random_between(&r->random, 0, PERSON_MS_MAX);
        }
        if (r->ledger || (!r->dead && router_is_allowed(r, &person_ms)))
            return;
        router_shows_state(r, standby);
        router_waits(r, r->quorum->now_ms + STANDBY_TURN_MS);
    }
}

/* --- leading ---------------------------------------------------------------------------------------- */

static bool router_begins(struct router *r, struct standby *standby)
{
    char note[ROUTER_NOTE_BYTES];
    uint8_t chain[CHAIN_BYTES];
    struct recovery recovery = {0};
    const struct broker_ports ports = {r,
                                       router_writes,
                                       router_is_syncing,
                                       router_syncs,
                                       router_reads,
                                       router_reads_sealed,
                                       router_sends,
                                       router_key,
                                       router_random,
                                       router_clock_is_kept,
                                       router_disk,
                                       router_faults_seen,
                                       router_log,
                                       true};
    uint64_t kept;
    struct state *state = standby_state(standby, r->ledger, 1, &recovery, &kept, note, sizeof note);
    if (!state && !r->dead && recovery.found.contradicts)
        watch_violated(r->watch, "P6 replay differs", "router %d: %s", r->which, note);
    if (!state)
        return false;
    (void)ledger_head(r->ledger, chain);
    r->claim = router_engine_claim(r->engine);
    r->run++;
    watch_begins(r->watch, r, state, chain);
    uint64_t replayed = recovery.replayed;
    r->broker = broker_open(&ports, state, "concordat-broker simulated");
    assert(r->broker);
    bool loaded = broker_load_policy(r->broker, r->policy, router_now(r));
    assert(loaded);
    (void)loaded;
    broker_record_start(r->broker, replayed, router_now(r));
    return broker_commit(r->broker) == LEDGER_OK && broker_settle(r->broker) == LEDGER_OK && !r->dead;
}

static void router_takes(struct router *r, const struct router_message *message)
{
    struct server_route route = {.size = 12};
    const uint32_t from[] = {(uint32_t)message->client, message->connection, r->run};
    memcpy(route.bytes, from, sizeof from);
    broker_take(r->broker, &route, r->keys[message->client].name, message->bytes, message->size,
                router_now(r));
}

static enum ledger_status router_takes_all(struct router *r)
{
    for (size_t i = 0;; i++) {
        enum ledger_status status = ledger_is_syncing(r->ledger) ? LEDGER_OK : broker_settle(r->broker);
        if (status != LEDGER_OK || i >= r->waiting)
            return status;
        router_takes(r, &r->queue[i]);
    }
}

/* Whether it may go on. */
static bool router_takes_turn(struct router *r)
{
    bool full = r->waiting == ROUTER_QUEUE;
    enum ledger_status status = router_takes_all(r);
    r->waiting = 0;
    if (status != LEDGER_OK || (!broker_is_settled(r->broker) && !full))
        return status == LEDGER_OK;
    broker_time(r->broker, router_now(r));
    status = broker_commit(r->broker);
    if (status == LEDGER_OK && broker_is_settled(r->broker)) {
        uint8_t chain[CHAIN_BYTES];
        (void)ledger_head(r->ledger, chain);
        watch_state(r->watch, broker_state(r->broker), chain);
    }
    return status == LEDGER_OK;
}

static void router_leads(struct router *r)
{
    r->listens = true;
    while (!r->dead && router_takes_turn(r)) {
        int patience_ms = broker_patience_ms(r->broker, router_now(r));
        router_waits(r, r->quorum->now_ms + (patience_ms > 0 ? patience_ms : 1));
        router_stands_still(r);
    }
    r->listens = false;
}

static void router_lives(struct router *r)
{
    struct standby standby;
    standby_open(&standby, &router_standby_calls, r->address, "/nowhere", &r->acknowledged);
    router_follows(r, &standby);
    bool leads = r->ledger && router_begins(r, &standby);
    standby_close(&standby);
    if (leads) {
        quorum_tells(r->quorum, "router %d leads by claim %llu", r->which, (unsigned long long)r->claim);
        router_leads(r);
    }
    quorum_tells(r->quorum, "router %d ends: %s", r->which,
                 r->dead     ? "it was killed"
                 : r->ledger ? ledger_message(r->ledger)
                             : "it refuses");
    broker_close(&r->broker);
    ledger_close(&r->ledger);
    r->waiting = 0;
    router_flights[r->which].count = 0;
}

static void router_main(void *context)
{
    struct router *r = context;
    while (!r->ends) {
        router_lives(r);
        if (r->ends)
            return;
        r->dead = false;
        r->stopped_until_ms = 0;
        router_waits(r, r->quorum->now_ms + random_between(&r->random, 100, ROUTER_RESTART_MS_MAX));
    }
}

/* --- from outside ------------------------------------------------------------------------------------- */

void router_open(struct router *r)
{
    struct quorum *q = r->quorum;
    random_open(&r->random, q->seed, "router", (uint64_t)r->which);
    r->acknowledged.fd = -1;
    snprintf(r->address, sizeof r->address, "router %d", r->which);
    r->wall_offset_ms = random_between(&r->random, -1900, 1900);
    r->mono_offset_ms = random_between(&r->random, 1, ROUTER_UPTIME_MS_MAX);
    r->fast_per_million = random_between(&r->random, -100, 100);
    r->fiber = fiber_open(router_main, r);
    q->routers[r->which] = r;
    quorum_later(q, random_between(&r->random, 0, 300), router_wakes, r, r->wait);
}

void router_end(struct router *r)
{
    r->ends = true;
    router_dies(r);
}

void router_close(struct router *r)
{
    fiber_close(&r->fiber);
}

void router_dies(struct router *r)
{
    quorum_tells(r->quorum, "router %d dies", r->which);
    r->dead = true;
    r->listens = false;
    router_poke(r);
}

void router_stops(struct router *r, int64_t ms)
{
    quorum_tells(r->quorum, "router %d stands still for %lld ms", r->which, (long long)ms);
    r->stopped_until_ms = r->quorum->now_ms + ms;
}

bool router_receives(struct router *r, const struct router_message *message)
{
    if (!r->listens || r->dead)
        return false;
    if (r->waiting < ROUTER_QUEUE)
        r->queue[r->waiting++] = *message;
    router_poke(r);
    return true;
}
