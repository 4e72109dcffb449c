/* arrivals.h: new connections are let in one after another, at a pace that leaves time for those already
 * there.
 *
 * A handshake costs a hundred times what a message does, and the thread that does them serves everybody:
 * where a thousand connect at once, all wait until they are done. So beyond ARRIVALS_AT_ONCE a new connection
 * is held back until its turn comes, one each ARRIVALS_EACH_MS. Nobody is shut out: what a held connection
 * has sent stays in the kernel, which does not tell of it. Those who wait take turns in the order of their
 * descriptors, round and round, so that whoever comes last is not behind all that came before. Only TCP can
 * be held back.
 *
 * Of one thread; times are of a monotonic clock.
 */
#ifndef CONCORDAT_ARRIVALS_H
#define CONCORDAT_ARRIVALS_H

#include <stdint.h>

enum { ARRIVALS_AT_ONCE = 16, ARRIVALS_EACH_MS = 5 };

struct arrivals;

/* NULL where memory is short. */
struct arrivals *arrivals_open(void);
void arrivals_close(struct arrivals **arrivals);

/* A connection has come: it goes on where there is room, and waits for its turn where not. */
void arrivals_begin(struct arrivals *arrivals, int fd, int64_t now_ms);
/* It has gone. */
void arrivals_end(struct arrivals *arrivals, int fd);

/* Lets in those whose turn has come. Returns the milliseconds until somebody's turn comes, -1 where nobody
 * waits. */
int arrivals_let_in(struct arrivals *arrivals, int64_t now_ms);

#endif
