/* night.c: a broker with everybody around it in one process. */
#include "tests/fuzz/night.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "broker/record/record.h"
#include "broker/record/replay.h"
#include "tests/fuzz/fuzz.h"
#include "tests/simulation/memory_keys.h"

enum { ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX };

struct stored {
    int64_t at_ms;
    uint32_t kind;
    bool has_referral;
    uint8_t referral[LEDGER_REFERRAL_BYTES];
    uint8_t *body, *sealed;
    size_t size, sealed_size;
    uint8_t chain[CHAIN_BYTES], reduced[CHAIN_BYTES];
};

struct night {
    struct broker *broker;
    struct now now;
    bool committing;
    uint64_t synced;
    uint8_t random;
    uint32_t next_route;
    struct server_route routes[NIGHT_PEOPLE];
    bool deaf[NIGHT_PEOPLE];
    struct stored events[NIGHT_EVENTS_MAX];
    uint64_t head;
    struct memory_keys keys;
};

static const struct key people[NIGHT_PEOPLE] = {
    {.name = "triage", .role = CONCORDAT__V1__ROLE__ROLE_SOURCE, .of = "street-triage"},
    {.name = "custody", .role = CONCORDAT__V1__ROLE__ROLE_SOURCE, .of = "liaison-and-diversion"},
    {.name = "department", .role = CONCORDAT__V1__ROLE__ROLE_SOURCE, .of = "emergency-department"},
    {.name = "north", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "northmoor-crisis"},
    {.name = "north-2", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "northmoor-crisis"},
    {.name = "south", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "southfell-crisis"},
    {.name = "liaison", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "northmoor-liaison"},
    {.name = "line", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "crisis-line"},
    {.name = "duty-north", .role = CONCORDAT__V1__ROLE__ROLE_COORDINATOR, .of = "northmoor-duty"},
    {.name = "duty-south", .role = CONCORDAT__V1__ROLE__ROLE_COORDINATOR, .of = "southfell-duty"},
    {.name = "auditor", .role = CONCORDAT__V1__ROLE__ROLE_AUDITOR, .of = "council"},
    {.name = "nowhere", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "no-such-team"},
    {.name = "records", .role = CONCORDAT__V1__ROLE__ROLE_INSPECTOR, .of = "council"},
    {.name = "gone", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "southfell-crisis"},
};

Concordat__V1__Role night_role(size_t person)
{
    return people[person].role;
}

/* --- memory that is kept ---------------------------------------------------------------------------------
 */

/* To allocate a broker's arena for events takes most of the time of an input. The linker puts these two in
 * the place of arena_open and arena_close, so that the arena is kept. */
int __real_arena_open(struct arena *arena, size_t size);
void __real_arena_close(struct arena *arena);
int __wrap_arena_open(struct arena *arena, size_t size);
void __wrap_arena_close(struct arena *arena);

enum { LONG_BYTES = 1024 * 1024 };
static struct arena kept;

int __wrap_arena_open(struct arena *arena, size_t size)
{
    if (size < LONG_BYTES || kept.size != size)
        return __real_arena_open(arena, size);
    *arena = kept;
    arena->allocator.allocator_data = arena;
    kept = (struct arena){0};
    arena_reset(arena);
    return 0;
}

void __wrap_arena_close(struct arena *arena)
{
    if (arena->size < LONG_BYTES || kept.size)
        __real_arena_close(arena);
    else
        kept = *arena;
}

/* --- the ports -------------------------------------------------------------------------------------- */

static uint8_t *copy(const uint8_t *bytes, size_t size)
{
    uint8_t *copied = malloc(size + 1);
    assert(copied);
    return memcpy(copied, bytes, size);
}

static enum ledger_status write_events(void *context, const struct ledger_event *events, size_t count)
{
    struct night *n = context;
    static const uint8_t first[CHAIN_BYTES];
    if (n->head + count > NIGHT_EVENTS_MAX)
        return LEDGER_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        assert(events[i].seq == n->head + 1);
        struct stored *stored = &n->events[n->head];
        *stored = (struct stored){.size = events[i].body_size,
                                  .at_ms = events[i].at_ms,
                                  .kind = events[i].kind,
                                  .has_referral = events[i].referral != NULL};
        if (events[i].referral)
            memcpy(stored->referral, events[i].referral, sizeof stored->referral);
        stored->body = copy(events[i].body, events[i].body_size);
        if (events[i].sealed)
            stored->sealed = copy(events[i].sealed, events[i].sealed_size);
        stored->sealed_size = events[i].sealed_size;
        memcpy(stored->reduced, events[i].reduced, CHAIN_BYTES);
        chain_digest(stored->body, stored->size, stored->chain);
        chain_next(n->head ? stored[-1].chain : first, stored->reduced, stored->chain, stored->chain);
        n->head++;
    }
    return LEDGER_OK;
}

