/* descriptors.h: how many descriptors a server's process may have open. Each connection takes one. */
#ifndef CONCORDAT_DESCRIPTORS_H
#define CONCORDAT_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The broker and an intake need some fifty for themselves: database, sockets, threads, folders of keys. What
 * is left admits two devices of each of England's 300 crisis teams, with coordinators, sources and auditors,
 * and strangers whose handshake has not ended. It is also what Linux gives a process if nobody says
 * otherwise. */
enum { DESCRIPTORS_MIN = 1024 };

/* Raises the process's limit to the most that the system lets it have. Returns the limit from then on.
 * Returns 0 with a message that says what to do if it is below DESCRIPTORS_MIN. */
uint64_t descriptors_raise(char *message, size_t message_size);

/* Returns whether the process can open nothing more now. */
bool descriptors_are_used_up(void);
/* Returns a descriptor that is of no use but to be closed when one is needed; -1 if none is free. */
int descriptors_reserve(void);

#endif
