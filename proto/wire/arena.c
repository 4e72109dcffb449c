/* arena.c: bounded memory for one unpacked message. */
#include "proto/wire/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>

static void *arena_allocate(void *arena, size_t size)
{
    return arena_take(arena, size);
}

static void arena_free_nothing(void *arena, void *piece)
{
    (void)arena;
    (void)piece;
}

int arena_open(struct arena *arena, size_t size)
{
    assert(size > 0);
    /* calloc may wipe all of a block that was used before, though most messages take little of it. */
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *arena = (struct arena){0};
    if (memory == MAP_FAILED)
        return -1;
    *arena = (struct arena){
        .memory = memory,
        .size = size,
        .allocator = {.alloc = arena_allocate, .free = arena_free_nothing, .allocator_data = arena}};
    return 0;
}

void arena_reset(struct arena *arena)
{
    explicit_bzero(arena->memory, arena->used);
    arena->used = 0;
    arena->ran_out = false;
}

void arena_close(struct arena *arena)
{
    if (arena->memory) {
        arena_reset(arena);
        munmap(arena->memory, arena->size);
    }
    *arena = (struct arena){0};
}

void *arena_take(struct arena *arena, size_t size)
{
    /* The block begins with a page. Each piece is rounded up, so that the next one is aligned too. An empty
     * piece takes room as well: protobuf-c would read NULL as "no memory". */
    const size_t alignment = alignof(max_align_t);
    assert(arena->memory && arena->used <= arena->size);
    size_t room = arena->size - arena->used;
    size_t rounding = size == 0 ? alignment : (alignment - size % alignment) % alignment;
    if (size > room || room - size < rounding) {
        arena->ran_out = true;
        return NULL;
    }
    uint8_t *piece = arena->memory + arena->used;
    arena->used += size + rounding;
    return piece;
}
