/* P9: a missing master key turns nobody away, and the service key opens what an open case needs and no more.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "tests/worlds/sealed_world.h"

/* As the page says. */
enum { AT_GENERATION = 6, AT_CALLBACK = 88, CALLBACK_BYTES = 72 };

static struct sealed_world world;
static const uint8_t zeros[CALLBACK_BYTES];

static uint8_t generation_of(uint32_t number)
{
    return sealed_slot(&world, number, false)[AT_GENERATION];
}

static struct seals_count count_all(void)
{
    struct seals_count count;
    assert_int_equal(seals_counted(world.seals, &count), SEALS_OK);
    return count;
}

static struct seals_walk rewrap_all(void)
{
    struct seals_walk walk = {0};
    assert_int_equal(seals_rewrap(world.seals, &walk, 1000), SEALS_OK);
    assert_true(walk.done);
    assert_int_equal(seals_sync(world.seals), SEALS_OK);
    return walk;
}

/* --- generation 0 ----------------------------------------------------------------------------------- */

static void P9_while_the_master_key_is_missing_referrals_are_taken(void **state)
{
    (void)state;
    sealed_make(&world, 4, 1);
    for (int again = 0; again < 2; again++) {
        sealed_reopen(&world, MASTER_NONE, 4 + 4 * (uint32_t)again, 1 + (uint32_t)again);
        assert_int_equal(world.opening, SEALS_LOCKED);
        assert_non_null(strstr(world.message, "new referrals are sealed under the broker's own key"));
        sealed_make(&world, 8, 2);
        for (uint32_t i = 1; i <= 8; i++) {
            assert_int_equal(generation_of(i), i <= 4 ? 1 : SLOT_SERVICE);
            assert_int_equal(sealed_find(&world, i, false), i <= 4 ? SEALS_NO_MASTER : SEALS_OK);
            assert_int_equal(sealed_find_callback(&world, i, false), SEALS_OK);
        }
        assert_int_equal(sealed_find(&world, 2, true), SEALS_OK);
        assert_int_equal(count_all().by_service, 5);
        assert_int_equal(count_all().unopened, 5);
        assert_int_equal(count_all().by_service_unopened + count_all().outdated, 0);
    }
}

static void P9_once_the_master_key_is_back_it_wraps_all(void **state)
{
    (void)state;
    sealed_make(&world, 4, 1);
    sealed_use(&world, MASTER_NONE);
    sealed_make(&world, 20, 2);
    assert_int_equal(sealed_use(&world, MASTER_ONE), SEALS_GOOD);
    assert_int_equal(count_all().unopened, 0);
    assert_int_equal(count_all().outdated, 17);
    sealed_make(&world, 21, 2);
    assert_int_equal(generation_of(21), 1);
    struct seals_walk walk = rewrap_all();
    assert_int_equal(walk.rewrapped, 17);
    assert_int_equal(walk.unopened + walk.torn, 0);
    assert_int_equal(count_all().by_service + count_all().outdated, 0);
    /* From now on the service key alone opens none of them. */
    sealed_reopen(&world, MASTER_NONE, 21, 2);
    for (uint32_t i = 1; i <= 21; i++)
        assert_int_equal(sealed_find(&world, i, false), SEALS_NO_MASTER);
    sealed_reopen(&world, MASTER_ONE, 21, 2);
    for (uint32_t i = 1; i <= 21; i++)
        assert_int_equal(sealed_find(&world, i, false), SEALS_OK);
}

