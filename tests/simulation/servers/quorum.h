/* quorum.h: three database servers and the agent that says which of them leads, in virtual time: their logs,
 * who may commit, what a commit waits for, and the faults that a seed draws for them.
 *
 * It keeps to what the real engine is known to do: the leading server answers a commit when the one standby
 * that it names has it on its disk; only that one is ever put in its place; whoever asks a server that no
 * longer leads gets no commit answered, and readings all the same. One thread.
 */
#ifndef CONCORDAT_SIMULATION_QUORUM_H
#define CONCORDAT_SIMULATION_QUORUM_H

#include "broker/ledger/served/engine.h"
#include "tests/simulation/random.h"

enum { QUORUM_SERVERS = 3, QUORUM_ROUTERS = 2, QUORUM_WAITERS = 8, QUORUM_NOBODY = -1 };

/* What can go wrong. Each seed draws which of them it has. */
enum quorum_fault {
    QUORUM_DELAY,          /* an answer or a commit takes long */
    QUORUM_ANSWER_LOST,    /* the connection ends between a commit and its answer */
    QUORUM_WAIT_CANCELLED, /* the server says success, and warns */
    QUORUM_SERVER_DIES,    /* with what its standby does not have yet; it comes back at once, or too late */
    QUORUM_ISOLATED,       /* the leading server is cut from the agent, and goes on by itself */
    QUORUM_ZOMBIE_COMMITS, /* the agent's fault: once it is back, it takes the lead from its successor */
    QUORUM_STALLED,        /* a standby takes nothing for a while */
    QUORUM_UNLOCKED,       /* somebody takes the lock from its holder, whose connection stays */
    QUORUM_TWO_SERVERS,    /* one name leads to two servers: the pen's and the reader's */
    QUORUM_CUT,            /* between a router and a server */
    QUORUM_ROUTER_DIES,
    QUORUM_ROUTER_STOPS, /* it stands still, and goes on as if nothing had been */
    QUORUM_FAULTS
};
extern const char *const quorum_fault_names[QUORUM_FAULTS];

/* One row of the table of events; its bytes are owned by its commit. */
struct quorum_row {
    uint64_t seq;
    int64_t at_ms;
    uint32_t kind;
    bool has_referral;
    uint8_t referral[LEDGER_REFERRAL_BYTES], chain[CHAIN_BYTES], reduced[CHAIN_BYTES];
    uint8_t *body;
    size_t size;
};

/* One entry of the log that servers hand on; shared by all that have it. */
struct quorum_commit {
    struct quorum_commit *made_before;
    enum engine_command_kind kind; /* a claim, a batch or a pulse */
    int64_t epoch, at_ms;          /* the newest claim in this log; by the server's clock */
    uint64_t claim;                /* under which its writer made it; counted over all servers */
    size_t count;
    struct quorum_row rows[];
};

/* A row as a server has it. */
struct quorum_place {
    const struct quorum_row *row;
    size_t commit; /* in the server's log */
};

/* What a pen is told. */
enum quorum_reply { QUORUM_SILENCE, QUORUM_DONE, QUORUM_HELD, QUORUM_ENDED, QUORUM_WARNED, QUORUM_BROKEN };
struct quorum_answer {
    enum quorum_reply reply;
    int64_t epoch; /* of its claim */
    uint64_t claim;
};

struct quorum_engine;

/* The server's end of a pen's connection. */
struct quorum_backend {
    struct quorum_backend *made_before;
    struct quorum_engine *engine; /* NULL: its client is gone */
    int server, router;
    uint32_t generation; /* of the server */
    bool ended;
    size_t waits_for; /* how long the log must be on the standby; 0: it waits for nothing */
};

struct quorum_server {
    bool up, leads;              /* leads: as it believes itself */
    uint32_t generation;         /* grows whenever all connections end */
    int upstream;                /* that it follows */
    int named;                   /* the standby that must confirm, as this server has been told */
    struct quorum_commit **log;  /* owned; what it points to is the quorum's */
    size_t count, room, shown;   /* shown: how much of it a reading sees */
    struct quorum_place *places; /* by number */
    size_t place_count, place_room;
    size_t confirmed[QUORUM_SERVERS]; /* by those that follow it */
    struct quorum_backend *lock, *waiters[QUORUM_WAITERS];
    bool ships;
    int64_t stalled_until_ms, isolated_until_ms;
    bool feeds_while_isolated[QUORUM_SERVERS];
};

