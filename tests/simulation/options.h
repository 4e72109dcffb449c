/* options.h: what differs from seed to seed: who takes part, what goes wrong, and how often. */
#ifndef CONCORDAT_SIMULATION_OPTIONS_H
#define CONCORDAT_SIMULATION_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SECONDS(n) ((int64_t)(n)*1000)
#define MINUTES(n) SECONDS((n)*60)
#define HOURS(n)   MINUTES((n)*60)

enum fault {
    FAULT_LATENCY,
    FAULT_DROP,
    FAULT_DUPLICATE,
    FAULT_REORDER,
    FAULT_PARTITION,
    FAULT_CLOG,
    FAULT_CRASH, /* the broker dies between turns, or between two steps of one */
    FAULT_DISK_SLOW,
    FAULT_DISK_FULL,
    FAULT_FSYNC, /* a sync fails, and its data is there after all or is not */
    FAULT_READ,  /* reading the ledger fails */
    FAULT_CLOCK_DRIFT,
    FAULT_CLOCK_JUMP,
    FAULT_REVOKE,
    FAULT_RELOAD,
    FAULT_DEVICES,   /* clients die and come back */
    FAULT_STRANGERS, /* strangers: people with a key who mean harm */
    FAULT_MASTER,    /* the master key is lost, another one, an older one, or changed to a new generation */
    FAULT_KEY_FILE,  /* at a start the file of keys is lost, older, newer, or another ledger's */
    FAULT_TEAR,      /* the disk of the file of keys tears sectors when the power is lost */
    FAULTS
};

enum { FLOOD_TIMES = 20 };

struct options {
    uint64_t seed;
    bool on[FAULTS];
    int64_t rate[FAULTS]; /* per million messages, or the mean time between two, depending on the fault */
    int64_t lasting_ms;   /* until the faults stop */
    int64_t tick_ms;      /* the longest sleep of the broker's process */
    int64_t began_ms;     /* UTC */
    int64_t referral_every_ms;
    int64_t ping_ms;
    int areas, intakes, teams, devices, auditors, strangers;
    bool sqlite;      /* the real ledger on a simulated disk */
    bool example;     /* the region of deploy/examples/region.yaml */
    bool flood;       /* the first intake submits FLOOD_TIMES as often: far more than all teams can take */
    bool large;       /* it may cost more than most */
    bool two_at_once; /* the devices of a team tend to answer at the same instant */
};

/* Reductions of the run that the seed alone gives, to find out what a violation needs. */
struct reductions {
    uint32_t without;            /* 1 << fault */
    int64_t lasting_ms;          /* 0: as drawn */
    int intakes, teams, devices; /* at most; 0: as drawn */
    bool large;                  /* not reduced to what a world may cost: it may take minutes */
};

struct options options_draw(uint64_t seed, const struct reductions *reductions);
/* Writes a run as one line, such as "seed=12 without=drop,crash teams=2", and reads it. */
void options_print(FILE *out, uint64_t seed, const struct reductions *reductions);
bool options_parse(char *line, uint64_t *seed, struct reductions *reductions);

#endif
