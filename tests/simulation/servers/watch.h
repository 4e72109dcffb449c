/* watch.h: what the routers promise, checked from outside: by the servers' logs and by what leaves a router.
 *
 * Nothing that was acknowledged is missing from the history that wins, unless the agent itself gives it up,
 * which is counted, and has to be found out and healed by those who send. */
#ifndef CONCORDAT_SIMULATION_WATCH_H
#define CONCORDAT_SIMULATION_WATCH_H

#include "broker/core/state.h"
#include "tests/simulation/servers/router.h"

enum { WATCH_TEXT_BYTES = 200, WATCH_CLAIMS = 4096 };

/* An acknowledged event, by its number. */
struct watched_event {
    bool is;
    uint8_t chain[CHAIN_BYTES];
};

/* What a state was after an event of this chain value. */
struct watched_state {
    uint8_t chain[CHAIN_BYTES], digest[STATE_DIGEST_BYTES];
    bool is;
};

struct watch {
    struct quorum *quorum;
    const char *checker; /* NULL: no promise was broken */
    char text[WATCH_TEXT_BYTES];
    struct watched_event *acknowledged; /* owned; by number */
    struct watched_state *states;       /* owned; by number */
    size_t room;
    uint64_t newest;                   /* acknowledged event */
    int64_t answered_ms[WATCH_CLAIMS]; /* a claim; 0: it was not answered */
    uint64_t newest_claim;             /* of those that were answered */
    uint64_t commits, answers, takeovers, lost, compared;
    bool gave_up; /* the agent gave acknowledged events up */
};

void watch_open(struct watch *watch, struct quorum *quorum);
void watch_close(struct watch *watch);
void watch_violated(struct watch *watch, const char *checker, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Another server leads. */
void watch_leads(void *watch, bool by_fault);
/* A router begins to lead with this state, after the event that the ledger says is the newest. */
void watch_begins(struct watch *watch, const struct router *router, const struct state *state,
                  const uint8_t chain[CHAIN_BYTES]);
/* Whether the history that wins has this event. */
bool watch_has(const struct watch *watch, uint64_t seq, const uint8_t chain[CHAIN_BYTES]);
/* A follower, or a router that leads and has nothing on its way, has come to this state. */
void watch_state(struct watch *watch, const struct state *state, const uint8_t chain[CHAIN_BYTES]);
/* The events from number `first` on, with these chain values, were acknowledged to a router. */
void watch_acknowledged(struct watch *watch, const struct router *router, uint64_t first, size_t count,
                        const uint8_t (*chains)[CHAIN_BYTES]);
/* A claim was answered to a router. */
void watch_claimed(struct watch *watch, uint64_t claim);
/* A message leaves a router. */
void watch_answers(struct watch *watch, const struct router *router);
/* The row of the history that wins with this number; NULL: there is none. */
const struct quorum_row *watch_row(const struct watch *watch, uint64_t seq);
/* Checks the whole history at the end. */
void watch_ends(struct watch *watch);

#endif
