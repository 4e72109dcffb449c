/* host.c: the machine that the broker runs on. */
#include "tests/simulation/host.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/record/replay.h"
#include "broker/shell/recovery.h"
#include "tests/simulation/checks.h"

enum { FORM_CHECKED_OF = 16 };

static const char version[] = "concordat-broker simulated";

/* --- the disk --------------------------------------------------------------------------------------- */

void host_keeps(struct world *w)
{
    size_t from = w->store.count;
    check_told(w);
    check_routed(w);
    w->witness.batch_seq = from + 1;
    w->witness.before_ms = w->witness.at_ms;
    w->witness.policy_before = w->witness.policy;
    store_settle(&w->store, true);
    for (size_t i = from; i < w->store.count; i++)
        witness_take(w, i + 1, w->store.events[i].body, w->store.events[i].size);
}

static enum ledger_status lose(struct world *w, const char *how, bool kept)
{
    w->host.failed = true;
    world_note(w, "disk", how, NULL, w->store.pending);
    if (kept)
        host_keeps(w);
    else
        store_settle(&w->store, false);
    return LEDGER_UNKNOWN; /* the process lives and must stop by itself */
}

static void die_after_append(struct world *w, size_t count)
{
    if (!w->host.dying || w->host.dies_after != 0)
        return;
    world_note(w, "broker", "dies after append", NULL, count);
    w->host.dead = true;
}

/* If the sync fails, only the next start shows whether the batch is there. */
static enum ledger_status see_disk(struct world *w, const char *what, enum ledger_status status)
{
    w->host.failed = status != LEDGER_OK;
    if (w->host.failed)
        world_note(w, "disk", what, NULL, w->store.pending);
    return status;
}

static enum ledger_status port_write(void *context, const struct ledger_event *events, size_t count)
{
    struct world *w = context;
    struct host *h = &w->host;
    if (count == 0) /* a disk on one machine has nothing to confirm */
        return LEDGER_OK;
    if (h->failed) {
        world_violated(w, "went on after a failure", "another batch of %zu events", count);
        return LEDGER_UNKNOWN;
    }
    if (h->dying && h->dies_after < 0 && h->disk.ledger && random_between(&w->faults, 0, 1)) {
        h->disk.dies_after = random_between(&w->faults, 0, 12); /* in the middle of the turn */
    } else if (h->dying && h->dies_after < 0) {
        world_note(w, "broker", "dies before append", NULL, count);
        h->dead = true;
        return LEDGER_UNKNOWN;
    }
    if (!store_write(&w->store, events, count)) {
        world_violated(w, "P6 replay differs", "a batch does not follow event %llu",
                       (unsigned long long)w->store.count);
        return LEDGER_CORRUPT;
    }
    return h->disk.ledger ? see_disk(w, "write fails", ledger_write(h->disk.ledger, events, count))
                          : LEDGER_OK;
}

/* A disk takes as long as it likes. */
static bool port_syncing(void *context)
{
    struct world *w = context;
    return w->store.pending && random_chance(&w->faults, MILLION / 2);
}

static enum ledger_status port_sync(void *context)
{
    struct world *w = context;
    struct host *h = &w->host;
    size_t count = w->store.pending;
    if (!count) /* nothing can fail now, but something may have failed before */
        return h->disk.ledger ? ledger_sync(h->disk.ledger) : h->read_failed ? LEDGER_UNKNOWN : LEDGER_OK;
    if (h->disk.ledger) {
        enum ledger_status status = see_disk(w, "sync fails", ledger_sync(h->disk.ledger));
        if (status == LEDGER_OK)
            host_keeps(w);
        die_after_append(w, count);
        return status;
    }
    if (h->read_failed)
        return lose(w, "failed before", false);
    if (world_strikes(w, FAULT_DISK_FULL))
        return lose(w, "full", false);
    if (world_strikes(w, FAULT_FSYNC))
        return random_chance(&w->faults, MILLION / 2) ? lose(w, "sync fails, kept", true)
                                                      : lose(w, "sync fails, lost", false);
    if (world_strikes(w, FAULT_DISK_SLOW))
        h->busy_until_ms = w->now_ms + random_between(&w->faults, 1, SECONDS(20));
    host_keeps(w);
    die_after_append(w, count);
    return LEDGER_OK;
}

static enum ledger_status store_port_read(void *context, uint64_t after, size_t limit, ledger_each *each,
                                          void *each_context)
{
    return store_read(context, after, limit, each, each_context);
}