/* What it wrapped would be lost once the right one is back. */
static void P9_a_wrong_master_key_wraps_nothing_however_long_there_was_none(void **state)
{
    (void)state;
    struct seals_walk walk = {0};
    sealed_make(&world, 3, 0);
    sealed_use(&world, MASTER_NONE);
    sealed_make(&world, 3 + 3 * SEALS_PROBES, 0);
    static const struct {
        enum sealed_master master;
        const char *says;
    } wrong[] = {
        {MASTER_OF_ANOTHER, "generation 1 is another ledger's, or was changed: it does not open R-0003"},
        {MASTER_TWO_ALONE, "generation 1 is missing, and it is what opens R-0003"}};
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t next = world.committed[0] + 1;
        assert_int_equal(sealed_use(&world, wrong[i].master), SEALS_LOCKED);
        assert_non_null(strstr(world.message, wrong[i].says));
        assert_int_equal(seals_rewrap(world.seals, &walk, 1000), SEALS_NO_MASTER);
        sealed_make(&world, next, 0);
        assert_int_equal(generation_of(next), SLOT_SERVICE);
        assert_int_equal(generation_of(4), SLOT_SERVICE);
    }
    assert_int_equal(sealed_use(&world, MASTER_ONE), SEALS_GOOD);
    assert_int_equal(rewrap_all().rewrapped, 3 * SEALS_PROBES + 2);
    for (uint32_t i = 1; i <= world.committed[0]; i++)
        assert_int_equal(sealed_find(&world, i, false), SEALS_OK);
}

static void P9_a_first_master_key_takes_over_what_was_taken_without_any(void **state)
{
    (void)state;
    sealed_use(&world, MASTER_NONE);
    sealed_make(&world, 3 * SEALS_PROBES, 0);
    /* An old slot that is gone makes the file no older copy, although the look back comes by. */
    memset(sealed_slot(&world, 2, false), 0, SLOT_BYTES);
    sealed_reopen(&world, MASTER_BOTH, 3 * SEALS_PROBES, 0);
    assert_int_equal(world.opening, SEALS_GOOD);
    assert_int_equal(count_all().missing, 1);
    assert_int_equal(rewrap_all().rewrapped, 3 * SEALS_PROBES - 1);
    assert_int_equal(generation_of(1), 2);
}

/* --- another service key ---------------------------------------------------------------------------- */

static void P9_another_key_of_the_brokers_own_is_named_and_counted(void **state)
{
    (void)state;
    uint8_t before[SLOT_BYTES];
    sealed_make(&world, 3, 1);
    sealed_use(&world, MASTER_NONE);
    sealed_make(&world, 6, 1);
    sealed_change_service(&world, true);
    sealed_reopen(&world, MASTER_ONE, 6, 1);
    assert_int_equal(world.opening, SEALS_OTHER_SERVICE);
    assert_non_null(strstr(world.message, "the broker's own key is not the one that sealed R-0006"));
    assert_non_null(strstr(world.message, "put the former key file back"));
    assert_int_equal(sealed_find(&world, 3, false), SEALS_OK);
    assert_int_equal(sealed_find_callback(&world, 3, false), SEALS_OK);
    assert_int_equal(sealed_find(&world, 4, false), SEALS_ALTERED);
    assert_int_equal(sealed_find_callback(&world, 4, false), SEALS_ALTERED);
    struct seals_count count = count_all();
    assert_int_equal(count.by_service, 3);
    assert_int_equal(count.by_service_unopened, 3);
    assert_int_equal(count.unopened, 3);
    assert_int_equal(count.callbacks, 7);
    assert_int_equal(count.callbacks_unopened, 7);

    memcpy(before, sealed_slot(&world, 4, false), sizeof before);
    struct seals_walk walk = rewrap_all();
    assert_int_equal(walk.unopened, 3);
    assert_int_equal(walk.rewrapped, 0);
    assert_memory_equal(before, sealed_slot(&world, 4, false), sizeof before);

    sealed_reopen(&world, MASTER_NONE, 6, 1);
    assert_int_equal(world.opening, SEALS_LOCKED); /* and says both */
    assert_non_null(
        strstr(world.message, "master key of generation 1 is missing, and it is what opens R-0003"));
    assert_non_null(strstr(world.message, "; the broker's own key is not the one that sealed R-0006"));
    assert_int_equal(sealed_find_callback(&world, 3, false), SEALS_ALTERED);
    sealed_make(&world, 7, 1);
    assert_int_equal(sealed_find(&world, 7, false), SEALS_OK);

    sealed_change_service(&world, false);
    sealed_reopen(&world, MASTER_ONE, 6, 1);
    assert_int_equal(world.opening, SEALS_GOOD);
    assert_string_equal(world.message, "");
    assert_int_equal(rewrap_all().rewrapped, 3);
    assert_int_equal(count_all().unopened, 0);
}

