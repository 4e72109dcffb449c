/* fuzz.h: what every fuzzing target shares: its entry, which libFuzzer and replay.c call, and functions that
 * take an input apart. A target asserts what the header under test promises, so a failed assertion is a
 * finding, as a crash is. */
#ifndef CONCORDAT_TESTS_FUZZ_H
#define CONCORDAT_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

/* Take a byte or a little-endian number. Beyond the end of the input they return 0. */
uint8_t input_byte(struct input *input);
uint16_t input_number(struct input *input);
/* Takes a piece whose length comes before it in two bytes. It is shorter if the input ends. */
struct input input_piece(struct input *input);

/* Returns an arena that lasts as long as the process. */
struct arena *fuzz_arena(size_t size);

/* Reads a file. Returns its bytes, which the caller frees. Aborts if it cannot. */
uint8_t *fuzz_read_file(const char *path, size_t *size);

/* Returns a folder in memory, with a slash at the end, that is removed when the process ends. */
const char *fuzz_folder(void);
void fuzz_write_file(const char *name, const uint8_t *bytes, size_t size);
void fuzz_remove_file(const char *name);

/* Changes good bytes, so that an input gets past the first checksum. Each change is a place (two bytes, in
 * units that can reach the end), a count, and that many bytes. */
void fuzz_patch(struct input *input, uint8_t *bytes, size_t size);

/* Asserts that a message packs to the same bytes after it has been packed and read. */
void fuzz_expect_stable(const ProtobufCMessage *message);

#endif
