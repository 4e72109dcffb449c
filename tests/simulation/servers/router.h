/* router.h: a router on a machine of its own: the real standby, recovery, ledger on servers and turn, over
 * the simulated servers, with clocks of its own. It dies, stands still, ends when it must, and starts again.
 */
#ifndef CONCORDAT_SIMULATION_ROUTER_H
#define CONCORDAT_SIMULATION_ROUTER_H

#include "broker/policy/policy_file.h"
#include "broker/shell/broker.h"
#include "broker/standby.h"
#include "tests/simulation/servers/fiber.h"
#include "tests/simulation/servers/quorum.h"

enum { ROUTER_QUEUE = 64, ROUTER_KEYS = 3, ROUTER_MESSAGE_BYTES = 256 };

struct watch;

struct router_message {
    int client;
    uint32_t connection;
    size_t size;
    uint8_t bytes[ROUTER_MESSAGE_BYTES];
};

struct router {
    struct quorum *quorum;
    struct watch *watch;
    const struct policy_file *policy;
    const struct key *keys; /* of the clients */
    int which;
    char address[16];
    struct fiber *fiber;
    uint64_t wait;            /* which of its waits it is in */
    int64_t stopped_until_ms; /* the process stands still */
    bool dead, ends;          /* dead: nothing that it still does takes effect. ends: with the seed */
    int64_t wall_offset_ms, mono_offset_ms, fast_per_million; /* its clocks */
    struct random random;
    struct acknowledged acknowledged; /* outlives its runs, as the file in its folder does */
    uint64_t refused;                 /* how often it did not lead what it could have */
    /* While it leads. */
    struct ledger *ledger;
    struct quorum_engine *engine; /* the ledger's */
    struct broker *broker;
    bool listens;
    uint32_t run;   /* which of its runs it is: another one is another process */
    uint64_t claim; /* as quorum_commit's */
    struct router_message queue[ROUTER_QUEUE];
    size_t waiting;
    /* A message for a client has left. */
    void (*sends)(void *context, struct router *router, int client, uint32_t connection,
                  const struct frame_part *part);
    void *sends_context;
};

void router_open(struct router *router);
/* Ends it; a moment later it can be closed. */
void router_end(struct router *router);
void router_close(struct router *router);

void router_dies(struct router *router);
void router_stops(struct router *router, int64_t ms);
/* A message from a client. Returns false if nobody listens there. */
bool router_receives(struct router *router, const struct router_message *message);

/* --- for its parts, from within its fiber -------------------------------------------------------------- */

/* The router that runs now. */
struct router *router_here(void);
/* Waits until somebody pokes it, or until then. Returns early, and at once, if it is dead. */
void router_waits(struct router *router, int64_t until_ms);
/* Waits as long as the process stands still. */
void router_stands_still(struct router *router);
void router_poke(struct router *router);
int64_t router_mono_ms(const struct router *router);

/* engine.c: the simulated servers, as standby.c reaches a ledger. */
struct ledger *router_ledger_open(const char *address, enum ledger_status *status, char *message,
                                  size_t message_size);
struct ledger_reader *router_reader_open(const char *address, enum ledger_status *status, char *message,
                                         size_t message_size);
/* The claim by which the engine of this router leads; 0: none was answered. */
uint64_t router_engine_claim(const struct quorum_engine *engine);

#endif
