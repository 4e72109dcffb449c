/* recovery.c: from what is on disk back to the state before the stop. */
#include "broker/shell/recovery.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/ledger/snapshot.h"
#include "broker/record/record.h"

enum {
    PAGE_EVENTS = 1000,
    REPLAY_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX,
    EVENTS_BETWEEN_SNAPSHOTS = 50000, /* replayed in well under a second */
    CHILD_NICE = 10                   /* whoever waits for an answer comes first */
};

struct replay {
    struct state *state;
    struct arena arena;
    bool good;
    uint64_t seq;
};

static bool replay_one(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain)
{
    (void)chain;
    struct replay *r = context;
    struct wire_fault fault;
    struct event event;
    const Concordat__V1__Event *message = wire_unpack_event(body, size, &r->arena, &fault);
    uint32_t names = 0;
    r->good = message && record_read_event(message, r->state, &r->arena, &event);
    if (r->good && event.kind == EVENT_POLICY_LOADED)
        names =
            event.is.policy.teams.count + event.is.policy.areas.count + event.is.policy.coordinators.count;
    r->good = r->good && event.seq == seq && state_reserve(r->state, names) && state_apply(r->state, &event);
    r->seq = seq;
    return r->good;
}

static bool is_of_this_ledger(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES])
{
    uint8_t stored[CHAIN_BYTES];
    return ledger_chain_at(context, seq, stored) == LEDGER_OK && memcmp(stored, chain, sizeof stored) == 0;
}

static struct state *read_snapshot(struct ledger *ledger, const char *folder, uint64_t seed)
{
    struct snapshot *snapshot = snapshot_open_newest(folder, state_layout, is_of_this_ledger, ledger);
    const void *parts[STATE_PARTS];
    size_t sizes[STATE_PARTS];
    struct state *state = NULL;
    bool whole = snapshot;
    for (size_t i = 0; whole && i < STATE_PARTS; i++) {
        parts[i] = snapshot_part_at(snapshot, i, &sizes[i]);
        whole = parts[i];
    }
    if (whole)
        state = state_from_parts(seed, parts, sizes);
    if (state && state->counters.seq != snapshot_seq(snapshot))
        state_destroy(&state);
    snapshot_close(&snapshot);
    return state;
}

enum ledger_status recovery_replay(struct state *state, uint64_t head, recovery_source *read, void *context,
                                   uint64_t *contradicts)
{
    struct replay r = {.state = state, .good = true};
    enum ledger_status status = LEDGER_OK;
    *contradicts = 0;
    if (arena_open(&r.arena, REPLAY_ARENA_BYTES))
        return LEDGER_UNKNOWN;
    while (r.good && status == LEDGER_OK && state->counters.seq < head)
        status = read(context, state->counters.seq, PAGE_EVENTS, replay_one, &r);
    arena_close(&r.arena);
    if (r.good)
        return status;
    *contradicts = r.seq;
    return LEDGER_CORRUPT;
}

static enum ledger_status read_ledger(void *context, uint64_t after, size_t limit, ledger_each *each,
                                      void *each_context)
{
    return ledger_read(context, after, limit, each, each_context);
}

struct state *recovery_read(struct ledger *ledger, const char *folder, uint64_t seed, uint64_t *replayed,
                            char *message, size_t message_size)
{
    struct state *state = read_snapshot(ledger, folder, seed);
    uint8_t chain[CHAIN_BYTES];
    uint64_t contradicts;
    if (!state)
        state = state_new(seed);
    if (!state) {
        snprintf(message, message_size, "not enough memory to read the ledger");
        return NULL;
    }
    uint64_t from = state->counters.seq;
    enum ledger_status status =
        recovery_replay(state, ledger_head(ledger, chain), read_ledger, ledger, &contradicts);
    *replayed = state->counters.seq - from;
    if (status == LEDGER_OK)
        return state;
    if (contradicts)
        snprintf(message, message_size,
                 "the ledger contradicts itself at event %llu: restore it from a copy that verifies",
                 (unsigned long long)contradicts);
    else
        snprintf(message, message_size, "the ledger cannot be read: %s", ledger_message(ledger));
    state_destroy(&state);
    return NULL;
}

