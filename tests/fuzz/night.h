/* night.h: a broker with everybody around it in one process, for fuzz_turn: a ledger in memory, keys of every
 * role, a clock that only the test moves. After each turn what must always hold is checked. */
#ifndef CONCORDAT_TESTS_FUZZ_NIGHT_H
#define CONCORDAT_TESTS_FUZZ_NIGHT_H

#include "broker/shell/broker.h"

enum { NIGHT_PEOPLE = 13, NIGHT_EVENTS_MAX = 4096 };

struct night;

struct night *night_open(void);
/* Replays the ledger once more before it goes: what is on disk comes to the same state. */
void night_close(struct night **night);

/* Whoever sends: 0 to 2 the sources, 3 to 7 devices of teams, 8 and 9 coordinators, 10 an auditor, 11 a team
 * that is not in the directory, 12 somebody whose key was revoked. */
Concordat__V1__Role night_role(size_t person);
const char *night_of(size_t person);
void night_send(struct night *night, size_t person, const uint8_t *bytes, size_t size);
/* The connection breaks and there is another, that has not said hello. */
void night_reconnect(struct night *night, size_t person);
/* Nothing that is sent to this person arrives, or it does again. */
void night_deafen(struct night *night, size_t person);

void night_turn(struct night *night);
/* Both clocks go on; or the wall clock alone is set, back or forward. */
void night_wait(struct night *night, int64_t ms);
void night_set_clock(struct night *night, int64_t by_ms);
/* The broker dies before its commit, and starts again on what is on disk. */
void night_kill(struct night *night);

#endif
