/* P9: a file of referral keys that does not fit its ledger or its master key is refused or named; garbage is
 * collected, and everything is counted. */
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

static void P9_another_generation_or_another_master_key_opens_nothing_and_is_named(void **state)
{
    (void)state;
    sealed_make(&world, 12, 0);
    assert_int_equal(seals_erase(world.seals, sealed_case(12, false)), SEALS_OK);
    static const struct {
        enum sealed_master master;
        enum seals_status found;
        const char *says;
    } cases[] = {{MASTER_TWO_ALONE, SEALS_NO_MASTER, "generation 1 is missing, and it is what opens R-0011"},
                 {MASTER_NONE, SEALS_NO_MASTER, "generation 1 is missing, and it is what opens R-0011"},
                 {MASTER_OF_ANOTHER, SEALS_ALTERED,
                  "generation 1 is another ledger's, or was changed: it does not open R-0011"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sealed_reopen(&world, cases[i].master, 12, 0);
        assert_int_equal(world.opening, SEALS_LOCKED);
        assert_non_null(strstr(world.message, cases[i].says));
        assert_int_equal(sealed_find(&world, 1, false), cases[i].found);
        assert_int_equal(sealed_find(&world, 12, false), SEALS_ERASED);
        assert_int_equal(seals_make(world.seals, sealed_case(11, false), key), cases[i].found);
        assert_int_equal(sealed_use(&world, MASTER_ONE), SEALS_GOOD);
        assert_string_equal(world.message, "");
        assert_int_equal(sealed_find(&world, 1, false), SEALS_OK);
        assert_int_equal(sealed_use(&world, cases[i].master), SEALS_LOCKED);
        assert_non_null(strstr(world.message, cases[i].says));
    }
}

/* One slot that somebody rewrote says nothing of the master key, if another one opens. */
static void P9_an_altered_slot_does_not_keep_new_keys_from_being_made(void **state)
{
    (void)state;
    sealed_make(&world, 3, 0);
    for (uint32_t i = 3; i >= 1; i--) {
        sealed_reopen(&world, MASTER_ONE, 3, 0);
        assert_int_equal(world.opening, SEALS_GOOD);
        assert_string_equal(world.message, "");
        sealed_slot(&world, i, false)[60] ^= 1;
        slot_put_check(sealed_slot(&world, i, false));
    }
    sealed_reopen(&world, MASTER_ONE, 3, 0);
    assert_int_equal(world.opening, SEALS_LOCKED);
}

static void P9_without_a_master_key_a_new_file_is_made_and_nobody_is_turned_away(void **state)
{
    (void)state;
    memory_file_close(&world.file);
    sealed_reopen(&world, MASTER_NONE, 0, 0);
    assert_int_equal(world.opening, SEALS_LOCKED);
    assert_non_null(strstr(world.message, "seals: the master key is missing"));
    assert_non_null(strstr(world.message, "new referrals are sealed under the broker's own key"));
    sealed_make(&world, 1, 0);
    assert_int_equal(sealed_use(&world, MASTER_ONE), SEALS_GOOD);
    sealed_make(&world, 2, 0);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_OK);
}

static void write_header(const char *magic, uint8_t version, const char *ledger)
{
    memset(world.file.now, 0, SLOT_BYTES);
    memcpy(world.file.now, magic, strlen(magic));
    world.file.now[11] = version;
    memcpy(world.file.now + 16, ledger, strlen(ledger));
    slot_put_check(world.file.now);
}

static void P9_a_file_that_is_not_this_ledgers_is_refused_and_left_as_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *magic;
        uint8_t version;
        const char *ledger;
        int damaged; /* a byte of the header; -1: none */
        enum seals_opening opening;
        const char *says;
    } cases[] = {
        {"CNCDSEAL", 1, "ledger northmoor", -1, SEALS_GOOD, ""},
        {"CNCDSEAL", 1, "ledger southfell", -1, SEALS_OTHER_LEDGER,
         "keys of another ledger; put the file back"},
        {"CNCDSEAL", 2, "ledger northmoor", -1, SEALS_NOT_OURS, "of another version; start the program"},
        {"CNCDSNAP", 1, "ledger northmoor", -1, SEALS_NOT_OURS, "no file of keys of Concordat; move it away"},
        {"SQLite f", 1, "ledger northmoor", -1, SEALS_NOT_OURS, "no file of keys of Concordat"},
        {"CNCDSEAL", 1, "ledger northmoor", 20, SEALS_TORN_HEADER, "dd if=COPY of=seals bs=256 count=1"},
        {"CNCDSEAL", 1, "ledger northmoor", 11, SEALS_TORN_HEADER, "damaged"},
        {"CNCDSEAL", 1, "ledger northmoor", 255, SEALS_TORN_HEADER, "damaged"},
        {"CNCDSEAL", 1, "ledger northmoor", 0, SEALS_NOT_OURS, "no file of keys"},
    };
    sealed_make(&world, 3, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t before[SLOT_BYTES];
        write_header(cases[i].magic, cases[i].version, cases[i].ledger);
        if (cases[i].damaged >= 0)
            world.file.now[cases[i].damaged] ^= 1;
        memcpy(before, world.file.now, sizeof before);
        sealed_reopen(&world, MASTER_ONE, 3, 1);
        assert_int_equal(world.opening, cases[i].opening);
        assert_non_null(strstr(world.message, cases[i].says));
        sealed_reopen(&world, MASTER_ONE, 0, 0); /* an empty ledger does not make it ours */
        assert_int_equal(world.opening, cases[i].opening);
        assert_memory_equal(before, world.file.now, sizeof before);
    }
    memset(world.file.now, 0, SLOT_BYTES);
    sealed_reopen(&world, MASTER_ONE, 3, 1);
    assert_int_equal(world.opening, SEALS_TORN_HEADER);
    sealed_reopen(&world, MASTER_ONE, 0, 0); /* there are slots behind it, whatever the ledger says */
    assert_int_equal(world.opening, SEALS_TORN_HEADER);
}

