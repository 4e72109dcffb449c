/* night.h: a broker with everybody around it in one process, for fuzz_turn: a ledger in memory, keys of every
 * role, a clock that only the test moves. After each turn it checks what must always hold. */
#ifndef CONCORDAT_TESTS_FUZZ_NIGHT_H
#define CONCORDAT_TESTS_FUZZ_NIGHT_H

#include "broker/shell/broker.h"

enum { NIGHT_PEOPLE = 14, NIGHT_EVENTS_MAX = 4096 };

struct night;

struct night *night_open(void);
/* Ends the night. First replays the ledger: what is on disk leads to the same state. */
void night_close(struct night **night);

/* Senders: 0 to 2 are sources, 3 to 7 devices of teams, 8 and 9 coordinators, 10 an auditor, 11 a team that
 * is not in the directory, 12 somebody whose key was revoked. */
Concordat__V1__Role night_role(size_t person);
void night_send(struct night *night, size_t person, const uint8_t *bytes, size_t size);
/* Breaks the connection and makes another, which has not said hello. */
void night_reconnect(struct night *night, size_t person);
/* From now on nothing that is sent to this person arrives; or it arrives again. */
void night_deafen(struct night *night, size_t person);

void night_turn(struct night *night);
/* Moves both clocks forward; or sets only the wall clock, back or forward. */
void night_wait(struct night *night, int64_t ms);
void night_set_clock(struct night *night, int64_t by_ms);
/* Kills the broker before its commit, and starts it again from what is on disk. */
void night_kill(struct night *night);

#endif
