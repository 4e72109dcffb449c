/* decide.h: what follows from a command, or from time: events, or a refusal. Pure: it changes nothing.
 *
 * The caller makes the events durable, applies them to the state in order, and only then acts on them.
 * Every event carries the owner of the case from then on, and every deadline.
 */
#ifndef CONCORDAT_CORE_DECIDE_H
#define CONCORDAT_CORE_DECIDE_H

#include "broker/core/command.h"
#include "broker/core/directory.h"
#include "broker/core/state.h"
#include "broker/core/waiting.h"

struct decision {
    enum refusal refusal; /* REFUSAL_NONE: carried out */
    bool repeated;        /* the command had been carried out before; there are no events */
    uint64_t seq;         /* of the first event that the command caused, now or before; 0: it caused none */
    uint8_t count;
    struct event events[DECISION_EVENTS_MAX];
};

/* Decides a command at an instant (UTC ms). The ledger's time never goes back: if the state's time is later,
 * that counts. The decision borrows strings from the command, the directory and the state. */
void decide(const struct state *state, const struct directory *directory, const struct command *command,
            int64_t now_ms, struct decision *decision);

/* Decides what time brings for the case that is due first. Call it until there are no events: then no case is
 * due. */
void decide_time(const struct state *state, const struct directory *directory, int64_t now_ms,
                 struct decision *decision);

/* Rematches held cases, because a team has come, has places again, or the policy changed (event_gives_hope).
 * Takes them in the order of `waiting`, which its caller has collected, and goes on until something is
 * decided or some have been looked at. Returns false if none is left. */
bool decide_again(const struct state *state, const struct directory *directory, int64_t now_ms,
                  struct waiting *waiting, struct decision *decision);

/* Passes an open case over to the coordinator of its area if the policy no longer has the case's own. Looks
 * at some cases from *row on, so that its caller can stop between two, until something is decided; *row is
 * then the one after it. Returns false if none is left. */
bool decide_pass_over(const struct state *state, const struct directory *directory, int64_t now_ms,
                      uint32_t *row, struct decision *decision);

#endif