/* A header is easily written; the keys behind it are bound to their ledger. */
static void P9_keys_under_another_ledgers_header_open_nothing(void **state)
{
    (void)state;
    sealed_make(&world, 2, 0);
    write_header("CNCDSEAL", 1, "ledger southfell");
    memcpy(world.setting.ledger, "ledger southfell", SLOT_LEDGER_BYTES);
    sealed_reopen(&world, MASTER_ONE, 2, 0);
    assert_int_equal(world.opening, SEALS_LOCKED);
    assert_int_equal(sealed_find(&world, 1, false), SEALS_ALTERED);
    assert_int_equal(sealed_find(&world, 2, false), SEALS_ALTERED);
}

static void P9_a_header_that_a_crash_cut_short_is_made_again(void **state)
{
    (void)state;
    uint8_t header[SLOT_BYTES];
    memcpy(header, world.file.now, sizeof header);
    for (size_t cut = 0; cut <= SLOT_BYTES; cut++)
        for (int padded = 0; padded < 2; padded++) {
            memset(world.file.now, 0, SLOT_BYTES);
            memcpy(world.file.now, header, cut);
            world.file.size = padded ? SLOT_BYTES : cut;
            sealed_reopen(&world, MASTER_ONE, 0, 0);
            assert_int_equal(world.opening, cut >= SLOT_CALLBACK_AT ? SEALS_GOOD : SEALS_FRESH);
            assert_memory_equal(world.file.now, header, sizeof header);
        }
}

/* Hands out the keys up to so many cases or drills, and commits their events. */
static void give_up_to(uint32_t number, bool drill)
{
    for (uint32_t i = world.committed[drill] + 1; i <= number; i++) {
        assert_int_equal(seals_make(world.seals, sealed_case(i, drill), key), SEALS_OK);
        seals_committed(world.seals, drill, world.committed[drill] = i);
    }
}

/* It has the keys of the pool, too: from the number behind these on it is seen to be older. */
static void P9_an_old_copy_beside_a_newer_one_is_refused(void **state)
{
    (void)state;
    struct memory_file copy = {0}, empty = {0};
    const uint32_t newer = SEALS_POOL + 1;
    sealed_make(&world, 6, 2);
    memory_file_copy(&copy, &world.file);
    give_up_to(newer, false);
    give_up_to(newer, true);
    sealed_reopen(&world, MASTER_ONE, newer, newer);
    assert_int_equal(world.opening, SEALS_GOOD);

    memory_file_copy(&world.file, &copy);
    sealed_reopen(&world, MASTER_ONE, newer, 2);
    assert_int_equal(world.opening, SEALS_OLDER);
    assert_non_null(strstr(world.message, "no key for R-0257, whose referral is in the ledger"));
    sealed_reopen(&world, MASTER_ONE, 6, newer);
    assert_int_equal(world.opening, SEALS_OLDER);
    assert_non_null(strstr(world.message, "no key for D-0257"));
    /* A missing master key does not hide it. */
    sealed_reopen(&world, MASTER_NONE, 6, newer);
    assert_int_equal(world.opening, SEALS_OLDER);
    sealed_reopen(&world, MASTER_ONE, 6, 2);
    assert_int_equal(world.opening, SEALS_GOOD);

    memory_file_close(&world.file);
    world.file = empty;
    sealed_reopen(&world, MASTER_ONE, 6, 2);
    assert_int_equal(world.opening, SEALS_MISSING);
    assert_non_null(strstr(world.message, "put the newest copy of this file here"));
    assert_int_equal(world.file.size, 0);
    memory_file_close(&copy);
}

