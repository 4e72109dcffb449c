/* options.h: what concordat-broker is started with. */
#ifndef CONCORDAT_BROKER_OPTIONS_H
#define CONCORDAT_BROKER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Each text is borrowed from the command line; NULL: it was not given. */
struct broker_options {
    /* ledger: the address of servers; NULL: the ledger is a file in `state` */
    const char *policy, *state, *ledger, *listen, *key, *keys, *master_key, *metrics;
    const char *check; /* a policy to check, and nothing else is to be done */
    bool names;        /* the check lists whom the policy names too */
    uint64_t disk_floor_bytes;
};

/* Reads the command line. Ends the program if it is wrong, or only asks for help. */
void options_take(int argc, char **argv, struct broker_options *options);

#endif
