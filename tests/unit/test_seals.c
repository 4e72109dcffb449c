/* P9: each referral has its own key, which is found while it exists and gone once it is erased,
 * whatever the disk does. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "tests/worlds/sealed_world.h"

static struct sealed_world world;
static uint8_t key[SEAL_KEY_BYTES];
static const uint8_t zeros[SLOT_BYTES];

/* --- keys ------------------------------------------------------------------------------------------- */

static void P9_each_referral_has_its_own_key_and_keeps_it(void **state)
{
    (void)state;
    sealed_make(&world, 20, 3);
    sealed_reopen(&world, MASTER_ONE, 20, 3);
    assert_int_equal(world.opening, SEALS_GOOD);
    for (uint32_t i = 1; i <= 20; i++) {
        assert_int_equal(sealed_find(&world, i, false), SEALS_OK);
        assert_null(memmem(world.file.now, world.file.size, world.keys[0][i], SEAL_KEY_BYTES));
        for (uint32_t other = 1; other < i; other++)
            assert_memory_not_equal(world.keys[0][i], world.keys[0][other], SEAL_KEY_BYTES);
    }
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(sealed_find(&world, i, true), SEALS_OK);
        assert_memory_not_equal(world.keys[1][i], world.keys[0][i], SEAL_KEY_BYTES);
    }
    assert_int_equal(sealed_find(&world, 21, false), SEALS_NONE);
    assert_int_equal(sealed_find(&world, 4, true), SEALS_NONE);
    assert_int_equal(sealed_find(&world, 4000000000, false), SEALS_NONE);
}

static void P9_asking_again_gives_the_same_key(void **state)
{
    (void)state;
    for (int drill = 0; drill < 2; drill++) {
        for (uint32_t i = 1; i <= 3; i++)
            assert_int_equal(seals_make(world.seals, sealed_case(i, drill), world.keys[drill][i]), SEALS_OK);
        uint64_t calls = world.file.calls;
        for (uint32_t i = 1; i <= 3; i++) {
            assert_int_equal(seals_make(world.seals, sealed_case(i, drill), key), SEALS_OK);
            assert_memory_equal(key, world.keys[drill][i], sizeof key);
            assert_int_equal(sealed_find(&world, i, drill), SEALS_OK);
            assert_int_equal(sealed_find_callback(&world, i, drill), SEALS_OK);
        }
        assert_int_equal(world.file.calls, calls); /* all of it from memory */
    }
    sealed_reopen(&world, MASTER_ONE, 2, 0); /* the events of the first two cases came to disk */
    for (uint32_t i = 1; i <= 2; i++)
        assert_int_equal(seals_make(world.seals, sealed_case(i, false), world.keys[0][i]), SEALS_OK);
    assert_int_equal(sealed_find(&world, 3, false), SEALS_NONE);
    assert_int_equal(sealed_find(&world, 1, true), SEALS_NONE);
}

static void P9_a_key_is_on_disk_before_anybody_is_handed_it(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= SEALS_STEP_SLOTS + 2 * SEALS_POOL; i++) {
        uint8_t found[SEAL_KEY_BYTES];
        struct slot slot;
        assert_int_equal(seals_make(world.seals, sealed_case(i, false), key), SEALS_OK);
        slot_read(world.file.kept + (sealed_slot(&world, i, false) - world.file.now), &slot);
        assert_int_equal(slot.state, SLOT_LIVE);
        assert_int_equal(slot.number, i);
        assert_true(slot_unwrap(&slot, world.setting.ledger, master_key_of(world.masters[0], 1), found));
        assert_memory_equal(key, found, sizeof key);
        seals_committed(world.seals, false, i);
    }
}

/* In a crash, or when nobody was given them: they are as good as new ones, and a copy of the file has them.
 */
