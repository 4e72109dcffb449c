/* connections.h: every TCP connection of a server: since when it is open, whether it has spoken, whose it is.
 *
 * libzmq tells of each connection that comes or goes, with its descriptor, but not whose it is: ZAP (RFC 27)
 * says that of a handshake, without a descriptor. A message has both. So each admission by the ZAP handler
 * has a number, which libzmq hands to us with every message of that connection (zap.h). A connection whose
 * first message has been taken has spoken, and is its key's. Before that it is nobody's, whether its
 * handshake is done or not: a peer who means well says hello at once.
 *
 * Bounds (limits.h): when a key has too many connections, the one that was silent for longest ends: an honest
 * device that comes back from another network gets in, and the connection that it left hanging goes. When too
 * many have not spoken, or all connections together take too many descriptors, the one that has waited for
 * longest without a word ends, of the address that has most such: strangers take nothing from those who have
 * spoken, and a newcomer from elsewhere keeps its place. A connection that does not speak in time ends too.
 * Each bound that bites is logged, seldom.
 *
 * To end a connection is to shut its socket down; libzmq sees that and closes it. Descriptors are reused, so
 * each is compared with the socket that it was before. Any thread may call; times are monotonic.
 */
#ifndef CONCORDAT_CONNECTIONS_H
#define CONCORDAT_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/server/keyring.h"

struct connections;

/* Returns NULL if there is not enough memory. */
struct connections *connections_open(void);
void connections_close(struct connections **connections);

/* For the thread that watches connections, in the order in which libzmq tells of them: one has come, has
 * gone.
 */
void connections_begin(struct connections *connections, int fd, int64_t now_ms);
void connections_end(struct connections *connections, int fd);
/* A handshake is about to be admitted. Returns the number of this admission. Every connection that came
 * before that handshake must have begun. */
uint64_t connections_admit(struct connections *connections);
/* Ends what is overdue. To be called several times a second. */
void connections_tend(struct connections *connections, int64_t now_ms);

/* For the thread that takes messages: one of this key (borrowed) has come from the connection that has this
 * descriptor and was admitted under this number. */
void connections_heard(struct connections *connections, int fd, uint64_t admission, const struct key *key,
                       int64_t now_ms);
/* Ends the connection, unless it has gone already. */
void connections_cut(struct connections *connections, int fd, uint64_t admission);

/* The keys are those of `keyring` now. `lost`: it lacks a key that counted before, or has it for another role
 * or owner. Ends the connections of each such key: at once if somebody has the key still, after LAST_WORD_MS
 * if it is withdrawn. Also ends those that have not spoken, because they may be that key's: others connect
 * again. */
void connections_change_keys(struct connections *connections, const struct keyring *keyring, bool lost,
                             int64_t now_ms);

#endif