static enum ledger_status read_store(struct world *w, uint64_t after, size_t limit, ledger_each *each,
                                     void *each_context)
{
    if (w->host.read_failed || world_strikes(w, FAULT_READ))
        return LEDGER_UNKNOWN;
    return store_read(&w->store, after, limit, each, each_context);
}

/* Does nothing more after one failure, as the ledger does. */
static enum ledger_status see_read(struct world *w, enum ledger_status status)
{
    w->host.read_failed |= status == LEDGER_UNKNOWN;
    return status;
}

static enum ledger_status port_read(void *context, uint64_t after, size_t limit, ledger_each *each,
                                    void *each_context)
{
    struct world *w = context;
    struct ledger *ledger = w->host.disk.ledger;
    return see_read(w, ledger ? ledger_read(ledger, after, limit, each, each_context)
                              : read_store(w, after, limit, each, each_context));
}

static enum ledger_status port_sealed(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                      size_t *size)
{
    struct world *w = context;
    struct ledger *ledger = w->host.disk.ledger;
    if (w->host.read_failed)
        return LEDGER_UNKNOWN;
    return see_read(w, ledger ? ledger_sealed(ledger, seq, buffer, capacity, size)
                              : store_sealed(&w->store, seq, buffer, capacity, size));
}

/* --- the other ports -------------------------------------------------------------------------------- */

/* Checks the form of every few messages only, because that is most of the work. */
static const Concordat__V1__Message *read_sent(struct world *w, const uint8_t *bytes, size_t size)
{
    struct wire_fault fault = {.text = "its form is not that of a message"};
    const Concordat__V1__Message *message;
    arena_reset(&w->arena);
    if (w->messages % FORM_CHECKED_OF)
        message = concordat__v1__message__unpack(&w->arena.allocator, size, bytes);
    else
        message = wire_unpack_message(bytes, size, &w->arena, &fault);
    if (!message)
        world_violated(w, "malformed answer", "%s", fault.text);
    return message;
}

static enum server_sent send_one(struct world *w, const struct server_route *route, const uint8_t *bytes,
                                 size_t size)
{
    struct host *h = &w->host;
    struct peer *peer = network_peer(w, route);
    if (h->failed && !h->dead)
        world_violated(w, "went on after a failure", "a message is sent");
    if (h->dead || !peer)
        return SERVER_PEER_GONE;
    bool known_pong = network_is_pong(bytes, size) && !peer->revoked && w->messages % FORM_CHECKED_OF;
    const Concordat__V1__Message *message = known_pong ? NULL : read_sent(w, bytes, size);
    if (message)
        check_sent(w, peer, message);
    enum server_sent sent = network_to_peer(w, route, bytes, size);
    if (sent != SERVER_SENT)
        peer->welcomed_ms = 0; /* it is told all again, once it is heard of */
    else if (message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME)
        check_told_welcomes(w, peer);
    if (h->dying && h->dies_after > 0 && --h->dies_after == 0) {
        world_note(w, "broker", "dies while sending", NULL, 0);
        h->dead = true;
    }
    return sent;
}

/* Gives the network the parts of a frame one by one, so that it can lose some of them. That is worse than the
 * real network. */
static enum server_sent port_send(void *context, const struct server_route *route,
                                  const struct frame_part *parts, size_t count)
{
    enum server_sent sent = SERVER_SENT;
    for (size_t i = 0; i < count && sent == SERVER_SENT; i++)
        sent = send_one(context, route, parts[i].bytes, parts[i].size);
    return sent;
}

static const struct key *port_key(void *context, const char *name)
{
    struct world *w = context;
    for (int i = 0; i < w->peer_count; i++)
        if (strcmp(w->peers[i].key.name, name) == 0)
            return w->peers[i].revoked ? NULL : &w->peers[i].key;
    return NULL;
}

static void port_random(void *context, void *bytes, size_t size)
{
    struct world *w = context;
    random_bytes(&w->people, bytes, size);
}

/* --- starting --------------------------------------------------------------------------------------- */

bool host_replay(struct world *w, struct state *state)
{
    struct recovery_found found;
    enum ledger_status status = recovery_replay(state, w->store.count, store_port_read, &w->store, &found);
    if (status != LEDGER_OK)
        world_violated(w, "P6 replay differs", "event %llu does not follow",
                       (unsigned long long)found.contradicts);
    else if (found.differs)
        world_violated(w, "P6 replay differs", "event %llu says that the state was another",
                       (unsigned long long)found.differs);
    return !w->violation.found;
}

struct parts {
    const void *at[STATE_PARTS];
    size_t sizes[STATE_PARTS];
    size_t count;
};

static void host_list_part(void *context, const void *bytes, size_t size)
{
    struct parts *parts = context;
    parts->at[parts->count] = bytes;
    parts->sizes[parts->count++] = size;
}