static void P9_keys_that_were_drawn_ahead_are_taken_at_the_next_opening(void **state)
{
    (void)state;
    uint32_t emptied;
    struct memory_file copy = {0};
    sealed_make(&world, 3, 1);
    memory_file_copy(&copy, &world.file);
    for (int crash = 0; crash < 2; crash++) {
        sealed_reopen(&world, MASTER_ONE, 3, 1);
        assert_int_equal(seals_collect(world.seals, &emptied), SEALS_OK);
        assert_int_equal(emptied, 0);
        uint64_t calls = world.file.calls;
        for (uint32_t i = 4; i <= 3 + SEALS_POOL / 2; i++)
            assert_int_equal(seals_make(world.seals, sealed_case(i, false), i <= 40 ? world.keys[0][i] : key),
                             SEALS_OK);
        assert_int_equal(world.file.calls, calls);
    }
    seals_committed(world.seals, false, 40);
    for (uint32_t i = 1; i <= 40; i++)
        assert_int_equal(sealed_find(&world, i, false), SEALS_OK);
    memory_file_copy(&world.file, &copy);
    memory_file_close(&copy);
    sealed_reopen(&world, MASTER_ONE, 40, 1);
    for (uint32_t i = 1; i <= 40; i++)
        assert_int_equal(sealed_find(&world, i, false), SEALS_OK);
}

static void P9_no_turn_waits_for_a_key_after_a_quiet_moment(void **state)
{
    (void)state;
    assert_int_equal(seals_prepare(world.seals), SEALS_OK);
    assert_int_equal(world.file.size, 4096 + SEALS_STEP_SLOTS * SLOT_BYTES); /* and no drill was ever held */
    sealed_make(&world, 1, 1);
    for (uint32_t i = 2; i <= 2 * SEALS_STEP_SLOTS; i++) {
        bool drill = i % 2;
        if (i % (SEALS_POOL / 2) == 0)
            assert_int_equal(seals_prepare(world.seals), SEALS_OK);
        uint64_t calls = world.file.calls;
        assert_int_equal(seals_make(world.seals, sealed_case(1 + i / 2, drill), key), SEALS_OK);
        assert_int_equal(world.file.calls, calls);
        seals_committed(world.seals, drill, 1 + i / 2);
    }
    uint64_t calls = world.file.calls;
    assert_int_equal(seals_prepare(world.seals), SEALS_OK);
    assert_int_equal(seals_prepare(world.seals), SEALS_OK);
    assert_true(world.file.calls - calls <= 4); /* most are ready still */
}

static void P9_a_thread_draws_ahead_and_its_keys_are_on_disk_when_they_are_handed_out(void **state)
{
    (void)state;
    enum { HANDED = 4 * SEALS_POOL, KEPT = 40 };
    const struct seal_random random = world.setting.random;
    assert_true(seals_start_thread(world.seals));
    for (uint32_t i = 1; i <= HANDED; i++) {
        uint8_t *into = i + KEPT > HANDED ? world.keys[0][i + KEPT - HANDED] : key;
        assert_int_equal(seals_prepare(world.seals), SEALS_OK);
        assert_int_equal(seals_make(world.seals, sealed_case(i, false), into), SEALS_OK);
        seals_committed(world.seals, false, i);
    }
    seals_close(&world.seals);
    memory_file_crash(&world.file, &random);
    sealed_reopen(&world, MASTER_ONE, HANDED, 0);
    for (uint32_t i = 1; i <= KEPT; i++) {
        assert_int_equal(seals_find(world.seals, sealed_case(HANDED - KEPT + i, false), key), SEALS_OK);
        assert_memory_equal(key, world.keys[0][i], sizeof key);
    }
}

static void P9_a_disk_that_fails_or_is_full_while_a_thread_draws_ahead_is_said(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EIO};
    uint32_t made = 0;
    assert_true(seals_start_thread(world.seals));
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        enum seals_status expected = errors[i] == EIO ? SEALS_FAILED : SEALS_OK;
        while (made <= SEALS_POOL / 2 + i * SEALS_POOL) /* so that few are left */
            assert_int_equal(seals_make(world.seals, sealed_case(++made, false), key), SEALS_OK);
        seals_committed(world.seals, false, made);
        world.file.fails_at = world.file.calls + 1;
        world.file.error = errors[i];
        assert_int_equal(seals_prepare(world.seals), SEALS_OK);
        assert_int_equal(seals_sync(world.seals), expected);
        assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), expected);
        assert_int_equal(seals_prepare(world.seals), expected);
        assert_int_equal(seals_sync(world.seals), expected);
    }
}

