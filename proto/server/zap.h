/* zap.h: the doorkeeper of one ZeroMQ context: admits the keys of a keyring and nobody else (RFC 27, ZAP).
 *
 * It runs in a thread of its own from zap_open to zap_close. Should it end before, the process aborts:
 * libzmq would let everybody in.
 */
#ifndef CONCORDAT_ZAP_H
#define CONCORDAT_ZAP_H

#include <stddef.h>
#include <stdint.h>

#include "proto/server/backlog.h"
#include "proto/server/keyring.h"

/* The domain that a socket must give as its own. */
#define ZAP_DOMAIN "concordat"
/* Beside User-Id (the key's name), a message has the public key in Z85 under this name: a name can be
 * given to another key while a connection lasts. */
#define ZAP_PUBLIC_KEY "Public-Key"

struct zap;

/* Starts the doorkeeper of the context, which also counts the connections that are refused at `router` and
 * tells the backlog (borrowed) of those that come and go there, and has it cut; new ones come in at the pace
 * of arrivals.h. The router must not be bound yet. Takes over the keyring, also on failure. NULL with a
 * message where it cannot start. */
struct zap *zap_open(void *context, void *router, struct keyring *keyring, struct backlog *backlog,
                     char *message, size_t message_size);
/* Shuts the context down (its sockets can only be closed afterwards) and ends the thread. */
void zap_close(struct zap **zap);

/* Admits by this keyring from now on; gives back the former, which is the caller's. */
struct keyring *zap_change_keyring(struct zap *zap, struct keyring *keyring);

/* The handshakes that failed: unknown keys, no key, another protocol. */
uint64_t zap_refused(const struct zap *zap);

#endif
