/* replay_watch.h: when the whole ledger is replayed in the background, and what that came to.
 *
 * A start replays what came after its snapshot, so nothing else reads old events until somebody asks for
 * them. The watch starts concordat-replay, a program beside the broker's, soon after the start and then once
 * a day. It is a process with the least priority, and reads the ledger as another program does: routing is
 * not held up. It ends with the broker, whatever state it is in. One thread uses a watch.
 */
#ifndef CONCORDAT_REPLAY_WATCH_H
#define CONCORDAT_REPLAY_WATCH_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "broker/core/event.h"

/* A history ends at its first contradiction; before that, copies or a state may differ. */
enum { REPLAY_FINDINGS_MAX = 2 };

/* Start with zeros. */
struct replay_watch {
    char program[PATH_MAX]; /* empty: it is not installed */
    char ledger[PATH_MAX];
    pid_t child; /* that replays; 0: none */
    int verdict; /* what the child writes to, if there is one */
    int64_t look_at_ms, replay_at_ms;
};

/* Finds the program: beside this one, where an installation puts it, or where a build does. If there is none,
 * the log says so and nothing is ever replayed. `ledger` is its address (ledger.h), `now_ms` a monotonic
 * time. */
void replay_watch_begin(struct replay_watch *watch, const char *ledger, int64_t now_ms);

/* Starts a replay if it is time to; never two at once. When one has ended, a line of the log says what it
 * came to. Returns how many findings there are to record. To be called once a second or more often. */
size_t replay_watch_look(struct replay_watch *watch, int64_t now_ms,
                         struct altered found[REPLAY_FINDINGS_MAX]);

/* Ends a replay that runs. */
void replay_watch_end(struct replay_watch *watch);

#endif