/* Else what an older generation wrapped would be lost once that is taken away. */
static void P9_another_master_key_wraps_what_nobody_was_given_yet(void **state)
{
    (void)state;
    static const enum sealed_master masters[] = {MASTER_BOTH, MASTER_NONE, MASTER_BOTH};
    uint32_t made = 0;
    for (size_t i = 0; i < sizeof masters / sizeof *masters; i++) {
        sealed_make(&world, made += 3, 0);
        sealed_use(&world, masters[i]);
        assert_int_equal(seals_prepare(world.seals), SEALS_OK);
        for (uint32_t ahead = made + 1; ahead <= made + SEALS_POOL; ahead++)
            assert_int_equal(sealed_slot(&world, ahead, false)[6], masters[i] == MASTER_NONE ? 0 : 2);
    }
}

/* Each thing that may stand in the slot of a referral whose event is in the ledger. */
static void P9_a_slot_whose_event_is_in_the_ledger_is_never_made_anew(void **state)
{
    (void)state;
    static const struct {
        int byte;
        enum seals_status found;
    } cases[] = {{-1, SEALS_NONE}, {34, SEALS_TORN}, {0, SEALS_TORN}, {255, SEALS_TORN}, {84, SEALS_TORN}};
    sealed_make(&world, 5, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *slot = sealed_slot(&world, (uint32_t)i + 1, false), before[SLOT_BYTES];
        if (cases[i].byte < 0)
            memset(slot, 0, SLOT_BYTES);
        else
            slot[cases[i].byte] ^= 1;
        memcpy(before, slot, sizeof before);
        assert_int_equal(sealed_find(&world, (uint32_t)i + 1, false), cases[i].found);
        memset(key, 1, sizeof key);
        assert_int_equal(seals_make(world.seals, sealed_case((uint32_t)i + 1, false), key), cases[i].found);
        assert_memory_equal(key, zeros, sizeof key);
        assert_memory_equal(slot, before, SLOT_BYTES);
    }
}

static void P9_slots_that_change_places_open_nothing(void **state)
{
    (void)state;
    uint8_t kept[SLOT_BYTES];
    sealed_make(&world, 3, 3);
    memcpy(kept, sealed_slot(&world, 1, false), SLOT_BYTES);
    memcpy(sealed_slot(&world, 1, false), sealed_slot(&world, 2, false), SLOT_BYTES);
    memcpy(sealed_slot(&world, 2, false), kept, SLOT_BYTES);
    memcpy(sealed_slot(&world, 3, true), sealed_slot(&world, 3, false), SLOT_BYTES);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_OTHER);
    assert_int_equal(sealed_find(&world, 2, false), SEALS_OTHER);
    assert_int_equal(sealed_find(&world, 3, true), SEALS_OTHER);
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_OTHER);
}

/* Somebody who knows the format makes the check right again: then the tag refuses. */
static void P9_a_slot_that_was_rewritten_by_hand_opens_nothing(void **state)
{
    (void)state;
    sealed_make(&world, 2, 1);
    uint8_t *first = sealed_slot(&world, 1, false);
    memcpy(sealed_slot(&world, 2, false) + 6, first + 6, 256 - 6); /* the first one's key */
    slot_put_check(sealed_slot(&world, 2, false));
    assert_int_equal(sealed_find(&world, 2, false), SEALS_ALTERED);
    memcpy(sealed_slot(&world, 1, true) + 6, first + 6, 256 - 6);
    slot_put_check(sealed_slot(&world, 1, true));
    assert_int_equal(sealed_find(&world, 1, true), SEALS_ALTERED);
    /* The two keys in a slot are bound apart: each opens, or is refused, by itself. */
    static const struct {
        int at;
        enum seals_status found, callback, callback_without_master;
    } bytes[] = {{0, SEALS_OTHER, SEALS_OTHER, SEALS_OTHER}, {3, SEALS_OTHER, SEALS_OTHER, SEALS_OTHER},
                 {4, SEALS_OTHER, SEALS_OTHER, SEALS_OTHER}, {5, SEALS_TORN, SEALS_TORN, SEALS_TORN},
                 {6, SEALS_NO_MASTER, SEALS_OK, SEALS_OK},   {7, SEALS_TORN, SEALS_TORN, SEALS_TORN},
                 {8, SEALS_ALTERED, SEALS_OK, SEALS_OK},     {31, SEALS_ALTERED, SEALS_OK, SEALS_OK},
                 {32, SEALS_ALTERED, SEALS_OK, SEALS_OK},    {79, SEALS_ALTERED, SEALS_OK, SEALS_OK},
                 {88, SEALS_OK, SEALS_OK, SEALS_ALTERED},    {111, SEALS_OK, SEALS_OK, SEALS_ALTERED},
                 {112, SEALS_OK, SEALS_OK, SEALS_ALTERED},   {159, SEALS_OK, SEALS_OK, SEALS_ALTERED},
                 {160, SEALS_TORN, SEALS_TORN, SEALS_TORN},  {255, SEALS_TORN, SEALS_TORN, SEALS_TORN}};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        uint8_t before[SLOT_BYTES];
        memcpy(before, first, sizeof before);
        first[bytes[i].at] ^= bytes[i].at == 5 ? 4 : bytes[i].at == 6 ? 2 : 1;
        slot_put_check(first);
        assert_int_equal(sealed_find(&world, 1, false), bytes[i].found);
        assert_int_equal(sealed_find_callback(&world, 1, false), bytes[i].callback);
        sealed_use(&world, MASTER_NONE);
        assert_int_equal(sealed_find_callback(&world, 1, false), bytes[i].callback_without_master);
        sealed_use(&world, MASTER_ONE);
        memcpy(first, before, sizeof before);
    }
    assert_int_equal(sealed_find(&world, 1, false), SEALS_OK);
}

