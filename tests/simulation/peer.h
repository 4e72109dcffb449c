/* peer.h: one client in the world: its connection, its unanswered commands, and its role's own part.
 *
 * Each role has a file for what a person or service does. This one has what they share: a connection that
 * says hello, pings, repeats commands until their answer, and dies and comes back.
 */
#ifndef CONCORDAT_SIMULATION_PEER_H
#define CONCORDAT_SIMULATION_PEER_H

#include "proto/keys/keys.h"
#include "proto/wire/wire.h"
#include "tests/simulation/random.h"

enum { PENDING_MAX = 32, TASKS_MAX = 64, KNOWN_MAX = 256 };

struct world;
struct peer;

enum peer_kind { PEER_INTAKE, PEER_TEAM, PEER_COORDINATOR, PEER_AUDITOR, PEER_INSPECTOR, PEER_STRANGER };

/* A command that is repeated until its answer. */
struct pending {
    uint8_t id[16], referral[16];
    uint8_t *bytes; /* owned */
    size_t size;
    int kind; /* Request's command case */
    int tries;
    int64_t next_ms;
};

/* Something that a person will do at some time. */
struct task {
    int64_t at_ms;
    int kind; /* Request's command case */
    int step;
    uint8_t referral[16];
    uint32_t attempt;
};

struct peer {
    int index;
    enum peer_kind kind;
    struct key key;
    bool revoked;
    bool honest;
    struct random random;
    /* the connection */
    uint32_t connection; /* its number; the routes of earlier connections are dead */
    bool online, welcome;
    int64_t hello_ms, heard_ms, ping_ms, wake_ms;
    uint8_t hello_id[16];
    bool cut_in, cut_out; /* cut by a partition */
    int64_t clogged_until_ms, last_in_ms, last_out_ms;
    uint32_t under_way;
    /* as the broker sees it */
    int64_t welcomed_ms; /* when it was welcomed on this connection, and has lost nothing since; 0: not */
    int64_t heard_of_ms;
    /* its unanswered commands and its tasks */
    struct pending pending[PENDING_MAX];
    int pending_count;
    struct task tasks[TASKS_MAX];
    int task_count;
    /* habits, in percent */
    int accepts, ignores, late, twice, vanishes;
    bool diligent; /* in the second phase: does its tasks at once */
    /* an intake */
    int64_t next_referral_ms;
    uint8_t own[KNOWN_MAX][16]; /* the referrals that it has sent */
    int own_count;
    /* a team's device, or a coordinator */
    bool present;
    int64_t lease_ms, renew_ms;
    /* an auditor */
    uint64_t seen_seq, feed_head;
    uint8_t seen_chain[32], follow_id[16];
    int64_t follow_ms;
};

struct peer *peer_add(struct world *world, enum peer_kind kind, const char *name, const char *of);
void peer_close(struct peer *peer);
void peer_wakes(struct world *world, struct peer *peer);
void peer_receives(struct world *world, struct peer *peer, const uint8_t *bytes, size_t size);
/* Kills the peer and its connection; what is durable stays. It comes back when it is woken. */
void peer_dies(struct world *world, struct peer *peer);
void peer_plan(struct world *world, struct peer *peer, int64_t at_ms);

/* The person at the keyboard for a command, by the command's id; their id is "" if nobody said. */
Concordat__V1__Person peer_person(const struct peer *peer, const uint8_t *command_id);

/* The device that an intake's command came from, by the command's id; "" if it spoke for none. */
const char *peer_device(const struct peer *peer, const uint8_t *command_id);
/* Sends a command now, and again until its answer. Fills in the command id. Drops the command if too many
 * wait. */
void peer_command(struct world *world, struct peer *peer, Concordat__V1__Request *request,
                  const uint8_t *referral, uint32_t attempt);
/* Sends once. */
void peer_send(struct world *world, struct peer *peer, Concordat__V1__Request *request);
void peer_new_id(struct world *world, struct peer *peer, uint8_t id[16]);
void peer_task(struct world *world, struct peer *peer, int64_t in_ms, int kind, int step,
               const uint8_t *referral, uint32_t attempt);
/* Until when a team's device or a coordinator is there, by its own word. */
void peer_says_presence(struct world *world, struct peer *peer, bool present);

/* notes.c: what the source, the team and the coordinator can say of a case. */
/* Sends what all of them say in the same way. False if the task is of another command. */
bool peer_says(struct world *world, struct peer *peer, const struct task *task);
/* Plans an entry in the history of a detention, whichever, so that many are out of order or of nobody who is
 * detained. */
void peer_detention_step(struct world *world, struct peer *peer, const uint8_t *referral, int64_t in_ms);
/* Plans a whole detention, from the arrival to its end; now and then a step of it is left out. */
void peer_plans_detention(struct world *world, struct peer *peer, const uint8_t *referral);
/* Says which other provider has a case that was closed; now and then without saying which. */
void peer_passes_on(struct world *w, struct peer *p, const uint8_t *referral);
/* Sets why a case closes whose person nobody has met, or forgets to. */
void peer_says_why_it_closes(struct peer *peer, Concordat__V1__Close *close);
/* A coordinator has seen that a team wants to close a case, and keeps it open at times. */
void peer_saw_closing(struct world *world, struct peer *peer, const uint8_t *referral);
/* Plans that a person sees the changes and messages that a status shows, by chance. */
void peer_looks(struct world *world, struct peer *peer, const Concordat__V1__CaseStatus *status,
                int of_hundred);
/* Plans words to somebody else who works on a case. */
void peer_plans_message(struct world *world, struct peer *peer, const uint8_t *referral, int64_t in_ms);

/* shifts.c: plans what somebody does next with their shift, and does it. */
void peer_plans_shift(struct world *world, struct peer *peer);
void peer_changes_shift(struct world *world, struct peer *peer);
/* A step of a handover: proposed, cancelled or signed. */
void peer_hands_shift_over(struct world *world, struct peer *peer, int step);

/* telephone.c: plans that a coordinator enters a referral for somebody who rings; enters it; and sees that it
 * is not refused. */
void peer_plans_call(struct world *world, struct peer *peer);
void peer_enters_call(struct world *world, struct peer *peer);
void peer_call_answered(struct world *world, const struct peer *peer, const struct pending *pending,
                        const Concordat__V1__Answer *answer);

bool peer_chance(struct peer *peer, int of_hundred);
ProtobufCBinaryData peer_bytes(const uint8_t *bytes, size_t size);

/* The functions of each role: it is woken; a message comes; an answer to its command comes; a task is due.
 * NULL if it does nothing then. */
struct peer_role {
    void (*open)(struct world *world, struct peer *peer);
    void (*wake)(struct world *world, struct peer *peer);
    void (*told)(struct world *world, struct peer *peer, const Concordat__V1__Message *message);
    void (*answered)(struct world *world, struct peer *peer, const struct pending *pending,
                     const Concordat__V1__Answer *answer);
    void (*does)(struct world *world, struct peer *peer, const struct task *task);
};
extern const struct peer_role intake_role, team_role, coordinator_role, auditor_role, inspector_role,
    stranger_role;

#endif
