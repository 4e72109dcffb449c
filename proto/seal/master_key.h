/* master_key.h: the master key, which wraps the keys of referrals: read from a systemd credential or from a
 * file, and kept in memory that is not swapped.
 *
 * Its file is text for people, a line for each generation: a number from 1 to 255 and a key, 64 hex digits or
 * 44 characters of base64. "#" begins a comment. The greatest number is the newest generation; it wraps, and
 * the older ones still open what they wrapped.
 *
 *     # The master key of Northmoor. Keep a copy on paper, in two safes.
 *     1 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
 *     2 07Ibtx3AA7PqXn1L5CGBNBB8l1rqa1FTvCCHl3mJ+mA=
 *
 * Messages name the file, the line and the remedy, and never anything that stands in the file. Each function
 * may be called by any thread; a master key that is open is only read, so threads may share it. sodium_init
 * must have been called.
 */
#ifndef CONCORDAT_MASTER_KEY_H
#define CONCORDAT_MASTER_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/seal/limits.h"

enum { MASTER_KEY_BYTES = 32 };

/* MASTER_KEY_WRONG: until somebody mends it. MASTER_KEY_NOT_NOW: the machine could not read it (no free
 * descriptor, no memory, a disk that fails); what the file says is not known. */
enum master_key_status { MASTER_KEY_GOOD = 0, MASTER_KEY_WRONG = -1, MASTER_KEY_NOT_NOW = -2 };

struct master_key;

/* Reads a file, and never waits: what is not a regular file, a symbolic link too, is wrong. So is a file that
 * is not the process's own or root's, that anybody else may read or write, or that stands in the folder
 * apart_from (NULL: none), because a backup of the state must not hold the key to it. A byte-order mark and
 * CRLF line ends, as Windows editors write them, are read. On failure *key is NULL and there is a message. */
enum master_key_status master_key_open_file(const char *path, const char *apart_from, struct master_key **key,
                                            char *message, size_t message_size);
/* The same for the credential of this name, in the folder that $CREDENTIALS_DIRECTORY names. The service
 * manager may give the service's user an access list there, whose mask stat(2) shows as the group's bits; so
 * these may allow reading. */
enum master_key_status master_key_open_credential(const char *name, struct master_key **key, char *message,
                                                  size_t message_size);
/* The same for a text, which the message calls by this name. The text is the caller's to wipe. */
enum master_key_status master_key_open_text(const char *name, const char *text, size_t size,
                                            struct master_key **key, char *message, size_t message_size);
/* Wipes it. */
void master_key_close(struct master_key **key);

/* Whether the key cannot be written to swap. If not, the process may lock too little memory: it goes on, and
 * says so (LimitMEMLOCK= in a unit). */
bool master_key_is_locked(const struct master_key *key);
/* The generation that wraps: 1 to 255. */
uint8_t master_key_newest(const struct master_key *key);
/* The key of a generation, MASTER_KEY_BYTES, borrowed; NULL if there is no such generation. */
const uint8_t *master_key_of(const struct master_key *key, uint8_t generation);

/* Makes a new file, which only its owner may read, with all generations of `before` (NULL: none) and one that
 * is drawn. Never overwrites a file. Returns 0, or -1 with a message; then the file exists only if it did
 * before. */
int master_key_make(const char *path, const struct master_key *before, char *message, size_t message_size);

#endif