/* With the master key, cases that were open go on; only what opens them without it is gone. */
static void P9_another_service_key_costs_no_record_that_the_master_key_wrapped(void **state)
{
    (void)state;
    sealed_make(&world, 3, 0);
    assert_int_equal(seals_end_case(world.seals, sealed_case(3, false)), SEALS_OK);
    sealed_change_service(&world, true);
    sealed_reopen(&world, MASTER_ONE, 3, 0);
    assert_int_equal(world.opening, SEALS_OTHER_SERVICE);
    assert_non_null(strstr(world.message, "R-0002"));
    assert_int_equal(seals_end_case(world.seals, sealed_case(2, false)), SEALS_OK);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, false)), SEALS_OK);
    sealed_reopen(&world, MASTER_ONE, 3, 0);
    assert_int_equal(world.opening, SEALS_GOOD);
    for (uint32_t i = 1; i <= 3; i++)
        assert_int_equal(sealed_find_callback(&world, i, false), SEALS_OK);
}

/* Whatever stands beside the callback key stays as it is. */
static void P9_a_callback_key_is_wrapped_again_of_a_case_that_goes_on(void **state)
{
    (void)state;
    uint8_t before[AT_CALLBACK];
    sealed_make(&world, 2, 1);
    sealed_reopen(&world, MASTER_ONE, 2, 1);
    memcpy(before, sealed_slot(&world, 1, false), sizeof before);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, false)), SEALS_OK);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, true)), SEALS_OK);
    for (int times = 0; times < 2; times++) {
        assert_int_equal(seals_reopen_case(world.seals, sealed_case(1, false)), SEALS_OK);
        assert_int_equal(seals_reopen_case(world.seals, sealed_case(1, true)), SEALS_OK);
    }
    assert_memory_equal(sealed_slot(&world, 1, false), before, sizeof before);
    assert_int_equal(seals_erase(world.seals, sealed_case(2, false)), SEALS_OK);
    assert_int_equal(seals_reopen_case(world.seals, sealed_case(2, false)), SEALS_ERASED);
    sealed_reopen(&world, MASTER_NONE, 2, 1);
    assert_int_equal(sealed_find_callback(&world, 1, false), SEALS_OK);
    assert_int_equal(sealed_find_callback(&world, 1, true), SEALS_OK);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, false)), SEALS_OK);
    assert_int_equal(seals_reopen_case(world.seals, sealed_case(1, false)), SEALS_NO_MASTER);
}

/* --- the callback key ------------------------------------------------------------------------------- */

static void P9_a_callback_key_is_derived_as_the_page_says(void **state)
{
    (void)state;
    /* python3: hashlib.blake2b(b"concordat-callback-1", key=bytes(range(32)), digest_size=32) */
    static const char expected[] = "c07d32518bda0d1b824af14e55b1cc5510a0e1852c87d86b2d55fd51f6022d4e";
    uint8_t key[SEAL_KEY_BYTES], callback[SEAL_KEY_BYTES];
    char hex[2 * SEAL_KEY_BYTES + 1];
    for (uint8_t i = 0; i < SEAL_KEY_BYTES; i++)
        key[i] = i;
    seals_callback_key(key, callback);
    assert_string_equal(sodium_bin2hex(hex, sizeof hex, callback, sizeof callback), expected);
}

