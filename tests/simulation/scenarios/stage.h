/* stage.h: the real broker on a stage of its own, for written scenarios: who says what, when, and what
 * everybody is sent. The disk is the simulation's; nothing fails unless a scenario says so. */
#ifndef CONCORDAT_SCENARIO_STAGE_H
#define CONCORDAT_SCENARIO_STAGE_H

#include "broker/shell/broker.h"
#include "proto/wire/wire.h"
#include "tests/simulation/memory_keys.h"
#include "tests/simulation/options.h"
#include "tests/simulation/store.h"

enum { STAGE_PEERS = 16, STAGE_SENT = 20000, STAGE_HELD = 250, STAGE_DISK_FLOOR = 1000 };

struct stage_sent {
    int peer;
    uint8_t *bytes; /* owned */
    size_t size;
};

struct stage {
    struct broker *broker;
    struct store store;
    struct memory_keys memory_keys;
    struct policy_file *policy;
    struct key keys[STAGE_PEERS];
    bool slow[STAGE_PEERS];   /* its connection takes no more messages */
    int in_turn[STAGE_PEERS]; /* messages in this turn; a connection holds STAGE_HELD */
    int peers;
    uint32_t run;
    int64_t wall_ms, mono_ms;
    bool clock_is_unknown; /* the system does not vouch for the wall clock */
    bool disk_fails, disk_takes_its_time;
    uint64_t disk_free_bytes;
    char *narrative; /* of what is submitted; NULL: none */
    struct stage_sent sent[STAGE_SENT];
    size_t sent_count;
    uint32_t ids;
    struct arena arena;
};

/* The peers of every stage. */
enum { INTAKE, TEAM_1, TEAM_1_TOO, TEAM_2, COORDINATOR, AUDITOR };

/* Opens a stage with a region of two teams, each on a rung, with these hours. Everyone has said hello and the
 * teams are present. */
struct stage *stage_open(const char *hours_1, const char *hours_2);
void stage_close(struct stage **stage);
/* Kills the broker and starts it again from the disk; everyone says hello again. */
void stage_restart(struct stage *stage);
/* Records a snapshot of the broker's state, as its process does. */
void stage_snapshot(struct stage *stage);
void stage_load(struct stage *stage, const char *hours_1, const char *hours_2);
/* Adds an auditor or an inspector, or another connection of one, who says hello. Returns the new peer. */
int stage_add_follower(struct stage *stage, const char *key_name, Concordat__V1__Role role);

/* Sends a command and runs its turn. Give an id to repeat a command. Returns the answer, valid until the next
 * call. */
const Concordat__V1__Message *stage_say(struct stage *stage, int peer, Concordat__V1__Request *request);
const Concordat__V1__Message *stage_hello(struct stage *stage, int peer);
const Concordat__V1__Answer *stage_submit(struct stage *stage, uint8_t id[16]);
const Concordat__V1__Answer *stage_accept(struct stage *stage, int peer, const uint8_t *id, uint32_t attempt);
const Concordat__V1__Answer *stage_take(struct stage *stage, const uint8_t *id);
void stage_presence(struct stage *stage, int peer, bool present, uint32_t lease_seconds);
/* Sends a command without a turn, so that several commands can share one. */
void stage_say_only(struct stage *stage, int peer, Concordat__V1__Request *request);
enum ledger_status stage_turn(struct stage *stage);
/* The disk has finished the turn before. */
enum ledger_status stage_settle(struct stage *stage);
/* Lets time pass, a second at a time. Everyone but `silent` (-1: nobody) keeps in touch. */
void stage_wait(struct stage *stage, int64_t ms, int silent);

const struct referral *stage_case(const struct stage *stage, const uint8_t *id);
/* Returns how many messages of a kind a peer was sent since `from`. */
int stage_count(struct stage *stage, int peer, int body_case, size_t from);
/* Returns a message that was sent, valid until the next call. */
const Concordat__V1__Message *stage_sent_message(struct stage *stage, size_t at);
/* Returns an event on the disk, valid until the next call. */
const Concordat__V1__Event *stage_event(struct stage *stage, uint64_t seq);
/* Returns how many events of a kind are on the disk. */
int stage_events(struct stage *stage, int what_case);

#endif
