/* An arena gives out zeroed, aligned memory until it is full, and then returns NULL. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/arena.h"

static void memory_is_zeroed_and_aligned_again_after_a_reset(void **state)
{
    (void)state;
    struct arena arena;
    assert_int_equal(arena_open(&arena, 4096), 0);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 40; size++) {
            uint8_t *piece = arena_take(&arena, size);
            assert_non_null(piece);
            assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(piece[i], 0);
            memset(piece, 0xff, size);
        }
        arena_reset(&arena);
        for (size_t i = 0; i < arena.size; i++)
            assert_int_equal(arena.memory[i], 0); /* wiped at once, not when it is taken again */
    }
    arena_close(&arena);
    assert_null(arena.memory);
}

static void a_full_arena_returns_null_and_stays_within_its_block(void **state)
{
    (void)state;
    struct arena arena;
    assert_int_equal(arena_open(&arena, 100), 0);
    assert_null(arena_take(&arena, 101));
    assert_null(arena_take(&arena, SIZE_MAX));
    assert_null(arena_take(&arena, SIZE_MAX - 8));
    assert_non_null(arena_take(&arena, 90));
    assert_null(arena_take(&arena, 4)); /* rounding this size up would go beyond the end */
    assert_true(arena.ran_out);
    assert_true(arena.used <= arena.size);
    arena_reset(&arena);
    assert_false(arena.ran_out);
    assert_non_null(arena_take(&arena, 64));
    assert_non_null(arena.allocator.alloc(arena.allocator.allocator_data, 32));
    assert_null(arena.allocator.alloc(arena.allocator.allocator_data, 32));
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned_again_after_a_reset),
        cmocka_unit_test(a_full_arena_returns_null_and_stays_within_its_block),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
