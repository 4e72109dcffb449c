/* ports.h: what the shell and the world around it agree upon: the calls by which the shell reaches the world,
 * the time that it is told, and how many messages one turn takes.
 *
 * The process implements the calls on its machine (broker/machine.c), the simulation in memory. They are made
 * by the broker's one thread, from within the functions of broker.h.
 */
#ifndef CONCORDAT_PORTS_H
#define CONCORDAT_PORTS_H

#include "broker/ledger/ledger.h"
#include "proto/keys/keys.h"
#include "proto/server/disk_room.h"
#include "proto/server/server.h"

enum { TURN_MESSAGES_MAX = 256 };

struct now {
    int64_t wall_ms; /* UTC: labels events and measures their deadlines, as ledger_time.h says */
    int64_t mono_ms; /* never jumps, and goes on while the machine is suspended: measures leases, and how long
                        a connection has been silent */
};

/* What somebody has to look after, of which the process around the shell knows. */
struct process_faults {
    bool keys_unreadable; /* the folder of keys: only removals count */
    bool master_key_missing;
    bool policy_is_another; /* the file on the disk is not the policy in force, or cannot be read */
};

struct broker_ports {
    void *context; /* the first argument of every call; borrowed */
    /* Written events are on disk only when sync has returned LEDGER_OK. Every turn writes and syncs, also one
     * that has no events: count is 0 then, and sync says whether the broker may still answer for the ledger.
     * syncing: a thread or a server is at it, and sync would have to wait. */
    enum ledger_status (*write)(void *context, const struct ledger_event *events, size_t count);
    bool (*syncing)(void *context);
    enum ledger_status (*sync)(void *context);
    /* As ledger_read and ledger_sealed. */
    enum ledger_status (*read)(void *context, uint64_t after, size_t limit, ledger_each *each,
                               void *each_context);
    enum ledger_status (*sealed)(void *context, uint64_t seq, uint8_t *buffer, size_t capacity, size_t *size);
    /* Sends messages to one peer, as one frame. */
    enum server_sent (*send)(void *context, const struct server_route *route, const struct frame_part *parts,
                             size_t count);
    /* The key of this name, borrowed; NULL if it has been revoked. */
    const struct key *(*key)(void *context, const char *name);
    void (*random)(void *context, void *bytes, size_t size);
    /* Whether the system vouches for its wall clock. False if it does not know. */
    bool (*clock_is_synchronised)(void *context);
    /* How much room the disk of the ledger has. */
    struct disk_room (*disk)(void *context);
    struct process_faults (*faults)(void *context);
    /* One line for the people who run the broker; it holds nothing about a person. */
    void (*log)(void *context, const char *line);
    bool has_standby; /* another router takes over when this one is gone */
};

#endif
