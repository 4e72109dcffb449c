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

struct decision {
    enum refusal refusal; /* REFUSAL_NONE: done */
    bool repeated;        /* had been done before; no events */
    uint64_t seq;         /* first event that the command caused, now or before; 0: none */
    uint8_t count;
    struct event events[DECISION_EVENTS_MAX];
};

/* Decides a command at an instant (UTC ms; the ledger's time never goes back, so the later of this and the
 * state's counts). The decision borrows strings from the command and the directory. */
void decide(const struct state *state, const struct directory *directory, const struct command *command,
            int64_t now_ms, struct decision *decision);

/* What time itself brings for the one case that is due first. No events where none is due. To be repeated
 * until then. */
void decide_time(const struct state *state, const struct directory *directory, int64_t now_ms,
                 struct decision *decision);

/* Looks again at held cases, because a team has come, has places again, or the policy changed: from row
 * *cursor on, until one decides something or all have been looked at. Sets *cursor to where to go on;
 * returns false when there is nothing left to look at. */
bool decide_again(const struct state *state, const struct directory *directory, int64_t now_ms,
                  uint32_t *cursor, struct decision *decision);

#endif
