/* fuzz.h: what every fuzzing target has: its entry, which libFuzzer and replay.c both call, and ways to take
 * an input apart. A target holds what it feeds to what its header promises: an assert that fails is a finding
 * as much as a crash is. */
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

/* Numbers are little-endian; what is beyond the end is zero. */
uint8_t input_byte(struct input *input);
uint16_t input_number(struct input *input);
/* A piece with its length before it in two bytes; shorter where the input ends. */
struct input input_piece(struct input *input);

/* An arena that lasts as long as the process. */
struct arena *fuzz_arena(size_t size);

/* A file of the tree, or of a file system: its bytes, to be freed; *size of them. Aborts where there is none.
 */
uint8_t *fuzz_read_file(const char *path, size_t *size);

/* Folder in memory that goes when the process ends; with a slash at its end. */
const char *fuzz_folder(void);
void fuzz_write_file(const char *name, const uint8_t *bytes, size_t size);
void fuzz_remove_file(const char *name);

/* Changes to something that is whole, so that an input reaches deeper than its first checksum: each is where
 * (two bytes, in units that reach its end), how many, and the bytes. */
void fuzz_patch(struct input *input, uint8_t *bytes, size_t size);

/* What was read is packed and read again: the same bytes each time. */
void fuzz_expect_stable(const ProtobufCMessage *message);

#endif
