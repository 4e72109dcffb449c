/* stage.h: the real broker on a stage of its own, for scenarios that are written down: who says what, when,
 * and what everybody is sent. The disk is the simulation's; nothing fails unless a scenario says so. */
#ifndef CONCORDAT_SCENARIO_STAGE_H
#define CONCORDAT_SCENARIO_STAGE_H

#include "broker/shell/broker.h"
#include "proto/wire/wire.h"
#include "tests/simulation/options.h"
#include "tests/simulation/store.h"

enum { STAGE_PEERS = 8, STAGE_SENT = 20000, STAGE_HELD = 250 };

struct stage_sent {
    int peer;
    uint8_t *bytes; /* owned */
    size_t size;
};

struct stage {
    struct broker *broker;
    struct store store;
    struct policy_file *policy;
    struct key keys[STAGE_PEERS];
    bool slow[STAGE_PEERS];   /* its connection takes nothing more */
    int in_turn[STAGE_PEERS]; /* sent in this turn: a connection holds STAGE_HELD */
    int peers;
    uint32_t run;
    int64_t wall_ms, mono_ms;
    bool disk_fails, disk_takes_its_time;
    struct stage_sent sent[STAGE_SENT];
    size_t sent_count;
    uint32_t ids;
    struct arena arena;
};

/* Peers of every stage. */
enum { INTAKE, TEAM_1, TEAM_1_TOO, TEAM_2, COORDINATOR, AUDITOR };

/* A region of two teams, on a rung each, with these hours; everyone has said hello and the teams are there.
 */
struct stage *stage_open(const char *hours_1, const char *hours_2);
void stage_close(struct stage **stage);
/* The broker dies and is started again from the disk; everyone says hello again. */
void stage_restart(struct stage *stage);
void stage_load(struct stage *stage, const char *hours_1, const char *hours_2);

/* One command and its turn; its id may be given to repeat it. Returns the answer, until the next call. */
const Concordat__V1__Message *stage_say(struct stage *stage, int peer, Concordat__V1__Request *request);
const Concordat__V1__Answer *stage_submit(struct stage *stage, uint8_t id[16]);
const Concordat__V1__Answer *stage_accept(struct stage *stage, int peer, const uint8_t *id, uint32_t attempt);
const Concordat__V1__Answer *stage_take(struct stage *stage, const uint8_t *id);
void stage_presence(struct stage *stage, int peer, bool present, uint32_t lease_seconds);
/* Says without a turn: what is said together is one turn's. */
void stage_say_only(struct stage *stage, int peer, Concordat__V1__Request *request);
enum ledger_status stage_turn(struct stage *stage);
/* The disk is done with the turn before. */
enum ledger_status stage_settle(struct stage *stage);
/* Lets time pass, a second at a time. Everyone but `silent` (-1: nobody) stays in touch. */
void stage_wait(struct stage *stage, int64_t ms, int silent);

const struct referral *stage_case(const struct stage *stage, const uint8_t *id);
/* How many messages of a kind a peer was sent since `from`. */
int stage_count(struct stage *stage, int peer, int body_case, size_t from);
/* One that is on the disk, until the next call. */
const Concordat__V1__Event *stage_event(struct stage *stage, uint64_t seq);
/* How many events of a kind are on the disk. */
int stage_events(struct stage *stage, int what_case);

#endif