/* Sometimes true, sometimes false. */
static bool syncing(void *context)
{
    struct night *n = context;
    return n->synced != n->head && n->random++ & 1;
}

static enum ledger_status sync_events(void *context)
{
    struct night *n = context;
    n->synced = n->head;
    return LEDGER_OK;
}

static enum ledger_status read_events(void *context, uint64_t after, size_t limit, ledger_each *each,
                                      void *each_context)
{
    struct night *n = context;
    if (after > n->head)
        return LEDGER_NOT_FOUND;
    for (uint64_t at = after; at < n->head && limit > 0; at++, limit--) {
        const struct stored *stored = &n->events[at];
        const struct ledger_event event = {.seq = at + 1,
                                           .at_ms = stored->at_ms,
                                           .kind = stored->kind,
                                           .referral = stored->has_referral ? stored->referral : NULL,
                                           .body = stored->body,
                                           .body_size = stored->size,
                                           .reduced = stored->reduced};
        if (!each(each_context, &event, stored->chain))
            break;
    }
    return LEDGER_OK;
}

static enum ledger_status read_sealed(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                      size_t *size)
{
    struct night *n = context;
    if (seq == 0 || seq > n->head || !n->events[seq - 1].sealed)
        return LEDGER_NOT_FOUND;
    *size = n->events[seq - 1].sealed_size;
    if (*size <= capacity)
        memcpy(buffer, n->events[seq - 1].sealed, *size);
    return LEDGER_OK;
}

/* The broker sends only within a commit, and only what a client can read. */
static enum server_sent send_out(void *context, const struct server_route *route,
                                 const struct frame_part *parts, size_t count)
{
    struct night *n = context;
    struct wire_fault fault;
    assert(n->committing && n->synced == n->head && count > 0);
    for (size_t i = 0; i < count; i++)
        assert(wire_unpack_message(parts[i].bytes, parts[i].size, fuzz_arena(ARENA_BYTES), &fault));
    for (size_t i = 0; i < NIGHT_PEOPLE; i++)
        if (memcmp(&n->routes[i], route, sizeof *route) == 0)
            return n->deaf[i] ? SERVER_PEER_SLOW : SERVER_SENT;
    return SERVER_PEER_GONE;
}

static const struct key *find_key(void *context, const char *name)
{
    (void)context;
    for (size_t i = 0; i < NIGHT_PEOPLE - 1; i++)
        if (strcmp(people[i].name, name) == 0)
            return &people[i];
    return NULL;
}

static bool clock_is_good(void *context)
{
    return ((struct night *)context)->random++ & 1;
}

static void give_random(void *context, void *bytes, size_t size)
{
    struct night *n = context;
    memset(bytes, n->random++, size);
}

static struct disk_room room(void *context)
{
    (void)context;
    return (struct disk_room){UINT64_MAX, 0, UINT64_MAX};
}

static struct process_faults no_faults(void *context)
{
    (void)context;
    return (struct process_faults){0};
}

static void say(void *context, const char *line)
{
    (void)context;
    assert(line[0]);
}

/* --- the broker's life ------------------------------------------------------------------------------ */

static const struct policy_file *region(void)
{
    static struct policy_file *file;
    struct policy_problems problems;
    if (!file)
        file = policy_file_read(SOURCE_FOLDER "/deploy/examples/region.yaml", &problems);
    assert(file);
    return file;
}

static struct state *replay(const struct night *n)
{
    struct state *state = state_new(n->random);
    struct arena *arena = fuzz_arena(ARENA_BYTES);
    for (uint64_t i = 0; i < n->head; i++) {
        struct wire_fault fault;
        struct event event;
        const Concordat__V1__Event *message =
            wire_unpack_event(n->events[i].body, n->events[i].size, arena, &fault);
        bool good = message && record_read_event(message, state, arena, &event) &&
                    state_reserve(state, event.kind == EVENT_POLICY_LOADED ? 1000 : 0) &&
                    state_apply(state, &event);
        assert(good);
    }
    return state;
}

