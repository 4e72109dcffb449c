/* lockout.h: how long somebody waits who gave wrong answers again and again at sign-in.
 *
 * Attempts are counted by id, whether there is such a person or not, so that nobody learns from it who there
 * is. An attempt counts as failed until it is known to be good: guesses at the same moment are counted too.
 * One thread. Times are milliseconds of the monotonic clock.
 */
#ifndef CONCORDAT_GATEWAY_LOCKOUT_H
#define CONCORDAT_GATEWAY_LOCKOUT_H

#include <stdint.h>

struct lockout;

/* NULL if there is no memory. */
struct lockout *lockout_open(void);
void lockout_close(struct lockout **lockout);

/* Counts an attempt and returns 0; or counts nothing and returns how long nobody may try for this id. */
int64_t lockout_begin(struct lockout *lockout, const char *id, int64_t now_ms);
/* The attempt was good: what was counted is forgotten. */
void lockout_good(struct lockout *lockout, const char *id);
/* The attempt was neither, because nothing was compared: it is not counted. */
void lockout_undo(struct lockout *lockout, const char *id);

#endif