/* --- erasing ---------------------------------------------------------------------------------------- */

static void P9_an_erased_key_is_in_no_byte_of_the_file(void **state)
{
    (void)state;
    uint8_t wrapped[SLOT_WRAPPED_BYTES];
    sealed_make(&world, 3, 0);
    memcpy(wrapped, sealed_slot(&world, 2, false) + 32, sizeof wrapped);
    assert_int_equal(seals_erase(world.seals, sealed_case(2, false)), SEALS_OK);
    for (size_t at = 0; at + 8 <= sizeof wrapped; at += 8)
        assert_null(memmem(world.file.kept, world.file.room, wrapped + at, 8));
    assert_int_equal(sealed_find(&world, 2, false), SEALS_ERASED);
    assert_int_equal(seals_make(world.seals, sealed_case(2, false), key), SEALS_ERASED);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_OK);
    assert_int_equal(sealed_find(&world, 3, false), SEALS_OK);
}

/* A slot that was written and not synced before a crash reads as erased, and may not be so on disk. */
static void P9_erasing_twice_is_the_same_and_syncs_each_time(void **state)
{
    (void)state;
    sealed_make(&world, 1, 0);
    world.file.fails_at = world.file.calls + 3; /* the sync */
    world.file.error = EIO;
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_FAILED);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_ERASED);
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_OK);
    struct slot slot;
    slot_read(world.file.kept + 4096, &slot);
    assert_int_equal(slot.state, SLOT_ERASED);
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_OK);
}

static void P9_a_torn_slot_can_be_erased_and_a_missing_one_is_said(void **state)
{
    (void)state;
    sealed_make(&world, 2, 0);
    sealed_slot(&world, 1, false)[60] ^= 1;
    memset(sealed_slot(&world, 2, false), 0, SLOT_BYTES);
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_OK);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_ERASED);
    assert_int_equal(seals_erase(world.seals, sealed_case(2, false)), SEALS_NONE);
}

/* --- torn writes ------------------------------------------------------------------------------------ */

/* Puts each beginning and each end of one slot's bytes over the other's, and finds the key. A callback key
 * that is torn by itself leaves the referral's key as it is. */
static void tear(const uint8_t *before, const uint8_t *after, enum seals_status is_before,
                 enum seals_status is_after)
{
    uint8_t *slot = sealed_slot(&world, 1, false);
    for (size_t cut = 0; cut <= SLOT_BYTES; cut++)
        for (int end = 0; end < 2; end++) {
            memcpy(slot, before, SLOT_BYTES);
            if (end)
                memcpy(slot + cut, after + cut, SLOT_BYTES - cut);
            else
                memcpy(slot, after, cut);
            bool whole = memcmp(slot, before, SLOT_BYTES) == 0 || memcmp(slot, after, SLOT_BYTES) == 0;
            bool key_before = memcmp(slot, before, SLOT_CALLBACK_AT) == 0;
            bool key_after = memcmp(slot, after, SLOT_CALLBACK_AT) == 0;
            enum seals_status expected = key_after ? is_after : key_before ? is_before : SEALS_TORN;
            enum seals_status found = sealed_find(&world, 1, false); /* compares the key too */
            assert_true(found == expected || (found == SEALS_TORN && !whole));
        }
    memcpy(slot, after, SLOT_BYTES);
}

