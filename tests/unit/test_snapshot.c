/* test_snapshot.c: a snapshot is used only if it is whole, of our layout and of our history; otherwise the
 * one before it is used. */
#include "tests/worlds/ledger_fixture.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/ledger/snapshot.h"

enum { LAYOUT = 7 };

static uint8_t numbers[1001], letters[33], written_digest[SNAPSHOT_DIGEST_BYTES];

static void write_snapshot(uint64_t seq, uint32_t layout)
{
    uint8_t chain[CHAIN_BYTES] = {(uint8_t)seq};
    struct snapshot_part parts[] = {{numbers, sizeof numbers}, {letters, 0}, {letters, sizeof letters}};
    memset(numbers, (int)seq, sizeof numbers);
    assert_int_equal(snapshot_write(folder, seq, chain, layout, parts, 3, false, written_digest), 0);
    assert_int_equal(snapshot_keep(folder), 0);
}

/* The digest is over the parts and nothing else. */
static void assert_digest(const uint8_t *digest, uint64_t seq)
{
    uint8_t right[SNAPSHOT_DIGEST_BYTES];
    crypto_generichash_state hash;
    memset(numbers, (int)seq, sizeof numbers);
    crypto_generichash_init(&hash, NULL, 0, sizeof right);
    crypto_generichash_update(&hash, numbers, sizeof numbers);
    crypto_generichash_update(&hash, letters, sizeof letters);
    crypto_generichash_final(&hash, right, sizeof right);
    assert_memory_equal(digest, right, sizeof right);
}

static bool accept_all_but(void *refused, uint64_t seq, const uint8_t *chain, const uint8_t *digest)
{
    assert_int_equal(chain[0], seq);
    assert_digest(digest, seq);
    return seq != *(uint64_t *)refused;
}

/* The number of the snapshot that is used, 0 if none is. Its parts must be as they were written. */
static uint64_t used(uint64_t refused)
{
    struct snapshot *snapshot = snapshot_open_newest(folder, LAYOUT, accept_all_but, &refused);
    if (!snapshot)
        return 0;
    uint64_t seq = snapshot_seq(snapshot);
    size_t size;
    memset(numbers, (int)seq, sizeof numbers);
    assert_memory_equal(snapshot_part_at(snapshot, 0, &size), numbers, sizeof numbers);
    assert_int_equal(size, sizeof numbers);
    assert_non_null(snapshot_part_at(snapshot, 1, &size));
    assert_int_equal(size, 0);
    const void *third = snapshot_part_at(snapshot, 2, &size);
    assert_int_equal((uintptr_t)third % SNAPSHOT_ALIGNMENT, 0);
    assert_memory_equal(third, letters, sizeof letters);
    assert_null(snapshot_part_at(snapshot, 3, &size));
    snapshot_close(&snapshot);
    return seq;
}

static int open_newest(void)
{
    char name[300];
    snprintf(name, sizeof name, "%s/snapshot", folder);
    int fd = open(name, O_RDWR);
    assert_true(fd >= 0);
    return fd;
}

static void test_the_newest_is_used_and_the_one_before_it_is_kept(void **state)
{
    (void)state;
    assert_int_equal(used(0), 0);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        write_snapshot(seq, LAYOUT);
        assert_int_equal(used(0), seq);
        assert_int_equal(used(seq), seq - 1);
    }
}

static void test_another_layout_is_not_used(void **state)
{
    (void)state;
    write_snapshot(1, LAYOUT);
    assert_digest(written_digest, 1);
    write_snapshot(2, LAYOUT + 1);
    assert_int_equal(used(0), 1);
    write_snapshot(3, LAYOUT + 1);
    assert_int_equal(used(0), 0);
}

static void test_a_flipped_bit_anywhere_is_found(void **state)
{
    (void)state;
    write_snapshot(1, LAYOUT);
    write_snapshot(2, LAYOUT);
    int fd = open_newest();
    off_t size = lseek(fd, 0, SEEK_END);
    for (off_t at = 0; at < size; at++) {
        uint8_t byte, flipped;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        flipped = byte ^ (uint8_t)(1U << at % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, at), 1);
        if (used(0) != 1)
            fail_msg("byte %lld", (long long)at);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    assert_int_equal(used(0), 2);
    close(fd);
}

static void test_a_truncated_or_torn_one_is_not_used(void **state)
{
    (void)state;
    write_snapshot(1, LAYOUT);
    write_snapshot(2, LAYOUT);
    int fd = open_newest();
    off_t size = lseek(fd, 0, SEEK_END);
    assert_int_equal(ftruncate(fd, size + 1), 0);
    assert_int_equal(used(0), 1);
    for (off_t left = size - 1; left >= 0; left -= left > 100 ? 61 : 1) {
        assert_int_equal(ftruncate(fd, left), 0);
        assert_int_equal(used(0), 1);
        assert_int_equal(ftruncate(fd, size), 0); /* torn: the end is zeros */
        assert_int_equal(used(0), 1);
    }
    close(fd);
}

static void test_a_forked_child_can_write_it(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        uint8_t chain[CHAIN_BYTES] = {5};
        struct snapshot_part parts[] = {{numbers, sizeof numbers}, {letters, 0}, {letters, sizeof letters}};
        memset(numbers, 5, sizeof numbers);
        closefrom(3);
        _exit(snapshot_write(folder, 5, chain, LAYOUT, parts, 3, true, written_digest));
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(used(0), 0); /* it has no name yet */
    assert_int_equal(snapshot_keep(folder), 0);
    assert_int_equal(used(0), 5);
    assert_int_not_equal(snapshot_keep(folder), 0);
    assert_int_not_equal(snapshot_write("/nonexistent", 1, numbers, LAYOUT, NULL, 0, false, written_digest),
                         0);
    assert_int_not_equal(snapshot_keep("/nonexistent"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_the_newest_is_used_and_the_one_before_it_is_kept),
        IN_A_FOLDER(test_another_layout_is_not_used),
        IN_A_FOLDER(test_a_flipped_bit_anywhere_is_found),
        IN_A_FOLDER(test_a_truncated_or_torn_one_is_not_used),
        IN_A_FOLDER(test_a_forked_child_can_write_it),
    };
    if (sodium_init() < 0)
        return 1;
    /* The same in each run: a hash that happens to end in a zero would make a torn end look whole. */
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = (uint8_t)(i * 7 + 1);
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