static void hash_part(void *context, const void *bytes, size_t size)
{
    crypto_generichash_update(context, bytes, size);
}

void recovery_digest(const struct state *state, uint8_t digest[32])
{
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, 32);
    state_visit(state, hash_part, &hash);
    crypto_generichash_final(&hash, digest, 32);
}

/* --- snapshots -------------------------------------------------------------------------------------- */

struct part_list {
    struct snapshot_part items[STATE_PARTS];
    size_t count;
};

static void list_part(void *context, const void *bytes, size_t size)
{
    struct part_list *list = context;
    list->items[list->count++] = (struct snapshot_part){bytes, size};
}

/* For the pages that lie wholly within. */
static void advise(void *advice, const void *bytes, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = ((uintptr_t)bytes + size) / page * page;
    uintptr_t begin = ((uintptr_t)bytes + page - 1) / page * page;
    if (begin < end)
        madvise((void *)begin, end - begin, *(const int *)advice);
}

/* The child is not given what only finds rows. Shared, each page would have to be copied when it is next
 * written, and with hashes that is soon each of them: it took 15 us a page, thousands of them at once. */
static pid_t fork_with_rows(const struct state *state)
{
    int without = MADV_DONTFORK, with = MADV_DOFORK;
    state_visit_indexes(state, advise, &without);
    pid_t child = fork();
    if (child != 0)
        state_visit_indexes(state, advise, &with);
    return child;
}

/* A forked child has the rows as they are at this instant and writes them in its own time, while the parent
 * goes on. It makes no call but those that snapshot_write allows. */
static void write_in_child(struct recovery_keeper *keeper, const struct state *state,
                           const struct ledger *ledger, const char *folder, bool gently)
{
    struct part_list list = {.count = 0};
    uint8_t chain[CHAIN_BYTES];
    uint64_t seq = ledger_head(ledger, chain);
    state_visit(state, list_part, &list);
    keeper->kept_seq = seq;
    pid_t child = fork_with_rows(state);
    if (child != 0) {
        keeper->child = child > 0 ? child : 0; /* failed: a later start takes longer, nothing else */
        return;
    }
    closefrom(3);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the next broker's child writes the same file */
    setpriority(PRIO_PROCESS, 0, CHILD_NICE);
    _exit(snapshot_write(folder, seq, chain, state_layout, list.items, list.count, gently) == 0 ? 0 : 1);
}

static void reap(struct recovery_keeper *keeper, int options)
{
    pid_t ended;
    do
        ended = keeper->child > 0 ? waitpid(keeper->child, NULL, options) : 0;
    while (ended < 0 && errno == EINTR);
    if (ended != 0)
        keeper->child = 0;
}

bool recovery_keep_due(struct recovery_keeper *keeper, const struct state *state)
{
    reap(keeper, WNOHANG);
    return keeper->child == 0 && state->counters.seq - keeper->kept_seq >= EVENTS_BETWEEN_SNAPSHOTS;
}

void recovery_keep(struct recovery_keeper *keeper, const struct state *state, const struct ledger *ledger,
                   const char *folder)
{
    if (recovery_keep_due(keeper, state))
        write_in_child(keeper, state, ledger, folder, true);
}

void recovery_keep_now(struct recovery_keeper *keeper, const struct state *state, const struct ledger *ledger,
                       const char *folder)
{
    bool unfinished = keeper->child > 0;
    if (unfinished)
        kill(keeper->child, SIGKILL); /* it takes its time, and what it writes may be older */
    reap(keeper, 0);
    if (unfinished || state->counters.seq != keeper->kept_seq)
        write_in_child(keeper, state, ledger, folder, false);
    reap(keeper, 0);
}
