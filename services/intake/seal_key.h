/* seal_key.h: the key that seals an intake's outbox. It follows from the intake's own secret key, so that
 * there is no second file to keep, to copy and to lose; and it is another key, so that neither tells the
 * other.
 */
#ifndef CONCORDAT_INTAKE_SEAL_KEY_H
#define CONCORDAT_INTAKE_SEAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/seal/seal.h"

/* Reads a secret key file and derives the key from it; the caller wipes it. False with a message if the file
 * is no secret key, or stands in the folder of what it would seal. sodium_init must have been called. */
bool seal_key_derive(const char *key_path, const char *state_folder, uint8_t key[SEAL_KEY_BYTES],
                     char *message, size_t message_size);

#endif
