/* arena.h: bounded memory for one unpacked message.
 *
 * protobuf-c allocates without a limit: a mebibyte of empty sub-messages becomes fifty of memory. Every
 * unpack therefore goes through an arena: a block of the caller's, given out in zeroed pieces, that says
 * no when it is full, so that the unpack fails cleanly. Freeing is resetting. Not thread safe.
 */
#ifndef CONCORDAT_ARENA_H
#define CONCORDAT_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough for the largest frame that is allowed, measured over the corpus of tests. */
enum { ARENA_MESSAGE_BYTES = 256 * 1024 };

struct arena {
    uint8_t *memory; /* owned */
    size_t size;
    size_t used;
    bool ran_out;                 /* something did not fit since the last reset */
    ProtobufCAllocator allocator; /* hand &arena->allocator to protobuf-c; frees nothing one by one */
};

/* 0, or -1 where the memory could not be had. */
int arena_open(struct arena *arena, size_t size);
void arena_close(struct arena *arena);
/* Everything handed out becomes invalid. */
void arena_reset(struct arena *arena);
/* Zeroed memory aligned for any type, or NULL where the arena is full. */
void *arena_take(struct arena *arena, size_t size);

#endif