static void P9_a_callback_opens_without_the_master_key_until_its_case_has_ended(void **state)
{
    (void)state;
    uint8_t wrapped[CALLBACK_BYTES];
    sealed_make(&world, 4, 2);
    sealed_reopen(&world, MASTER_NONE, 4, 2);
    for (uint32_t i = 1; i <= 4; i++) {
        assert_int_equal(sealed_find(&world, i, false), SEALS_NO_MASTER);
        assert_int_equal(sealed_find_callback(&world, i, false), SEALS_OK);
    }
    memcpy(wrapped, sealed_slot(&world, 1, false) + AT_CALLBACK, sizeof wrapped);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, false)), SEALS_OK);
    assert_int_equal(seals_end_case(world.seals, sealed_case(1, true)), SEALS_OK);
    assert_int_equal(seals_erase(world.seals, sealed_case(2, false)), SEALS_OK);
    for (size_t at = 0; at + 8 <= sizeof wrapped; at += 8)
        assert_null(memmem(world.file.kept, world.file.room, wrapped + at, 8));
    assert_memory_equal(sealed_slot(&world, 1, false) + AT_CALLBACK, zeros, sizeof zeros);
    assert_memory_equal(sealed_slot(&world, 2, false) + AT_CALLBACK, zeros, sizeof zeros);
    for (int there = 0; there < 2; there++) {
        sealed_reopen(&world, there ? MASTER_ONE : MASTER_NONE, 4, 2);
        assert_int_equal(sealed_find_callback(&world, 1, false), there ? SEALS_OK : SEALS_NO_MASTER);
        assert_int_equal(sealed_find_callback(&world, 1, true), there ? SEALS_OK : SEALS_NO_MASTER);
        assert_int_equal(sealed_find_callback(&world, 2, false), SEALS_ERASED);
        assert_int_equal(sealed_find_callback(&world, 3, false), SEALS_OK);
        assert_int_equal(sealed_find_callback(&world, 2, true), SEALS_OK);
        assert_int_equal(sealed_find_callback(&world, 5, false), SEALS_NONE);
        assert_int_equal(count_all().callbacks, 3);
    }
    assert_int_equal(sealed_find(&world, 1, false), SEALS_OK);
}

/* A slot that claims another generation, and whose callback key claims to be the referral's. */
static void P9_the_service_key_opens_no_record_that_the_master_key_wrapped(void **state)
{
    (void)state;
    sealed_make(&world, 2, 0);
    sealed_reopen(&world, MASTER_NONE, 2, 0);
    uint8_t *slot = sealed_slot(&world, 1, false);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_NO_MASTER);
    slot[AT_GENERATION] = SLOT_SERVICE;
    slot_put_check(slot);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_ALTERED);
    memcpy(slot + 8, slot + AT_CALLBACK, CALLBACK_BYTES);
    slot_put_check(slot);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_ALTERED);
    assert_int_equal(sealed_find_callback(&world, 1, false), SEALS_OK);
    /* Nor does a callback key open beside another referral. */
    memcpy(sealed_slot(&world, 2, false) + AT_CALLBACK, slot + AT_CALLBACK, CALLBACK_BYTES);
    slot_put_check(sealed_slot(&world, 2, false));
    assert_int_equal(sealed_find_callback(&world, 2, false), SEALS_ALTERED);
}

/* Also in a slot that nobody can use, and on a disk that fails. */
static void P9_a_case_may_end_twice_and_what_cannot_be_ended_is_said(void **state)
{
    (void)state;
    sealed_make(&world, 6, 0);
    static const int errors[] = {ENOSPC, EIO};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        world.file.fails_at = world.file.calls + 1;
        world.file.error = errors[i];
        assert_int_equal(seals_end_case(world.seals, sealed_case(1, false)),
                         errors[i] == ENOSPC ? SEALS_FULL : SEALS_FAILED);
    }
    assert_int_equal(seals_erase(world.seals, sealed_case(2, false)), SEALS_OK);
    sealed_slot(&world, 3, false)[34] ^= 1;
    memset(sealed_slot(&world, 4, false), 0, SLOT_BYTES);
    memcpy(sealed_slot(&world, 5, false), sealed_slot(&world, 6, false), SLOT_BYTES);
    static const enum seals_status found[] = {SEALS_OK, SEALS_ERASED, SEALS_TORN, SEALS_NONE, SEALS_OTHER};
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t number = 1 + i % 5;
        assert_int_equal(seals_end_case(world.seals, sealed_case(number, false)), SEALS_OK);
        assert_int_equal(sealed_find(&world, number, false), found[number - 1]);
        assert_int_equal(sealed_find_callback(&world, number, false), found[number - 1]);
        assert_memory_equal(sealed_slot(&world, number, false) + AT_CALLBACK, zeros, sizeof zeros);
    }
    sealed_use(&world, MASTER_NONE);
    assert_int_equal(sealed_find_callback(&world, 1, false), SEALS_NO_MASTER);
}