static void P9_a_torn_write_at_any_byte_is_found_and_gives_no_wrong_key(void **state)
{
    (void)state;
    uint8_t live[SLOT_BYTES], rewrapped[SLOT_BYTES], ended[SLOT_BYTES], erased[SLOT_BYTES], other[SLOT_BYTES];
    struct seals_walk walk = {0};
    sealed_make(&world, 1, 1);
    memcpy(other, sealed_slot(&world, 1, true), SLOT_BYTES);
    memcpy(live, sealed_slot(&world, 1, false), SLOT_BYTES);
    sealed_use(&world, MASTER_BOTH);
    assert_int_equal(seals_rewrap(world.seals, &walk, 10), SEALS_OK);
    memcpy(rewrapped, sealed_slot(&world, 1, false), SLOT_BYTES);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, false)), SEALS_OK);
    memcpy(ended, sealed_slot(&world, 1, false), SLOT_BYTES);
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_OK);
    memcpy(erased, sealed_slot(&world, 1, false), SLOT_BYTES);
    tear(zeros, live, SEALS_NONE, SEALS_OK);
    tear(other, live, SEALS_OTHER, SEALS_OK);
    tear(live, rewrapped, SEALS_OK, SEALS_OK);
    tear(live, erased, SEALS_OK, SEALS_ERASED);
    tear(rewrapped, erased, SEALS_OK, SEALS_ERASED);
    tear(rewrapped, ended, SEALS_OK, SEALS_OK);
    tear(ended, erased, SEALS_OK, SEALS_ERASED);
    tear(other, zeros, SEALS_OTHER, SEALS_NONE);
}

/* --- rotation --------------------------------------------------------------------------------------- */

static void P9_a_rotation_goes_on_from_where_it_was_stopped(void **state)
{
    (void)state;
    struct seals_count count;
    sealed_make(&world, 20, 5);
    sealed_use(&world, MASTER_BOTH);
    for (uint32_t some = 0; some <= 25; some++) {
        struct seals_walk walk = {0};
        assert_int_equal(seals_rewrap(world.seals, &walk, some ? 1 : 0), SEALS_OK); /* one more each time */
        for (uint32_t i = 1; i < some; i++)
            assert_int_equal(seals_rewrap(world.seals, &walk, 1), SEALS_OK);
        assert_int_equal(walk.rewrapped, some ? 1 : 0);
        sealed_reopen(&world, MASTER_BOTH, 20, 5);
        assert_int_equal(world.opening, SEALS_GOOD);
        assert_int_equal(seals_counted(world.seals, &count), SEALS_OK);
        assert_int_equal(count.outdated, 25 - some);
        assert_int_equal(count.unopened, 0);
        for (uint32_t i = 1; i <= 25; i++)
            assert_int_equal(sealed_find(&world, i > 20 ? i - 20 : i, i > 20), SEALS_OK);
    }
    struct seals_walk walk = {0};
    assert_int_equal(seals_rewrap(world.seals, &walk, 26), SEALS_OK);
    assert_true(walk.done);
    assert_int_equal(walk.rewrapped + walk.unopened + walk.torn, 0);
    sealed_reopen(&world, MASTER_TWO_ALONE, 20, 5);
    assert_int_equal(world.opening, SEALS_GOOD);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_OK);
}

static void P9_a_rotation_leaves_what_it_cannot_open_and_says_so(void **state)
{
    (void)state;
    struct seals_walk walk = {0};
    uint8_t before[SLOT_BYTES];
    sealed_make(&world, 6, 0);
    assert_int_equal(seals_erase(world.seals, sealed_case(2, false)), SEALS_OK);
    sealed_slot(&world, 3, false)[60] ^= 1;
    sealed_slot(&world, 4, false)[60] ^= 1;
    slot_put_check(sealed_slot(&world, 4, false));
    memcpy(sealed_slot(&world, 5, false), sealed_slot(&world, 1, false), SLOT_BYTES);
    memcpy(before, sealed_slot(&world, 4, false), SLOT_BYTES);
    sealed_use(&world, MASTER_BOTH);
    assert_int_equal(seals_rewrap(world.seals, &walk, 100), SEALS_OK);
    assert_true(walk.done);
    assert_int_equal(walk.rewrapped, 2);
    assert_int_equal(walk.torn, 1);
    assert_int_equal(walk.unopened, 2);
    assert_memory_equal(before, sealed_slot(&world, 4, false), SLOT_BYTES);
    assert_int_equal(sealed_find(&world, 2, false), SEALS_ERASED);
    sealed_use(&world, MASTER_NONE);
    assert_int_equal(seals_rewrap(world.seals, &walk, 100), SEALS_NO_MASTER);
}

