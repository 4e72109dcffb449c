/* verdict.h: whether the trail proves itself, asked on a thread of its own: it can take minutes, and reports
 * do not wait for it.
 *
 * The latest verdict stands until there is another. A gateway that starts anew has none. One thread calls
 * these functions. Times are UTC milliseconds.
 */
#ifndef CONCORDAT_GATEWAY_VERDICT_H
#define CONCORDAT_GATEWAY_VERDICT_H

#include <jansson.h>
#include <stdint.h>

struct verdict_keeper;

struct verdict_state {
    const json_t *latest;     /* as verify_ask gives it; NULL: there is none. Borrowed until verdict_turn */
    int64_t as_of_ms;         /* when verifying began that gave the latest: later events are not in it */
    const char *failure;      /* why the attempt after it gave none; NULL: there was none. As borrowed */
    int64_t failed_ms;        /* when that attempt began */
    int64_t running_since_ms; /* 0: none runs */
};

/* The path is borrowed until the end. NULL if a thread or memory is wanting. */
struct verdict_keeper *verdict_open(const char *trail_path);
/* Gives up what runs. */
void verdict_close(struct verdict_keeper **keeper);

/* Begins to verify, unless that is going on already. */
void verdict_begin(struct verdict_keeper *keeper, int64_t now_ms);
struct verdict_state verdict_now(const struct verdict_keeper *keeper);

/* For the caller's poll. */
int verdict_fd(const struct verdict_keeper *keeper);
void verdict_turn(struct verdict_keeper *keeper);

#endif
