/* zap.h: the ZAP handler (RFC 27) of one ZeroMQ context: it admits the keys of a keyring and nobody else.
 *
 * The handler runs in a thread of its own from zap_open to zap_close. If that thread ends earlier the process
 * aborts, because libzmq would then let everybody in.
 */
#ifndef CONCORDAT_ZAP_H
#define CONCORDAT_ZAP_H

#include <stddef.h>
#include <stdint.h>

#include "proto/server/backlog.h"
#include "proto/server/connections.h"
#include "proto/server/keyring.h"

/* A socket must set this as its ZAP domain. */
#define ZAP_DOMAIN "concordat"
/* Each message has its key's name as User-Id, and under this name its public key, in Z85, with the number of
 * its connection's admission in decimal digits behind it. A name alone is not enough: it can be given to
 * another key while a connection lasts. Neither is a descriptor: it can be given to another connection while
 * a message waits. */
#define ZAP_ADMISSION "Admission"

struct zap;

/* Starts the handler. It also watches the connections of `router`, which must not be bound yet: it counts
 * those that it refuses, paces new ones (arrivals.h), and tells backlog and connections (borrowed) of each
 * that comes or goes, and when to cut. Takes ownership of the keyring, on failure too. Returns NULL with a
 * message if it cannot start. */
struct zap *zap_open(void *context, void *router, struct keyring *keyring, struct backlog *backlog,
                     struct connections *connections, char *message, size_t message_size);
/* Shuts the context down, after which its sockets can only be closed, and ends the thread. */
void zap_close(struct zap **zap);

/* Replaces the keyring. Returns the former, which the caller closes. */
struct keyring *zap_change_keyring(struct zap *zap, struct keyring *keyring);

/* Returns how many handshakes have failed: with an unknown or barred key, no key, or another protocol. */
uint64_t zap_refused(const struct zap *zap);

#endif
