/* arrivals.h: paces new connections, so that their handshakes leave time for those who are connected.
 *
 * A handshake costs a hundred times as much as a message, and the thread that does handshakes serves
 * everybody: if a thousand peers connect at once, all others wait until they are done. So after
 * ARRIVALS_AT_ONCE a new connection is held until its turn comes, one each ARRIVALS_EACH_MS. Nobody is shut
 * out: the kernel keeps what a held connection has sent and does not report it. Held connections take turns
 * in the order of their descriptors, round and round, so that the last to come does not wait for all who came
 * before. A connection that has sent nothing takes no turn. Only TCP connections can be held.
 *
 * One thread uses it; times are monotonic.
 */
#ifndef CONCORDAT_ARRIVALS_H
#define CONCORDAT_ARRIVALS_H

#include <stdint.h>

enum { ARRIVALS_AT_ONCE = 16, ARRIVALS_EACH_MS = 5 };

struct arrivals;

/* Returns NULL if there is not enough memory. */
struct arrivals *arrivals_open(void);
void arrivals_close(struct arrivals **arrivals);

/* A connection has come. Holds it, unless it may go on at once. */
void arrivals_begin(struct arrivals *arrivals, int fd, int64_t now_ms);
/* A connection has gone. */
void arrivals_end(struct arrivals *arrivals, int fd);

/* Lets in the connections whose turn has come. Returns in how many ms the next turn comes, or -1 if none
 * waits. */
int arrivals_let_in(struct arrivals *arrivals, int64_t now_ms);

#endif