static void start(struct night *n)
{
    const struct broker_ports ports = {n,           write_events, syncing,  sync_events, read_events,
                                       read_sealed, send_out,     find_key, give_random, clock_is_good,
                                       room,        no_faults,    say,      false};
    n->broker = broker_open(&ports, replay(n), "fuzz");
    bool good = n->broker && broker_load_policy(n->broker, region(), n->now);
    assert(good);
    broker_record_start(n->broker, n->head, n->now);
    good = broker_commit(n->broker) == LEDGER_OK && broker_settle(n->broker) == LEDGER_OK;
    assert(good);
    memory_keys_open(&n->keys, n->events[0].chain, &broker_state(n->broker)->counters,
                     &(struct seal_random){give_random, n});
    good = broker_use_seals(n->broker, n->keys.seals);
    assert(good);
}

static void check(const struct night *n)
{
    const struct state *state = broker_state(n->broker);
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        if (r->state == CASE_NONE)
            continue;
        assert(r->owner.kind != OWNER_NONE && r->owner.slot != SLOT_NONE && r->owner.act_by_ms > 0);
    }
    assert(state->counters.seq == n->head);
    broker_check(n->broker);
}

void night_turn(struct night *n)
{
    broker_time(n->broker, n->now);
    n->committing = true;
    enum ledger_status status = broker_commit(n->broker);
    n->committing = false;
    if (status == LEDGER_OK)
        check(n);
    else
        night_kill(n);
}

void night_kill(struct night *n)
{
    broker_close(&n->broker);
    memory_keys_shut(&n->keys);
    n->synced = n->head;
    start(n);
    for (size_t i = 0; i < NIGHT_PEOPLE; i++)
        night_reconnect(n, i);
}

/* PolicyLoaded is a long event and takes long to pack, so the first night keeps it for the others. */
static void begin_with_policy(struct night *n)
{
    static struct stored policy;
    if (policy.body) {
        n->events[0] = policy;
        n->events[0].body = copy(policy.body, policy.size);
        n->head = 1;
        start(n);
        night_turn(n);
    } else {
        start(n);
        night_turn(n);
        policy = n->events[0];
        policy.body = copy(policy.body, policy.size);
    }
}

struct night *night_open(void)
{
    struct night *n = calloc(1, sizeof *n);
    assert(n && sodium_init() >= 0);
    n->now = (struct now){.wall_ms = INT64_C(1795003200000), .mono_ms = 1000};
    for (size_t i = 0; i < NIGHT_PEOPLE; i++)
        night_reconnect(n, i);
    begin_with_policy(n);
    return n;
}

void night_close(struct night **night)
{
    struct night *n = *night;
    uint8_t lived[32], replayed[32];
    night_turn(n);
    night_turn(n); /* the disk has what was on its way */
    struct state *state = replay(n);
    if (state->counters.seq == broker_state(n->broker)->counters.seq) {
        replay_digest(state, replayed);
        replay_digest(broker_state(n->broker), lived);
        assert(memcmp(lived, replayed, sizeof lived) == 0);
    }
    state_destroy(&state);
    broker_close(&n->broker);
    memory_keys_close(&n->keys);
    for (uint64_t i = 0; i < n->head; i++) {
        free(n->events[i].body);
        free(n->events[i].sealed);
    }
    free(n);
    *night = NULL;
}

/* --- what happens ----------------------------------------------------------------------------------- */

void night_send(struct night *n, size_t person, const uint8_t *bytes, size_t size)
{
    broker_take(n->broker, &n->routes[person], people[person].name, bytes, size, n->now);
    if (syncing(n))
        return;
    n->committing = true;
    enum ledger_status status = broker_settle(n->broker);
    assert(status == LEDGER_OK);
    n->committing = false;
}

void night_reconnect(struct night *n, size_t person)
{
    struct server_route *route = &n->routes[person];
    *route = (struct server_route){.size = 5};
    n->next_route++;
    memcpy(route->bytes + 1, &n->next_route, sizeof n->next_route);
    n->deaf[person] = false;
}

void night_deafen(struct night *n, size_t person)
{
    n->deaf[person] = !n->deaf[person];
}

void night_wait(struct night *n, int64_t ms)
{
    n->now.wall_ms += ms;
    n->now.mono_ms += ms;
}

void night_set_clock(struct night *n, int64_t by_ms)
{
    n->now.wall_ms += by_ms;
}
