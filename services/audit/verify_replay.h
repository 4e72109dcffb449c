/* verify_replay.h: asks the router's own program, concordat-replay, whether the events of a trail follow from
 * one another.
 *
 * It is a program of the broker's: it is started, and nothing of it is linked. If it is not installed, or
 * does not do its work, that says nothing about the trail and is told apart. One thread, one at a time:
 * SIGPIPE is ignored by the process meanwhile.
 */
#ifndef CONCORDAT_VERIFY_REPLAY_H
#define CONCORDAT_VERIFY_REPLAY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct verify_replay;

/* Starts the program: the one beside this program, the one of this build, or else the first in PATH. NULL,
 * with `why` for a person, if there is none or it cannot be started. */
struct verify_replay *verify_replay_start(char *why, size_t why_size);

/* Gives it the next event: the exact bytes, borrowed for the call. */
void verify_replay_feed(struct verify_replay *replay, const uint8_t *body, size_t size);

/* Says that there are no more events, and waits for the verdict: the object that the program prints
 * (broker/README.md), the caller's to json_decref. `chain_hex` is the chain value of the events that were
 * given, which a program that has found nothing must come to as well. NULL, with `why` for a person, if it
 * gave no verdict. */
json_t *verify_replay_end(struct verify_replay **replay, const char *chain_hex, char *why, size_t why_size);

#endif