struct quorum;
struct router;
typedef void quorum_step(struct quorum *quorum, void *subject, uint64_t number);

/* What the servers call of those around them. */
struct quorum_watcher {
    void *context;
    /* Another server leads now; `by_fault`: and what its predecessor acknowledged is given up. */
    void (*leads)(void *context, bool by_fault);
};

struct quorum {
    int64_t now_ms;
    uint64_t seed, steps;
    struct random random, faults;
    bool has[QUORUM_FAULTS], healing, tells;
    uint64_t happened[QUORUM_FAULTS], rewound, follower_ahead, failovers, without_the_last, unshown;
    struct quorum_server servers[QUORUM_SERVERS];
    int leader; /* as the agent says; its named standby is the only one that may follow it */
    int64_t leader_seen_ms;
    int64_t cut_until_ms[QUORUM_ROUTERS][QUORUM_SERVERS];
    uint64_t claims;
    struct quorum_commit *commits;   /* all that were ever made; owned */
    struct quorum_backend *backends; /* the same */
    struct router *routers[QUORUM_ROUTERS];
    struct quorum_watcher watcher;
    struct quorum_later *later; /* owned: a heap */
    size_t later_count, later_room;
    uint64_t later_order;
};

/* Starts three empty servers. `faulty` false: nothing goes wrong. */
void quorum_open(struct quorum *quorum, uint64_t seed, bool faulty);
void quorum_close(struct quorum *quorum);

/* --- later.c ------------------------------------------------------------------------------------------ */

/* Calls step(quorum, subject, number) after so many ms. */
void quorum_later(struct quorum *quorum, int64_t delay_ms, quorum_step *step, void *subject, uint64_t number);
/* The same; the subject is the queue's until the step, which frees it. */
void quorum_later_owning(struct quorum *quorum, int64_t delay_ms, quorum_step *step, void *subject);
/* Goes to the next of these. */
void quorum_next(struct quorum *quorum);
void quorum_forgets_later(struct quorum *quorum);
/* Says what happens, if somebody wants to know. */
void quorum_tells(const struct quorum *quorum, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Draws whether a fault happens now, and counts it. */
bool quorum_draws(struct quorum *quorum, enum quorum_fault fault, uint32_t per_million);

/* --- a server, as a client sees it ------------------------------------------------------------------- */

bool quorum_is_cut(const struct quorum *quorum, int router, int server);
/* NULL: it takes no commits now, or nobody is named who confirms them. */
struct quorum_backend *quorum_connect(struct quorum *quorum, int server, struct quorum_engine *engine,
                                      int router);
/* The client's end is closed, or the client has died. */
void quorum_hangs_up(struct quorum *quorum, struct quorum_backend *backend);
/* Sends a command, of which everything is copied, under the claim that was answered so. */
void quorum_sends(struct quorum *quorum, struct quorum_backend *backend, const struct engine_command *command,
                  const struct quorum_answer *claim);
/* The rows that a reading sees: the first place with at least this number, and how many follow. */
size_t quorum_find(const struct quorum_server *server, uint64_t seq);
bool quorum_shows(const struct quorum_server *server, size_t place);
uint64_t quorum_shown_head(const struct quorum_server *server);
/* As a ledger's event; borrows. */
struct ledger_event quorum_event(const struct quorum_row *row);

/* --- for the agent ----------------------------------------------------------------------------------- */

/* All connections end. */
void quorum_breaks_connections(struct quorum *quorum, int server);
/* It follows another from now on; what the other does not have is undone. */
void quorum_follows(struct quorum *quorum, int server, int upstream);
void quorum_ships(struct quorum *quorum, int server);
void quorum_shows_all(struct quorum *quorum, int server);
void quorum_releases(struct quorum *quorum, int server);
/* agent.c: begins to look after the servers, and to draw faults; and ends all faults. */
void quorum_begins(struct quorum *quorum);
void quorum_heals(struct quorum *quorum);

/* engine.c: an answer has come, or the connection has ended. */
void quorum_engine_hears(struct quorum_engine *engine, const struct quorum_answer *answer);

#endif
