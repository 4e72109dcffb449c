/* world.h: one seeded world: the broker's real turn, a network, a disk, clocks and people, in one thread. */
#ifndef CONCORDAT_SIMULATION_WORLD_H
#define CONCORDAT_SIMULATION_WORLD_H

#include "broker/shell/broker.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/operator.h"
#include "tests/simulation/options.h"
#include "tests/simulation/peer.h"
#include "tests/simulation/random.h"
#include "tests/simulation/region.h"
#include "tests/simulation/snapshots.h"
#include "tests/simulation/store.h"
#include "tests/simulation/timeline.h"
#include "tests/simulation/witness.h"

enum { PEERS_MAX = 64, POLICIES = 4, VIOLATION_BYTES = 400 };

/* The machine that the broker runs on. Only `store` survives when the process dies. */
struct host {
    struct broker *broker; /* NULL while it is down */
    uint32_t run;          /* how many times it has been started */
    int64_t started_ms, busy_until_ms,
        turn_ms; /* turn_ms: when the next turn is; INT64_MAX if none is planned */
    struct letter *queue[TURN_MESSAGES_MAX];
    size_t waiting;
    bool dying;         /* it dies in this turn, at the point that dies_after says */
    int64_t dies_after; /* after so many messages; -1: before the append, 0: after it */
    bool dead;
    bool failed; /* a commit has failed, so the process must stop by itself */
    bool read_failed;
    struct disk disk; /* for the real ledger */
    struct snapshots snapshots;
    struct state *replica; /* the state of a replay from the disk, which grows as events become durable */
    uint64_t replica_checked;
};

struct violation {
    bool found;
    const char *checker;
    char text[VIOLATION_BYTES];
};

struct world {
    struct options options;
    int64_t now_ms;         /* true time */
    int64_t wall_offset_ms; /* how wrong the broker's clock is */
    bool clock_is_vouched;  /* the broker's system says that it is right */
    int64_t clock_since_ms; /* since when it is so wrong, or right, in true time */
    bool clock_was_right;   /* and was right for a minute before that */
    uint64_t step;
    bool healing; /* the second phase, in which nothing fails */
    bool finished;
    int64_t healing_until_ms;
    uint64_t healing_seq; /* the ledger's head when that phase began */
    bool turn_went_on;    /* the broker had more to do after the turn before */
    struct random faults, network, people, keys;
    struct timeline timeline;
    struct journal journal;
    struct store store;
    struct host host;
    struct operator operator;
    struct witness witness;
    struct peer peers[PEERS_MAX];
    int peer_count;
    struct policy_file *policies[POLICIES];
    int policy;         /* in force */
    struct arena arena; /* of the current message */
    struct violation violation;
    uint64_t referrals, restarts, messages, records, sealed; /* read; refused because they are sealed */
};

/* Runs a seed until its second phase is over or a promise is broken. */
struct world *world_run(const struct options *options);
void world_close(struct world **world);

/* Notes a broken promise, which ends the run. checker is its name, such as "P1 lost". */
void world_violated(struct world *world, const char *checker, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void world_note(struct world *world, const char *who, const char *what, const uint8_t *referral,
                uint64_t number);
/* Returns whether a fault strikes now, if its rate is per million; whether one that recurs is on. */
bool world_strikes(struct world *world, enum fault fault);
bool world_has(const struct world *world, enum fault fault);
void world_later(struct world *world, int64_t ms, enum what what, int who, uint64_t number);
struct now world_clock(const struct world *world);
/* Sets the broker's wall clock wrong by so much. */
void world_clock_is(struct world *world, int64_t wrong_ms, bool vouched);
/* Returns whether the broker must go by true time now. */
bool world_clock_binds(const struct world *world);

/* faults.c */
void faults_begin(struct world *world);
void faults_strike(struct world *world, enum fault fault);
void faults_mend(struct world *world, enum fault fault, uint64_t number);
/* healing.c */
void healing_begin(struct world *world);
void healing_look(struct world *world);

#endif