/* Recovers from the first event or, as from a snapshot, from the parts of an earlier state. */
static struct state *recover(struct world *w)
{
    uint64_t seed = random_next(&w->faults);
    struct state *state;
    if (random_between(&w->faults, 0, 9) == 0) {
        state = state_new(seed);
    } else {
        struct parts parts = {.count = 0};
        state_visit(w->host.replica, host_list_part, &parts);
        state = state_from_parts(seed, parts.at, parts.sizes);
    }
    assert(state);
    if (host_replay(w, state))
        return state;
    state_destroy(&state);
    return NULL;
}

/* The state that was lived, the one that is replayed, and the one that is recovered must be the same. */
static void check_recovered(struct world *w, const struct state *state)
{
    uint8_t recovered[32], replayed[32];
    if (!host_replay(w, w->host.replica))
        return;
    replay_digest(state, recovered);
    replay_digest(w->host.replica, replayed);
    if (memcmp(recovered, replayed, sizeof recovered) != 0)
        world_violated(w, "P6 replay differs", "two ways to recover event %llu differ",
                       (unsigned long long)w->store.count);
}

/* In some worlds the disk is nearly full for ten minutes of each hour, until everything heals. */
static struct disk_room port_disk(void *context)
{
    const struct world *w = context;
    bool fills = w->options.seed % 8 == 3 && !w->healing;
    int64_t minute = w->now_ms / MINUTES(1) % 60;
    uint64_t free_bytes = fills && minute < 10 ? minute < 5 ? 1 : 50 : 1000;
    return (struct disk_room){free_bytes, 100, UINT64_MAX};
}

static struct process_faults port_faults(void *context)
{
    (void)context;
    return (struct process_faults){0};
}

