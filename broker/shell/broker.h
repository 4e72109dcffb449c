/* broker.h: the shell around the core: one turn takes the waiting messages, decides them, commits, then
 * sends. While a turn is in flight to the disk the next one can be taken and decided.
 *
 * The shell touches the world only through its ports, so that the process and a simulation drive the same
 * turn. Two rules hold of each turn: nothing is sent that depends on an event which is not on disk; after a
 * failed commit nothing more is done, because nobody knows then what is on disk. One thread calls all of
 * this.
 *
 * turn.c implements the turn, take.c what a message leads to, time.c what time brings, policy.c and
 * own_events.c the rest.
 */
#ifndef CONCORDAT_BROKER_H
#define CONCORDAT_BROKER_H

#include "broker/core/state.h"
#include "broker/policy/policy_file.h"
#include "broker/seals/seals.h"
#include "broker/shell/ports.h"

struct broker;

/* A broker that has replayed the ledger up to `state`. It owns the state from now on, also if this fails:
 * NULL if memory is short. Borrows ports->context and version until broker_close. */
struct broker *broker_open(const struct broker_ports *ports, struct state *state, const char *version);
void broker_close(struct broker **broker);

/* Has all texts about people sealed and opened by these keys, which are borrowed until broker_close, and does
 * again what a crash may have left undone about keys. To be called when the first commit is on disk, before
 * the first request. False if the disk failed: the broker must stop. */
bool broker_use_seals(struct broker *broker, struct seals *seals);

/* Puts a policy in force; the commit that follows records it. False if memory is short: the policy before
 * stays in force. Borrows the file until the next policy is in force. */
bool broker_load_policy(struct broker *broker, const struct policy_file *file, struct now now);
/* Records that the broker has started, having replayed this many events. To be called once, after the first
 * policy. */
void broker_record_start(struct broker *broker, uint64_t replayed, struct now now);
/* Notes that something stored, of no case, is not what was written: it is logged, and the next turn records
 * it. */
void broker_found_altered(struct broker *broker, const struct altered *altered);
/* Records that a snapshot begins, as the last event of the turn: of the state as that event leaves it. */
bool broker_begin_snapshot(struct broker *broker, struct now now);
/* Records that it is whole. Both are false if memory is short; nothing is recorded then. */
bool broker_keep_snapshot(struct broker *broker, const struct kept *kept, struct now now);

/* Takes one message of an authenticated key. False if its sender should not have sent it: it cannot be read,
 * or the key is withdrawn. */
bool broker_take(struct broker *broker, const struct server_route *route, const char *key_name,
                 const uint8_t *bytes, size_t size, struct now now);
/* Does what is due: offers run out, leases lapse, teams fall silent, held cases are matched again. The amount
 * is bounded; broker_patience_ms tells whether more is waiting. */
void broker_time(struct broker *broker, struct now now);
/* Ends the turn: writes its events and, once they are on disk, sends all that depends on them. If the ledger
 * syncs in a thread this returns before that, and messages can be taken meanwhile. The broker must stop if
 * this or broker_settle returns anything but LEDGER_OK. */
enum ledger_status broker_commit(struct broker *broker);
/* Waits until the turn in flight is on disk, and sends. Does nothing if no turn is in flight. */
enum ledger_status broker_settle(struct broker *broker);
bool broker_is_settled(const struct broker *broker);

/* Whether the wall clock has leapt and is not believed (ledger_time.h). */
bool broker_doubts_clock(const struct broker *broker);
/* An operator vouches for a wall clock that is doubted: it is believed at once, which the next broker_time
 * records. */
void broker_confirm_clock(struct broker *broker, struct now now);

/* For how many ms nothing needs doing: 0 if something is due, at most one second. What is due waits for the
 * turn in flight. */
int broker_patience_ms(const struct broker *broker, struct now now);

/* What the operator has to know of a disk that is nearly full; NULL: it has room. Lives for ever. */
const char *broker_room(const struct broker *broker);

/* Borrowed until the next call that changes the broker. */
const struct state *broker_state(const struct broker *broker);

/* Asserts that the shell's own books agree with each other. It walks all of them: for tests and the
 * simulation. */
void broker_check(const struct broker *broker);

#endif
