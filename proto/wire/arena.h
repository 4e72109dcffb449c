/* arena.h: bounded memory for one unpacked message.
 *
 * protobuf-c allocates without a limit: one mebibyte of empty sub-messages takes fifty of memory. Every
 * unpack therefore allocates from an arena: one block, given out in zeroed pieces, and wiped at each reset: a
 * message can hold what a person told. The system gives the block only those pages that are used. When the
 * block is full the arena returns NULL and the unpack fails cleanly. To free a message, reset the arena. Not
 * thread safe.
 */
#ifndef CONCORDAT_ARENA_H
#define CONCORDAT_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough for the largest frame that we allow, measured over the test corpus. */
enum { ARENA_MESSAGE_BYTES = 256 * 1024 };

struct arena {
    uint8_t *memory; /* owned */
    size_t size;
    size_t used;
    bool ran_out;                 /* a piece did not fit since the last reset */
    ProtobufCAllocator allocator; /* for protobuf-c; its free does nothing */
};

/* Returns 0, or -1 if there is not enough memory. */
int arena_open(struct arena *arena, size_t size);
void arena_close(struct arena *arena);
/* Wipes every piece, which is invalid from then on; the whole block is free again. */
void arena_reset(struct arena *arena);
/* Returns zeroed memory aligned for any type, or NULL if the arena is full. */
void *arena_take(struct arena *arena, size_t size);

#endif
