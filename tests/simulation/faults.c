/* faults.c: the faults: of the process, the network between peers, the clock, keys and devices. */
#include "tests/simulation/host.h"

static const enum fault recurring[] = {FAULT_PARTITION, FAULT_CLOG,   FAULT_CRASH,   FAULT_CLOCK_JUMP,
                                       FAULT_REVOKE,    FAULT_RELOAD, FAULT_DEVICES, FAULT_MASTER};

static void again(struct world *w, enum fault fault)
{
    world_later(w, random_wait(&w->faults, w->options.rate[fault]), SOMETHING_FAILS, (int)fault, 0);
}

void faults_begin(struct world *w)
{
    for (size_t i = 0; i < sizeof recurring / sizeof *recurring; i++)
        if (w->options.on[recurring[i]])
            again(w, recurring[i]);
}

static struct peer *somebody(struct world *w)
{
    return &w->peers[random_between(&w->faults, 0, w->peer_count - 1)];
}

/* Cuts both directions, or only one. */
static void part(struct world *w, struct peer *p)
{
    int64_t kind = random_between(&w->faults, 0, 3);
    p->cut_in = kind != 0;
    p->cut_out = kind != 1;
    world_note(w, p->key.name, "is cut off", NULL, (uint64_t)kind);
    world_later(w, random_wait(&w->faults, MINUTES(20)), SOMETHING_MENDS, FAULT_PARTITION,
                (uint64_t)p->index);
}

static void crash(struct world *w)
{
    int64_t when = random_between(&w->faults, 0, 3);
    if (!w->host.broker)
        return;
    if (when == 0)
        host_dies(w);
    else
        host_dies_in_turn(w, when == 1 ? -1 : when == 2 ? 0 : random_between(&w->faults, 1, 6));
}

/* A person or a time server sets the clock. Often it is set right again later, and sometimes it is wrong for
 * seconds only. The system vouches for a clock that is right, and sometimes for a wrong one. */
static void set_clock(struct world *w)
{
    static const int64_t steps_ms[] = {500, MINUTES(1), HOURS(1), HOURS(5), HOURS(15), HOURS(12 * 8766)};
    int64_t most_ms = steps_ms[random_between(&w->faults, 0, 5)];
    bool right = random_between(&w->faults, 0, 2) == 0, brief = random_between(&w->faults, 0, 2) == 0;
    world_clock_is(w, right ? 0 : random_between(&w->faults, -most_ms, most_ms),
                   right || random_between(&w->faults, 0, 2) == 0);
    if (!right && brief)
        world_later(w, random_between(&w->faults, 200, SECONDS(25)), SOMETHING_MENDS, FAULT_CLOCK_JUMP, 0);
}

static void revoke(struct world *w, struct peer *p)
{
    if (p->revoked)
        return;
    host_settles(w);
    world_note(w, p->key.name, "key is revoked", NULL, 0);
    p->revoked = true;
    p->welcomed_ms = 0;
    world_later(w, random_wait(&w->faults, MINUTES(20)), SOMETHING_MENDS, FAULT_REVOKE, (uint64_t)p->index);
}

void faults_strike(struct world *w, enum fault fault)
{
    if (w->healing)
        return;
    struct peer *p = somebody(w);
    switch ((int)fault) {
    case FAULT_PARTITION:
        part(w, p);
        break;
    case FAULT_CLOG:
        p->clogged_until_ms = w->now_ms + random_wait(&w->faults, MINUTES(10));
        world_note(w, p->key.name, "is clogged", NULL, 0);
        break;
    case FAULT_CRASH:
        crash(w);
        break;
    case FAULT_CLOCK_JUMP:
        set_clock(w);
        break;
    case FAULT_REVOKE:
        revoke(w, p);
        break;
    case FAULT_RELOAD:
        host_reloads(w, (int)random_between(&w->faults, 0, POLICIES - 1));
        break;
    case FAULT_DEVICES:
        peer_dies(w, p);
        break;
    case FAULT_MASTER:
        operator_changes_master(w);
        break;
    default:
        break;
    }
    again(w, fault);
}

void faults_mend(struct world *w, enum fault fault, uint64_t number)
{
    struct peer *p = &w->peers[number];
    if (fault == FAULT_CLOCK_JUMP) {
        world_clock_is(w, 0, true);
        return;
    }
    if (fault == FAULT_MASTER) {
        operator_mends_master(w);
        return;
    }
    if (fault == FAULT_PARTITION)
        p->cut_in = p->cut_out = false;
    if (fault == FAULT_REVOKE)
        p->revoked = false;
    world_note(w, p->key.name, fault == FAULT_REVOKE ? "key is back" : "is not cut off", NULL, 0);
}
