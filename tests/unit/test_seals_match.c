/* test_seals_match.c: P9: keys that were taken to another place open there what they opened before, and what
 * was erased is erased there too. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "broker/seals/seals_match.h"
#include "tests/worlds/sealed_world.h"

static struct sealed_world world;
static struct memory_file other; /* to which the world's keys are taken */

/* Returns 0, or the errno of the first page that failed. */
static int match_all(struct seals_match *match)
{
    const struct seals_file from = memory_file_calls(&world.file), to = memory_file_calls(&other);
    int error = 0;
    *match = (struct seals_match){0};
    while (!match->done && !error)
        error = seals_match_page(&from, &to, match);
    return error;
}

static void expect_same(void)
{
    for (size_t at = 0; at < world.file.size || at < other.size; at++)
        assert_int_equal(at < world.file.size ? world.file.now[at] : 0, at < other.size ? other.now[at] : 0);
}

static int close_other(void **state)
{
    memory_file_close(&other);
    other = (struct memory_file){0};
    return sealed_tear_down(state);
}

static void P9_keys_in_another_place_are_the_same_and_what_was_erased_is_erased(void **state)
{
    (void)state;
    struct seals_match match;
    sealed_make(&world, 20, 3);
    assert_int_equal(match_all(&match), 0);
    expect_same();
    assert_int_equal(match_all(&match), 0);
    assert_int_equal(match.written, 0);
    assert_int_equal(seals_erase(world.seals, sealed_case(7, false)), SEALS_OK);
    assert_int_equal(seals_erase(world.seals, sealed_case(2, true)), SEALS_OK);
    assert_int_equal(match_all(&match), 0);
    assert_int_equal(match.written, 2);
    expect_same();
}

/* Those who use the second place next have the numbers of the first. */
static void P9_what_the_first_place_has_not_is_emptied_in_the_second(void **state)
{
    (void)state;
    struct seals_match match;
    sealed_make(&world, 5, 0);
    assert_int_equal(match_all(&match), 0);
    memset(sealed_slot(&world, 4, false), 0, SLOT_BYTES);
    assert_int_equal(match_all(&match), 0);
    assert_int_equal(match.written, 1);
    expect_same();
}

/* Numbers of which only cases, or only drills, need more than two steps: the others are holes. */
static void P9_holes_do_not_end_it(void **state)
{
    (void)state;
    uint8_t slot[SLOT_BYTES];
    struct seals_match match;
    struct seals_file file = memory_file_calls(&world.file);
    const uint64_t step = (uint64_t)SEALS_STEP_SLOTS * SLOT_BYTES;
    for (uint64_t i = 0; i < 6; i += 2) {
        memset(slot, 0x40 + (int)i, sizeof slot);
        assert_int_equal(file.write(file.context, slot, sizeof slot, 4096 + (i + 1) * step), 0);
    }
    assert_int_equal(match_all(&match), 0);
    expect_same();
}

static void test_it_is_told_whose_the_keys_are(void **state)
{
    (void)state;
    const struct seals_file ours = memory_file_calls(&world.file), nothing = memory_file_calls(&other);
    uint8_t another[SLOT_LEDGER_BYTES];
    memcpy(another, world.setting.ledger, sizeof another);
    another[3] ^= 1;
    assert_int_equal(seals_owner_of(&ours, world.setting.ledger), SEALS_OF_THIS);
    assert_int_equal(seals_owner_of(&ours, another), SEALS_OF_ANOTHER);
    assert_int_equal(seals_owner_of(&nothing, another), SEALS_OF_NOBODY);
    world.file.fails_at = world.file.calls + 1;
    world.file.error = EIO;
    assert_int_equal(seals_owner_of(&ours, world.setting.ledger), SEALS_UNKNOWN_OWNER);
}

static void test_each_failure_is_told_with_the_file_that_failed(void **state)
{
    (void)state;
    struct seals_match match;
    sealed_make(&world, 3, 0);
    for (int of_other = 0; of_other < 2; of_other++) {
        struct memory_file *failing = of_other ? &other : &world.file;
        failing->fails_at = failing->calls + 2;
        failing->error = ENOSPC;
        assert_int_equal(match_all(&match), ENOSPC);
        assert_int_equal(match.reads_from, !of_other);
        failing->fails_at = 0;
    }
    assert_int_equal(match_all(&match), 0);
    expect_same();
}

#define MATCHED(test) cmocka_unit_test_prestate_setup_teardown(test, sealed_set_up, close_other, &world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MATCHED(P9_keys_in_another_place_are_the_same_and_what_was_erased_is_erased),
        MATCHED(P9_what_the_first_place_has_not_is_emptied_in_the_second),
        MATCHED(P9_holes_do_not_end_it),
        MATCHED(test_it_is_told_whose_the_keys_are),
        MATCHED(test_each_failure_is_told_with_the_file_that_failed),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("seals_match", tests, NULL, NULL);
}