static void P9_a_ledger_that_is_older_than_its_keys_is_refused(void **state)
{
    (void)state;
    give_up_to(SEALS_AHEAD_MAX, false);
    sealed_reopen(&world, MASTER_ONE, 0, 0); /* as many as two turns and a pool are what a crash leaves */
    assert_int_equal(world.opening, SEALS_GOOD);
    sealed_reopen(&world, MASTER_ONE, SEALS_AHEAD_MAX, 0);
    give_up_to(SEALS_AHEAD_MAX + 1, false);
    sealed_reopen(&world, MASTER_ONE, 1, 0);
    assert_int_equal(world.opening, SEALS_NEWER);
    assert_non_null(strstr(world.message, "R-0770, and the newest in the ledger is R-0001"));
}

static void P9_what_a_crash_left_damaged_is_collected(void **state)
{
    (void)state;
    uint32_t collected;
    struct seals_count count;
    sealed_make(&world, 3, 1);
    sealed_reopen(&world, MASTER_ONE, 3, 1);
    sealed_slot(&world, 5, false)[70] ^= 1; /* those behind it go, too */
    assert_int_equal(seals_collect(world.seals, &collected), SEALS_OK);
    assert_int_equal(collected, SEALS_POOL - 4);
    for (uint32_t i = 5; i <= SEALS_POOL; i++)
        assert_true(sodium_is_zero(sealed_slot(&world, i, false), SLOT_BYTES));
    assert_int_equal(seals_counted(world.seals, &count), SEALS_OK);
    assert_int_equal(count.live, 4);
    sealed_reopen(&world, MASTER_ONE, 3, 1);
    assert_int_equal(seals_collect(world.seals, &collected), SEALS_OK);
    assert_int_equal(collected, 0);
    sealed_make(&world, 9, 2);
    assert_int_equal(sealed_find(&world, 9, false), SEALS_OK);
}

/* What wraps now wrapped none of them, or another key of the broker's own has wrapped their callback keys. */
static void P9_keys_that_were_drawn_ahead_under_another_key_are_collected(void **state)
{
    (void)state;
    uint32_t collected;
    for (int service = 0; service < 2; service++) {
        sealed_make(&world, 3, 0);
        sealed_change_service(&world, service);
        sealed_reopen(&world, service ? MASTER_ONE : MASTER_BOTH, 3, 0);
        assert_int_equal(seals_collect(world.seals, &collected), SEALS_OK);
        assert_int_equal(collected, service ? SEALS_POOL : SEALS_POOL - 3);
        sealed_reopen(&world, MASTER_ONE, 3, 0);
        sealed_make(&world, 4, 0); /* draws a whole pool behind the third */
        world.committed[0] = 3;
    }
}

static void P9_every_kind_of_slot_is_counted(void **state)
{
    (void)state;
    struct seals_count count;
    sealed_make(&world, 10, 2);
    sealed_use(&world, MASTER_BOTH);
    sealed_make(&world, 11, 2); /* the eleventh under the second generation */
    assert_int_equal(seals_erase(world.seals, sealed_case(1, false)), SEALS_OK);
    assert_int_equal(seals_erase(world.seals, sealed_case(1, true)), SEALS_OK);
    sealed_slot(&world, 2, false)[60] ^= 1;
    memset(sealed_slot(&world, 3, false), 0, SLOT_BYTES);
    memcpy(sealed_slot(&world, 4, false), sealed_slot(&world, 5, false), SLOT_BYTES);
    sealed_slot(&world, 6, false)[60] ^= 1;
    slot_put_check(sealed_slot(&world, 6, false));
    assert_int_equal(seals_counted(world.seals, &count), SEALS_OK);
    assert_int_equal(count.erased, 2);
    assert_int_equal(count.torn, 1);
    assert_int_equal(count.missing, 1);
    assert_int_equal(count.other, 1);
    assert_int_equal(count.live, 8);
    assert_int_equal(count.outdated, 7);
    assert_int_equal(count.unopened, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SEALED_WORLD(P9_another_generation_or_another_master_key_opens_nothing_and_is_named, &world),
        IN_SEALED_WORLD(P9_an_altered_slot_does_not_keep_new_keys_from_being_made, &world),
        IN_SEALED_WORLD(P9_without_a_master_key_a_new_file_is_made_and_nobody_is_turned_away, &world),
        IN_SEALED_WORLD(P9_a_file_that_is_not_this_ledgers_is_refused_and_left_as_it_is, &world),
        IN_SEALED_WORLD(P9_keys_under_another_ledgers_header_open_nothing, &world),
        IN_SEALED_WORLD(P9_a_header_that_a_crash_cut_short_is_made_again, &world),
        IN_SEALED_WORLD(P9_an_old_copy_beside_a_newer_one_is_refused, &world),
        IN_SEALED_WORLD(P9_a_ledger_that_is_older_than_its_keys_is_refused, &world),
        IN_SEALED_WORLD(P9_what_a_crash_left_damaged_is_collected, &world),
        IN_SEALED_WORLD(P9_keys_that_were_drawn_ahead_under_another_key_are_collected, &world),
        IN_SEALED_WORLD(P9_every_kind_of_slot_is_counted, &world),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