static void P9_a_rotation_comes_back_to_a_slot_that_could_not_be_written(void **state)
{
    (void)state;
    struct seals_walk walk = {0};
    sealed_make(&world, 4, 0);
    sealed_use(&world, MASTER_BOTH);
    world.file.fails_at = world.file.calls + 4; /* two reads and two writes: the second slot's write */
    world.file.error = ENOSPC;
    assert_int_equal(seals_rewrap(world.seals, &walk, 100), SEALS_FULL);
    assert_int_equal(walk.rewrapped, 1);
    assert_int_equal(seals_rewrap(world.seals, &walk, 100), SEALS_OK);
    assert_true(walk.done);
    assert_int_equal(walk.rewrapped, 4);
    sealed_use(&world, MASTER_TWO_ALONE);
    for (uint32_t i = 1; i <= 4; i++)
        assert_int_equal(sealed_find(&world, i, false), SEALS_OK);
}

static void P9_a_newer_generation_begins_the_rotation_again(void **state)
{
    (void)state;
    struct seals_walk walk = {0};
    sealed_make(&world, 4, 0);
    assert_int_equal(seals_rewrap(world.seals, &walk, 100), SEALS_OK);
    assert_true(walk.done);
    sealed_use(&world, MASTER_BOTH);
    assert_int_equal(seals_rewrap(world.seals, &walk, 3), SEALS_OK);
    assert_false(walk.done);
    assert_int_equal(walk.rewrapped, 3);
}

/* --- room, and a disk that fails -------------------------------------------------------------------- */

static void P9_numbers_of_any_size_have_their_own_place(void **state)
{
    (void)state;
    const uint32_t around[] = {1, SEALS_STEP_SLOTS, SEALS_STEP_SLOTS + 1, 2 * SEALS_STEP_SLOTS,
                               2 * SEALS_STEP_SLOTS + 1};
    uint8_t keys[2 * sizeof around / sizeof *around][SEAL_KEY_BYTES];
    size_t count = sizeof around / sizeof *around;
    for (size_t i = 0; i < 2 * count; i++) {
        bool drill = i >= count;
        seals_committed(world.seals, drill, around[i % count] - 1);
        assert_int_equal(seals_make(world.seals, sealed_case(around[i % count], drill), keys[i]), SEALS_OK);
    }
    for (size_t i = 0; i < 2 * count; i++) {
        assert_int_equal(seals_find(world.seals, sealed_case(around[i % count], i >= count), key), SEALS_OK);
        assert_memory_equal(key, keys[i], sizeof key);
    }
}

static void P9_a_full_disk_is_seen_before_anything_is_acknowledged(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EDQUOT, EFBIG};
    const uint64_t writes = SEALS_STEP_SLOTS / SEALS_POOL; /* of the room; then it syncs, and writes keys */
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        world.file.fails_at = world.file.calls + (i == 0 ? 1 : i == 1 ? writes : 2);
        world.file.error = errors[i];
        memset(key, 1, sizeof key);
        assert_int_equal(seals_make(world.seals, sealed_case(1, false), key), SEALS_FULL);
        assert_memory_equal(key, zeros, sizeof key);
    }
    uint64_t calls = world.file.calls;
    sealed_make(&world, 1, 0);
    assert_int_equal(world.file.calls - calls, writes + 1 + 2); /* once the step has room: keys, and a sync */
    assert_int_equal(world.file.size, 4096 + SEALS_STEP_SLOTS * SLOT_BYTES);
}

/* Opens, makes, syncs, prepares, counts, rotates, ends the case, erases, opens again and collects. Returns
 * whether any of these said that the disk failed; none says anything else than that or that all is well. */