/* The broker's log is not part of the world. */
static void port_log(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static bool port_clock(void *context)
{
    return ((const struct world *)context)->clock_is_vouched;
}

void host_start(struct world *w)
{
    struct host *h = &w->host;
    const struct broker_ports ports = {w,           port_write,  port_syncing, port_sync,   port_read,
                                       port_sealed, port_send,   port_key,     port_random, port_clock,
                                       port_disk,   port_faults, port_log,     false};
    h->dying = h->dead = h->failed = h->read_failed = false;
    h->run++;
    h->started_ms = h->busy_until_ms = w->now_ms;
    struct state *state = w->options.sqlite ? disk_recover(w) : recover(w);
    if (!state) {
        if (!w->violation.found)
            host_dies(w); /* the disk failed again */
        return;
    }
    check_recovered(w, state);
    uint64_t replayed = state->counters.seq;
    world_note(w, "broker", "starts", NULL, replayed);
    h->broker = broker_open(&ports, state, version);
    assert(h->broker);
    bool loaded = broker_load_policy(h->broker, w->policies[w->policy], world_clock(w));
    assert(loaded);
    (void)loaded;
    broker_record_start(h->broker, replayed, world_clock(w));
    if (broker_commit(h->broker) != LEDGER_OK || broker_settle(h->broker) != LEDGER_OK) {
        host_dies(w);
        return;
    }
    if (!operator_opens(w)) {
        host_dies(w);
        return;
    }
    check_lost(w);
    check_erased_keys(w);
    check_agrees(w);
    check_books(w);
    world_later(w, 0, TURN, 0, 0);
    h->turn_ms = w->now_ms;
}

void host_open(struct world *w)
{
    w->host.replica = state_new(1);
    assert(w->host.replica);
    w->host.turn_ms = INT64_MAX;
    snapshots_open(w);
    if (w->options.sqlite)
        disk_open(w);
    host_start(w);
}

static void empty_queue(struct host *h)
{
    for (size_t i = 0; i < h->waiting; i++)
        free(h->queue[i]);
    h->waiting = 0;
}

void host_close(struct world *w)
{
    empty_queue(&w->host);
    broker_close(&w->host.broker);
    state_destroy(&w->host.replica);
    disk_close(w);
}

/* --- dying ------------------------------------------------------------------------------------------ */

/* A batch that was on its way to the disk is there or not. With the real ledger the next start finds out. */
static void settle_in_death(struct world *w)
{
    if (random_between(&w->faults, 0, 1))
        host_keeps(w);
    else
        store_settle(&w->store, false);
}

void host_dies(struct world *w)
{
    struct host *h = &w->host;
    world_note(w, "broker", "is down", NULL, 0);
    w->witness.due_count = 0; /* what it had to say is lost; its peers ask again */
    for (int i = 0; i < w->peer_count; i++)
        w->peers[i].welcomed_ms = 0;
    if (w->store.pending && !w->options.sqlite)
        settle_in_death(w);
    empty_queue(h);
    broker_close(&h->broker);
    operator_loses_power(w);
    snapshots_die(w);
    if (w->options.sqlite)
        disk_crash(w);
    h->turn_ms = INT64_MAX;
    w->restarts++;
    int64_t most = w->healing || random_between(&w->faults, 0, 4) ? SECONDS(5) : MINUTES(20);
    world_later(w, random_between(&w->faults, 100, most), BROKER_STARTS, 0, 0);
}

void host_dies_in_turn(struct world *w, int64_t dies_after)
{
    w->host.dying = true;
    w->host.dies_after = dies_after;
}

/* --- one turn --------------------------------------------------------------------------------------- */

static void plan_turn(struct world *w, int64_t at_ms)
{
    struct host *h = &w->host;
    if (at_ms < h->busy_until_ms)
        at_ms = h->busy_until_ms;
    if (at_ms >= h->turn_ms)
        return;
    h->turn_ms = at_ms;
    world_later(w, at_ms - w->now_ms, TURN, 0, 0);
}

void host_receives(struct world *w, struct letter *letter)
{
    struct host *h = &w->host;
    struct peer *peer = &w->peers[letter->peer];
    bool gone = !peer->online || letter->connection != peer->connection;
    if (gone || !h->broker || h->waiting == TURN_MESSAGES_MAX) {
        free(letter);
        return;
    }
    h->queue[h->waiting++] = letter;
    plan_turn(w, w->now_ms);
}

static enum ledger_status take_all(struct world *w, struct now now)
{
    struct host *h = &w->host;
    size_t count = h->waiting;
    enum ledger_status status = LEDGER_OK;
    for (size_t i = 0; i < count && status == LEDGER_OK; i++) {
        struct server_route route = network_route(h->queue[i], h->run);
        check_told_hears(w, &w->peers[h->queue[i]->peer]);
        broker_take(h->broker, &route, w->peers[h->queue[i]->peer].key.name, h->queue[i]->bytes,
                    h->queue[i]->size, now);
        if (!port_syncing(w))
            status = broker_settle(h->broker);
    }
    empty_queue(h);
    return status;
}

void host_settles(struct world *w)
{
    struct host *h = &w->host;
    if (h->broker && (broker_settle(h->broker) != LEDGER_OK || h->dead || h->dying) && !w->violation.found)
        host_dies(w);
}

void host_turn(struct world *w)
{
    struct host *h = &w->host;
    if (!h->broker || h->turn_ms != w->now_ms)
        return; /* another turn has been planned since */
    h->turn_ms = INT64_MAX;
    struct now now = world_clock(w);
    uint64_t before = w->store.count;
    bool idle = h->waiting == 0, had_failed = h->read_failed;
    enum ledger_status status = take_all(w, now);
    if (status == LEDGER_OK) {
        broker_time(h->broker, now);
        bool settles = snapshots_record(w);
        status = broker_commit(h->broker);
        if (status == LEDGER_OK && settles)
            status = broker_settle(h->broker);
    }
    if (w->violation.found)
        return;
    if (status != LEDGER_OK || h->dead || h->dying) {
        host_dies(w);
        return;
    }
    if (!broker_is_settled(h->broker)) {
        plan_turn(w, w->now_ms + random_between(&w->faults, 0, 20));
        return;
    }
    if (had_failed)
        world_violated(w, "went on after a failure", "a turn ends well on a ledger that could not be read");
    broker_check(h->broker);
    if (w->store.count != before) {
        check_agrees(w);
        check_books(w);
        check_shares(w);
    }
    check_told(w);
    check_routed(w);
    check_stuck(w);
    check_clocks_end(w);
    check_replay(w);
    if (h->disk.ledger && idle)
        ledger_idle(h->disk.ledger);
    snapshots_settle(w);
    if (idle)
        operator_rests(w);
    if (!h->broker)
        return;
    int64_t patience_ms = broker_patience_ms(h->broker, now);
    if (patience_ms >= SECONDS(1))
        patience_ms = w->options.tick_ms;
    plan_turn(w, w->now_ms + patience_ms);
}

void host_reloads(struct world *w, int policy)
{
    struct host *h = &w->host;
    world_note(w, "operator", "loads policy", NULL, (uint64_t)policy);
    w->policy = policy;
    if (!h->broker)
        return;
    bool loaded = broker_load_policy(h->broker, w->policies[policy], world_clock(w));
    assert(loaded);
    (void)loaded;
    plan_turn(w, w->now_ms);
}
