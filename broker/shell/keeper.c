/* keeper.c: see keeper.h. */
#include "broker/shell/keeper.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/ledger/snapshot.h"

enum {
    EVENTS_BETWEEN_SNAPSHOTS = 50000, /* replayed in well under a second */
    CHILD_NICE = 10                   /* routing comes first */
};

_Static_assert((int)SNAPSHOT_DIGEST_BYTES == (int)STATE_DIGEST_BYTES,
               "the digest of a snapshot is its state's");

struct part_list {
    struct snapshot_part items[STATE_PARTS];
    size_t count;
};

static void add_to_list(void *context, const void *bytes, size_t size)
{
    struct part_list *list = context;
    assert(list->count < STATE_PARTS);
    list->items[list->count++] = (struct snapshot_part){bytes, size};
}

/* Gives the kernel advice about the pages that lie wholly within these bytes. */
static void advise_pages(void *advice, const void *bytes, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = ((uintptr_t)bytes + size) / page * page;
    uintptr_t begin = ((uintptr_t)bytes + page - 1) / page * page;
    if (begin < end)
        madvise((void *)begin, end - begin, *(const int *)advice);
}

static bool keeper_shares_digest(struct keeper *keeper)
{
    if (keeper->digest)
        return true;
    void *shared = mmap(NULL, STATE_DIGEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    keeper->digest = shared == MAP_FAILED ? NULL : shared;
    return keeper->digest;
}

/* The child gets the rows but not the indexes, which a snapshot does not hold. Were they shared, the parent
 * would have to copy each page of them at its next write, and hashes soon touch every page: that took 15 us a
 * page, thousands of them at once. */
static pid_t fork_with_rows(const struct state *state)
{
    int without = MADV_DONTFORK, with = MADV_DOFORK;
    state_visit_indexes(state, advise_pages, &without);
    pid_t child = fork();
    if (child != 0)
        state_visit_indexes(state, advise_pages, &with);
    return child;
}

/* A forked child has the rows as they are at this instant and writes them in its own time, while the parent
 * goes on. It makes no call but those that snapshot_write allows. If the fork fails a later start takes
 * longer, and nothing else happens. */
static void write_in_child(struct keeper *keeper, const struct state *state, const uint8_t chain[CHAIN_BYTES],
                           const char *folder, bool gently)
{
    struct part_list list = {.count = 0};
    uint64_t seq = state->counters.seq;
    assert(keeper->child == 0 && !keeper->written);
    keeper->kept_seq = seq;
    keeper->own = 0;
    if (!keeper_shares_digest(keeper))
        return;
    state_visit(state, add_to_list, &list);
    pid_t child = fork_with_rows(state);
    if (child != 0) {
        keeper->child = child > 0 ? child : 0;
        return;
    }
    closefrom(3);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the next broker's child writes the same file */
    setpriority(PRIO_PROCESS, 0, CHILD_NICE);
    _exit(snapshot_write(folder, seq, chain, state_layout, list.items, list.count, gently, keeper->digest) ==
                  0
              ? 0
              : 1);
}

/* Returns whether it has just failed, and how. */
static bool reap_child(struct keeper *keeper, int options, int *how)
{
    pid_t ended;
    do
        ended = keeper->child > 0 ? waitpid(keeper->child, how, options) : 0;
    while (ended < 0 && errno == EINTR);
    bool good = ended > 0 && WIFEXITED(*how) && WEXITSTATUS(*how) == 0;
    keeper->written |= good;
    if (ended != 0)
        keeper->child = 0;
    return ended > 0 && !good;
}

static void reap_or_tell(struct keeper *keeper, int options)
{
    int how = 0;
    if (reap_child(keeper, options, &how))
        fprintf(
            stderr,
            "concordat-broker: no snapshot was written (its process ended with %s %d): nothing is lost, and the "
            "next start takes longer; look after the disk of the state\n",
            WIFSIGNALED(how) ? "signal" : "code", WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
}

bool keeper_is_due(const struct keeper *keeper, const struct state *state)
{
    return keeper->child == 0 && !keeper->written &&
           state->counters.seq - keeper->kept_seq - keeper->own >= EVENTS_BETWEEN_SNAPSHOTS;
}

void keeper_begin(struct keeper *keeper, const struct state *state, const uint8_t chain[CHAIN_BYTES],
                  const char *folder)
{
    write_in_child(keeper, state, chain, folder, true);
}

bool keeper_has_written(struct keeper *keeper, struct kept *kept)
{
    reap_or_tell(keeper, WNOHANG);
    if (keeper->written)
        *kept = (struct kept){keeper->kept_seq, keeper->digest, state_layout};
    return keeper->written;
}

void keeper_keep(struct keeper *keeper, const char *folder)
{
    assert(keeper->written);
    keeper->written = false;
    keeper->own++;
    (void)snapshot_keep(folder); /* otherwise the next start uses the one before */
}

void keeper_drop(struct keeper *keeper)
{
    keeper->written = false;
}

bool keeper_give_up(struct keeper *keeper, const struct state *state)
{
    bool unfinished = keeper->child > 0 || keeper->written;
    if (keeper->child > 0)
        kill(keeper->child, SIGKILL); /* it takes its time, and what it writes may be older */
    int how;
    (void)reap_child(keeper, 0, &how);
    keeper->written = false;
    return unfinished || state->counters.seq - keeper->kept_seq != keeper->own;
}

void keeper_write_now(struct keeper *keeper, const struct state *state, const uint8_t chain[CHAIN_BYTES],
                      const char *folder)
{
    write_in_child(keeper, state, chain, folder, false);
    reap_or_tell(keeper, 0);
}

void keeper_close(struct keeper *keeper)
{
    if (keeper->digest)
        munmap(keeper->digest, STATE_DIGEST_BYTES);
    keeper->digest = NULL;
}