static bool says_that_it_failed(void)
{
    struct seals_walk walk = {0};
    struct seals_count count;
    uint32_t collected;
    enum seals_status said[9] = {SEALS_OK};
    sealed_reopen(&world, MASTER_ONE, 0, 0);
    if (!world.seals)
        return world.opening == SEALS_UNREADABLE;
    said[0] = seals_make(world.seals, sealed_case(1, false), world.keys[0][1]);
    if (said[0] == SEALS_OK)
        seals_committed(world.seals, false, 1);
    said[1] = seals_sync(world.seals);
    said[8] = seals_prepare(world.seals);
    said[2] = seals_counted(world.seals, &count);
    said[3] = sealed_use(&world, MASTER_BOTH) == SEALS_UNREADABLE ? SEALS_FAILED : SEALS_OK;
    if (said[3] == SEALS_OK)
        said[4] = seals_rewrap(world.seals, &walk, 1);
    if (said[0] == SEALS_OK)
        said[7] = seals_end_case(world.seals, sealed_case(1, false));
    if (said[0] == SEALS_OK)
        said[5] = seals_erase(world.seals, sealed_case(1, false));
    sealed_reopen(&world, MASTER_BOTH, said[0] == SEALS_OK, 0);
    if (!world.seals)
        return world.opening == SEALS_UNREADABLE;
    said[6] = seals_collect(world.seals, &collected);
    bool failed = false;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        assert_true(said[i] == SEALS_OK || said[i] == SEALS_FAILED);
        failed |= said[i] == SEALS_FAILED;
    }
    return failed;
}

static void P9_a_call_that_fails_is_said_whichever_it_is(void **state)
{
    (void)state;
    uint64_t call = 0;
    do {
        memory_file_close(&world.file);
        world.file.fails_at = call += call < 100 ? 1 : 19; /* the many are readings of one slot each */
        world.file.error = EIO;
        assert_true(says_that_it_failed() == (world.file.calls >= call));
    } while (world.file.calls >= call);
    print_message("up to %llu calls, and one of them failed\n", (unsigned long long)call - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SEALED_WORLD(P9_each_referral_has_its_own_key_and_keeps_it, &world),
        IN_SEALED_WORLD(P9_asking_again_gives_the_same_key, &world),
        IN_SEALED_WORLD(P9_a_key_is_on_disk_before_anybody_is_handed_it, &world),
        IN_SEALED_WORLD(P9_keys_that_were_drawn_ahead_are_taken_at_the_next_opening, &world),
        IN_SEALED_WORLD(P9_no_turn_waits_for_a_key_after_a_quiet_moment, &world),
        IN_SEALED_WORLD(P9_a_thread_draws_ahead_and_its_keys_are_on_disk_when_they_are_handed_out, &world),
        IN_SEALED_WORLD(P9_a_disk_that_fails_or_is_full_while_a_thread_draws_ahead_is_said, &world),
        IN_SEALED_WORLD(P9_another_master_key_wraps_what_nobody_was_given_yet, &world),
        IN_SEALED_WORLD(P9_a_slot_whose_event_is_in_the_ledger_is_never_made_anew, &world),
        IN_SEALED_WORLD(P9_slots_that_change_places_open_nothing, &world),
        IN_SEALED_WORLD(P9_a_slot_that_was_rewritten_by_hand_opens_nothing, &world),
        IN_SEALED_WORLD(P9_an_erased_key_is_in_no_byte_of_the_file, &world),
        IN_SEALED_WORLD(P9_erasing_twice_is_the_same_and_syncs_each_time, &world),
        IN_SEALED_WORLD(P9_a_torn_slot_can_be_erased_and_a_missing_one_is_said, &world),
        IN_SEALED_WORLD(P9_a_torn_write_at_any_byte_is_found_and_gives_no_wrong_key, &world),
        IN_SEALED_WORLD(P9_a_rotation_goes_on_from_where_it_was_stopped, &world),
        IN_SEALED_WORLD(P9_a_rotation_leaves_what_it_cannot_open_and_says_so, &world),
        IN_SEALED_WORLD(P9_a_rotation_comes_back_to_a_slot_that_could_not_be_written, &world),
        IN_SEALED_WORLD(P9_a_newer_generation_begins_the_rotation_again, &world),
        IN_SEALED_WORLD(P9_numbers_of_any_size_have_their_own_place, &world),
        IN_SEALED_WORLD(P9_a_full_disk_is_seen_before_anything_is_acknowledged, &world),
        IN_SEALED_WORLD(P9_a_call_that_fails_is_said_whichever_it_is, &world),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
