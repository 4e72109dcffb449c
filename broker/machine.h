/* machine.h: the machine that the broker runs on: its ledger, its peers and its clocks, as the shell's ports
 * (ports.h) reach them. One thread. */
#ifndef CONCORDAT_MACHINE_H
#define CONCORDAT_MACHINE_H

#include <stdbool.h>

#include "broker/ledger/acknowledged.h"
#include "broker/shell/ports.h"
#include "proto/words/metrics.h"

enum {
    MACHINE_RANDOM_BYTES = 1024 /* some twenty texts' worth: a call for each takes longer than sealing it */
};

/* Begin with zeros. Ledger and server are opened by the caller; both must be open before the ports that need
 * them are called. */
struct machine {
    struct ledger *ledger;             /* owned */
    struct server *server;             /* owned */
    struct acknowledged *acknowledged; /* borrowed; NULL: the ledger is in a file */
    const char *state_folder;          /* borrowed */
    uint64_t disk_floor_bytes;
    struct process_faults (*faults)(void *process); /* NULL: none are known */
    void *process;                                  /* borrowed */
    bool altered_reported;
    bool note_fails;    /* of what is acknowledged, and that is told */
    int64_t written_ns; /* when the turn in flight was written; 0: none is */
    struct metrics_times commits;
    uint8_t random[MACHINE_RANDOM_BYTES]; /* drawn ahead; wiped as it is used */
    size_t random_left;
};

void machine_close(struct machine *machine);

/* Borrow the machine: it must outlive the broker. */
struct broker_ports machine_ports(struct machine *machine);

struct now machine_now(void);

/* What only the machine knows, into a file that was begun. */
void machine_write_figures(const struct machine *machine, struct metrics *metrics);

#endif
