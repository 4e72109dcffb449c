/* broker.h: the shell around the core: one turn takes what waits, decides it, commits it, then sends. While a
 * turn is on its way to the disk the next can be taken and decided.
 *
 * It touches the world only through its ports, so that the process (main.c) and a simulation drive the same
 * turn. Rules of a turn: nothing is sent that depends on an event which is not on disk; after a failed
 * commit nothing more is done, because what is on disk is then unknown. One thread. Times: wall_ms is UTC,
 * labels events and measures their deadlines, as ledger_time.h says; mono_ms never jumps and measures leases
 * of connections.
 */
#ifndef CONCORDAT_BROKER_H
#define CONCORDAT_BROKER_H

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"
#include "broker/policy/policy_file.h"
#include "proto/server/server.h"

/* A turn takes no more. */
enum { TURN_MESSAGES_MAX = 256 };

struct broker_ports {
    void *context;
    /* What is written is on disk once sync has said so, which is asked of every turn; syncing: that is under
     * way, and would have to be waited for. */
    enum ledger_status (*write)(void *context, const struct ledger_event *events, size_t count);
    bool (*syncing)(void *context);
    enum ledger_status (*sync)(void *context);
    enum ledger_status (*read)(void *context, uint64_t after, size_t limit, ledger_each *each,
                               void *each_context);
    enum ledger_status (*confidential)(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                       size_t *size);
    /* Messages for one peer, as one frame. */
    enum server_sent (*send)(void *context, const struct server_route *route, const struct frame_part *parts,
                             size_t count);
    /* The key by its name, NULL where it has been revoked. */
    const struct key *(*key)(void *context, const char *name);
    void (*random)(void *context, void *bytes, size_t size);
    /* One line for whoever runs the broker; holds nothing about a person. */
    void (*log)(void *context, const char *line);
};

struct now {
    int64_t wall_ms, mono_ms;
};

struct broker;

/* A broker that has replayed the ledger up to `state` (owned from now on, also on failure). The policy is
 * borrowed until the next broker_load_policy. NULL where memory is short. */
struct broker *broker_open(const struct broker_ports *ports, struct state *state, const char *version);
void broker_close(struct broker **broker);

/* Makes a policy the one in force; recorded by the commit that follows. False where memory is short: the
 * policy before stays. The file must live until it is replaced. */
bool broker_load_policy(struct broker *broker, const struct policy_file *file, struct now now);
/* Records that the broker has started. To be called once, after the first policy. */
void broker_record_start(struct broker *broker, uint64_t replayed, struct now now);

/* One message of an authenticated key. False where it should not have been sent: it cannot be read, or the
 * key is withdrawn. */
bool broker_take(struct broker *broker, const struct server_route *route, const char *key_name,
                 const uint8_t *bytes, size_t size, struct now now);
/* What time brings: offers run out, leases lapse, teams fall silent, held cases are looked at again. Does a
 * bounded amount; broker_patience_ms tells whether more is waiting. */
void broker_time(struct broker *broker, struct now now);
/* Ends the turn: its events are written, and once they are on disk all that depends on them is sent. Where
 * the ledger syncs beside us this returns before that, and messages can be taken meanwhile. Anything but
 * LEDGER_OK, here and below: the broker must stop. */
enum ledger_status broker_commit(struct broker *broker);
/* Waits until the turn that was ended last is on disk, and sends. Nothing where that has been done. */
enum ledger_status broker_settle(struct broker *broker);
bool broker_is_settled(const struct broker *broker);

/* How long nothing needs doing, in ms; 0: something is due; at most one second. What is due waits for the
 * turn that is on its way to the disk. */
int broker_patience_ms(const struct broker *broker, struct now now);

const struct state *broker_state(const struct broker *broker);

struct broker_counts {
    uint64_t commands, refused, malformed, events, commits, sent, unsent;
    uint32_t sessions;
};
struct broker_counts broker_counts(const struct broker *broker);

#endif