static void P9_a_rotation_leaves_the_callback_key_as_it_is(void **state)
{
    (void)state;
    uint8_t before[CALLBACK_BYTES];
    sealed_make(&world, 2, 0);
    assert_int_equal(seals_end_case(world.seals, sealed_case(2, false)), SEALS_OK);
    memcpy(before, sealed_slot(&world, 1, false) + AT_CALLBACK, sizeof before);
    sealed_use(&world, MASTER_BOTH);
    assert_int_equal(rewrap_all().rewrapped, 2);
    assert_memory_equal(before, sealed_slot(&world, 1, false) + AT_CALLBACK, sizeof before);
    assert_memory_equal(sealed_slot(&world, 2, false) + AT_CALLBACK, zeros, sizeof zeros);
    sealed_reopen(&world, MASTER_NONE, 2, 0);
    assert_int_equal(sealed_find_callback(&world, 1, false), SEALS_OK);
    assert_int_equal(sealed_find_callback(&world, 2, false), SEALS_NO_MASTER);
}

/* As a disk flips it, and as somebody does who makes the check right again. The world compares each key that
 * is found with the one that was made. */
static void P9_no_bit_of_a_slot_can_flip_and_give_a_wrong_key(void **state)
{
    (void)state;
    sealed_make(&world, 1, 0);
    sealed_use(&world, MASTER_NONE);
    sealed_make(&world, 2, 0);
    for (uint32_t number = 1; number <= 2; number++) {
        uint8_t *slot = sealed_slot(&world, number, false), before[SLOT_BYTES];
        enum seals_status whole = sealed_find(&world, number, false);
        memcpy(before, slot, sizeof before);
        for (size_t bit = 0; bit < 8 * SLOT_BYTES; bit++) {
            bool of_callback = bit / 8 >= AT_CALLBACK && bit / 8 < AT_CALLBACK + CALLBACK_BYTES;
            slot[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(sealed_find(&world, number, false), of_callback ? whole : SEALS_TORN);
            assert_int_equal(sealed_find_callback(&world, number, false), !of_callback ? SEALS_TORN
                                                                          : whole == SEALS_OK
                                                                              ? SEALS_OK
                                                                              : SEALS_ALTERED);
            slot_put_check(slot);
            sealed_find(&world, number, false);
            sealed_find_callback(&world, number, false);
            memcpy(slot, before, sizeof before);
        }
        assert_int_equal(sealed_find_callback(&world, number, false), SEALS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SEALED_WORLD(P9_while_the_master_key_is_missing_referrals_are_taken, &world),
        IN_SEALED_WORLD(P9_once_the_master_key_is_back_it_wraps_all, &world),
        IN_SEALED_WORLD(P9_a_wrong_master_key_wraps_nothing_however_long_there_was_none, &world),
        IN_SEALED_WORLD(P9_a_first_master_key_takes_over_what_was_taken_without_any, &world),
        IN_SEALED_WORLD(P9_another_key_of_the_brokers_own_is_named_and_counted, &world),
        IN_SEALED_WORLD(P9_another_service_key_costs_no_record_that_the_master_key_wrapped, &world),
        IN_SEALED_WORLD(P9_a_callback_key_is_wrapped_again_of_a_case_that_goes_on, &world),
        cmocka_unit_test(P9_a_callback_key_is_derived_as_the_page_says),
        IN_SEALED_WORLD(P9_a_callback_opens_without_the_master_key_until_its_case_has_ended, &world),
        IN_SEALED_WORLD(P9_the_service_key_opens_no_record_that_the_master_key_wrapped, &world),
        IN_SEALED_WORLD(P9_a_case_may_end_twice_and_what_cannot_be_ended_is_said, &world),
        IN_SEALED_WORLD(P9_a_rotation_leaves_the_callback_key_as_it_is, &world),
        IN_SEALED_WORLD(P9_no_bit_of_a_slot_can_flip_and_give_a_wrong_key, &world),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
