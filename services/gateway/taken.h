/* taken.h: which one-time codes were taken, so that each is taken once, also by a gateway that was killed and
 * started again. One thread. */
#ifndef CONCORDAT_GATEWAY_TAKEN_H
#define CONCORDAT_GATEWAY_TAKEN_H

#include <stddef.h>
#include <stdint.h>

struct taken;

enum taken_status {
    TAKEN_NOW,        /* it is taken now, and that is on disk */
    TAKEN_BEFORE,     /* this code, or a later one of this person, was taken before */
    TAKEN_ENVIRONMENT /* no disk, or too many in the last 90 seconds: the code is not taken */
};

/* Reads the file if there is one, which is written anew with each code. NULL with a message. `now_ms`: UTC.
 */
struct taken *taken_open(const char *path, int64_t now_ms, char *message, size_t message_size);
void taken_close(struct taken **taken);

/* Takes the code of a step (onetime.h) for a person. */
enum taken_status taken_take(struct taken *taken, const char *id, int64_t step, int64_t now_ms);

#endif
