/* P9: whenever the process is killed or the power is lost, no referral is without its key, and no erased one
 * has it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "broker/seals/seals_disk.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/sealed_world.h"

/* The last case comes while the master key is missing. */
enum { CASES = 5, ENDED = 1, ERASED = 2, STORIES = 150, STEPS = 60 };

static struct sealed_world world;

/* --- kill -9 at every call -------------------------------------------------------------------------- */

/* The child tells its parent through a pipe what it has done for certain. The ledger would have that. */
struct progress {
    uint32_t committed;
    bool ended, erasing, erased, rotated;
    uint8_t keys[CASES + 1][SEAL_KEY_BYTES];
};

/* The calls of the real file, counted; at one of them the process is killed. */
struct killer {
    struct seals_file file;
    uint64_t calls, dies_at;
    bool afterwards; /* the call has been made */
};

static bool counts_to_death(struct killer *killer)
{
    if (++killer->calls != killer->dies_at)
        return false;
    if (!killer->afterwards)
        kill(getpid(), SIGKILL);
    return true;
}

static int deadly(int result, bool now)
{
    if (now)
        kill(getpid(), SIGKILL);
    return result;
}

static int deadly_read(void *context, void *bytes, size_t size, uint64_t at, size_t *got)
{
    struct killer *k = context;
    bool now = counts_to_death(k);
    return deadly(k->file.read(k->file.context, bytes, size, at, got), now);
}

static int deadly_write(void *context, const void *bytes, size_t size, uint64_t at)
{
    struct killer *k = context;
    bool now = counts_to_death(k);
    return deadly(k->file.write(k->file.context, bytes, size, at), now);
}

static int deadly_sync(void *context)
{
    struct killer *k = context;
    bool now = counts_to_death(k);
    return deadly(k->file.sync(k->file.context), now);
}

static void tell(int pipe, const struct progress *progress)
{
    if (write(pipe, progress, sizeof *progress) != sizeof *progress)
        _exit(3);
}

/* Opens the file, makes the keys, draws more ahead, ends a case, erases one, rotates. Ends with 0, or is
 * killed on the way. */
static void child_lives(const char *path, int pipe, struct killer *killer)
{
    struct seals_disk disk;
    struct progress progress = {0};
    struct seals_walk walk = {0};
    if (seals_disk_open(path, &disk, world.message, sizeof world.message) != 0)
        _exit(4);
    killer->file = seals_disk_file(&disk);
    world.setting.file = (struct seals_file){killer, deadly_read, deadly_write, deadly_sync, NULL};
    sealed_reopen(&world, MASTER_ONE, 0, 0);
    bool good = world.opening == SEALS_FRESH;
    for (uint32_t i = 1; i <= CASES && good; i++) {
        if (i == CASES)
            sealed_use(&world, MASTER_NONE);
        good = seals_make(world.seals, sealed_case(i, false), progress.keys[i]) == SEALS_OK;
        if (i % 2 == 0 || !good)
            continue; /* two in one turn */
        progress.committed = i;
        tell(pipe, &progress);
        seals_committed(world.seals, false, i);
    }
    good = good && seals_prepare(world.seals) == SEALS_OK &&
           seals_end_case(world.seals, sealed_case(ENDED, false)) == SEALS_OK;
    progress.ended = true;
    tell(pipe, &progress);
    progress.erasing = true;
    tell(pipe, &progress);
    good = good && seals_erase(world.seals, sealed_case(ERASED, false)) == SEALS_OK;
    progress.erased = true;
    tell(pipe, &progress);
    sealed_use(&world, MASTER_BOTH);
    while (good && !walk.done)
        good = seals_rewrap(world.seals, &walk, 2) == SEALS_OK && seals_sync(world.seals) == SEALS_OK;
    good = good && seals_prepare(world.seals) == SEALS_OK;
    progress.rotated = true;
    tell(pipe, &progress);
    _exit(good ? 0 : 5);
}

/* Lives until the call, and gives what is certain. Returns whether the child was killed. */
static bool live_until(const char *path, uint64_t call, bool afterwards, struct progress *progress)
{
    int ends[2], status;
    struct killer killer = {.dies_at = call, .afterwards = afterwards};
    *progress = (struct progress){0};
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        child_lives(path, ends[1], &killer);
    close(ends[1]);
    struct progress next;
    while (read(ends[0], &next, sizeof next) == sizeof next)
        *progress = next;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

static void expect_as_told(const struct progress *progress)
{
    memcpy(world.keys[0], progress->keys, sizeof progress->keys);
    for (uint32_t i = 1; i <= progress->committed; i++) {
        enum seals_status found = sealed_find(&world, i, false); /* compares the key too */
        if (i == ERASED && progress->erased)
            assert_int_equal(found, SEALS_ERASED);
        else if (i == ERASED && progress->erasing)
            assert_true(found == SEALS_OK || found == SEALS_ERASED);
        else
            assert_int_equal(found, SEALS_OK);
    }
}

/* Each open case can be rung back without the master key, and the ended one not. */
static void expect_callbacks(const struct progress *progress)
{
    sealed_use(&world, MASTER_NONE);
    for (uint32_t i = 1; i <= progress->committed; i++) {
        enum seals_status found = sealed_find_callback(&world, i, false);
        if (i == ENDED && !progress->ended)
            assert_true(found == SEALS_OK || found == SEALS_NO_MASTER);
        else if (i != ERASED)
            assert_int_equal(found, i == ENDED ? SEALS_NO_MASTER : SEALS_OK);
        else
            assert_int_equal(found, sealed_find(&world, i, false) == SEALS_ERASED ? SEALS_ERASED : SEALS_OK);
    }
    sealed_use(&world, MASTER_BOTH);
}

/* The start after the kill: what is in the ledger has its key, and an erasing is carried out. */
static void start_again(const char *path, const struct progress *progress)
{
    struct seals_disk disk;
    struct seals_walk walk = {0};
    uint32_t collected;
    uint8_t key[SEAL_KEY_BYTES];
    assert_int_equal(seals_disk_open(path, &disk, world.message, sizeof world.message), 0);
    world.setting.file = seals_disk_file(&disk);
    sealed_reopen(&world, MASTER_BOTH, progress->committed, 0);
    assert_true(world.opening == SEALS_GOOD || (world.opening == SEALS_FRESH && !progress->committed));
    expect_as_told(progress);
    expect_callbacks(progress);
    assert_int_equal(seals_collect(world.seals, &collected), SEALS_OK);
    assert_int_equal(seals_prepare(world.seals), SEALS_OK);
    if (progress->erasing)
        assert_int_equal(seals_erase(world.seals, sealed_case(ERASED, false)), SEALS_OK);
    while (!walk.done)
        assert_int_equal(seals_rewrap(world.seals, &walk, 1), SEALS_OK);
    assert_int_equal(walk.torn + walk.unopened, 0);
    sealed_reopen(&world, MASTER_TWO_ALONE, progress->committed, 0);
    struct progress then = *progress;
    then.erased = progress->erasing;
    expect_as_told(&then);
    assert_int_equal(seals_make(world.seals, sealed_case(progress->committed + 1, false), key), SEALS_OK);
    seals_close(&world.seals);
    seals_disk_close(&disk);
}

static void P9_a_kill_at_any_call_leaves_each_case_its_key_and_no_erased_one(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_BYTES];
    assert_int_equal(folder_make(folder, "seals"), 0);
    const char *path = folder_file(folder, "seals");
    uint64_t kills = 0;
    bool killed = true;
    sealed_open(&world);
    for (uint64_t call = 1; killed; call++)
        for (int afterwards = 0; afterwards < 2; afterwards++) {
            struct progress progress;
            killed = live_until(path, call, afterwards, &progress);
            kills += killed;
            assert_true(killed || progress.rotated);
            start_again(path, &progress);
            assert_int_equal(unlink(path), 0);
        }
    print_message("%llu kills: before and after each call\n", (unsigned long long)kills);
    sealed_close(&world);
    assert_int_equal(folder_remove(folder), 0);
}

/* --- the power is lost ------------------------------------------------------------------------------ */

struct power_story {
    uint64_t random;
    uint32_t made, committed;
    bool ended[SEALED_NUMBERS_MAX + 1];  /* the event of the case's end is in the ledger */
    bool erased[SEALED_NUMBERS_MAX + 1]; /* and that of the erasing */
    enum sealed_master master;           /* the first generation until the second is made */
    bool missing;                        /* for the time being */
    struct seals_walk walk;
};

/* SplitMix64, so that a seed tells the same story on every machine. */
static uint64_t story_draw(struct power_story *story, uint64_t below)
{
    uint64_t z = story->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % below;
}

static void story_bytes(void *context, void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)story_draw(context, 256);
}

/* False: the power is lost while keys are drawn. */
static bool story_make(struct power_story *story)
{
    uint32_t number = story->made + 1;
    if (number > SEALED_NUMBERS_MAX)
        return true;
    world.file.fails_at = story_draw(story, 4) ? 0 : world.file.calls + 1 + story_draw(story, 12);
    world.file.error = 5;
    bool good = story_draw(story, 2) || seals_prepare(world.seals) == SEALS_OK;
    if (good)
        good = seals_make(world.seals, sealed_case(number, false), world.keys[0][number]) == SEALS_OK;
    if (good)
        story->made = number;
    assert_true(good || world.file.calls >= world.file.fails_at);
    world.file.fails_at = 0;
    return good;
}

static void story_commit(struct power_story *story)
{
    story->committed = story->made;
    seals_committed(world.seals, false, story->committed);
}

static void story_erase(struct power_story *story)
{
    if (!story->committed)
        return;
    uint32_t number = 1 + (uint32_t)story_draw(story, story->committed);
    story->erased[number] = true;
    if (story_draw(story, 4) == 0)
        world.file.fails_at = world.file.calls + 3; /* the power is lost before the sync is done */
    world.file.error = 5;
    seals_erase(world.seals, sealed_case(number, false));
}

static void story_end(struct power_story *story)
{
    if (!story->committed)
        return;
    uint32_t number = 1 + (uint32_t)story_draw(story, story->committed);
    story->ended[number] = true;
    assert_int_equal(seals_end_case(world.seals, sealed_case(number, false)), SEALS_OK);
}

static enum sealed_master master_of(const struct power_story *story)
{
    return story->missing ? MASTER_NONE : story->master;
}

static void story_check(const struct power_story *story)
{
    for (uint32_t i = 1; i <= story->committed; i++) {
        bool needs_master = sealed_slot(&world, i, false)[6] != SLOT_SERVICE;
        enum seals_status alone = story->erased[i] ? SEALS_ERASED : needs_master ? SEALS_NO_MASTER : SEALS_OK;
        sealed_use(&world, story->master);
        assert_int_equal(sealed_find(&world, i, false), story->erased[i] ? SEALS_ERASED : SEALS_OK);
        sealed_use(&world, MASTER_NONE);
        assert_int_equal(sealed_find(&world, i, false), alone);
        assert_int_equal(sealed_find_callback(&world, i, false),
                         story->ended[i] || story->erased[i] ? alone : SEALS_OK);
    }
    sealed_use(&world, master_of(story));
}

static void story_lose_power(struct power_story *story)
{
    const struct seal_random random = {story_bytes, story};
    uint32_t collected;
    memory_file_crash(&world.file, &random);
    sealed_reopen(&world, master_of(story), story->committed, 0);
    assert_true(story->missing
                    ? world.opening == SEALS_LOCKED
                    : world.opening == SEALS_GOOD || (world.opening == SEALS_FRESH && !story->committed));
    assert_int_equal(seals_collect(world.seals, &collected), SEALS_OK);
    assert_true(collected <= SEALS_AHEAD_MAX);
    story->made = story->committed;
    story->walk = (struct seals_walk){0};
    for (uint32_t i = 1; i <= story->committed; i++) {
        if (story->ended[i])
            assert_int_equal(seals_end_case(world.seals, sealed_case(i, false)), SEALS_OK);
        if (story->erased[i])
            assert_int_equal(seals_erase(world.seals, sealed_case(i, false)), SEALS_OK);
    }
    story_check(story);
}

static void story_step(struct power_story *story)
{
    switch (story_draw(story, 13)) {
    case 0:
    case 1:
    case 2:
        if (!story_make(story))
            story_lose_power(story);
        break;
    case 3:
    case 4:
        story_commit(story);
        break;
    case 5:
        story_erase(story);
        if (world.file.calls >= world.file.fails_at)
            story_lose_power(story);
        break;
    case 6:
    case 7:
        assert_int_equal(seals_rewrap(world.seals, &story->walk, 1 + (uint32_t)story_draw(story, 9)),
                         story->missing ? SEALS_NO_MASTER : SEALS_OK);
        break;
    case 8:
        story->master = MASTER_BOTH;
        sealed_use(&world, master_of(story));
        break;
    case 9:
        story->missing = !story->missing;
        sealed_use(&world, master_of(story));
        break;
    case 10:
    case 11:
        story_end(story);
        break;
    default:
        story_lose_power(story);
    }
}

static void P9_lost_power_leaves_each_case_its_key_and_no_erased_one(void **state)
{
    (void)state;
    uint64_t seed = 0;
    const char *given = getenv("SEED");
    randombytes_buf(&seed, sizeof seed);
    seed = given ? strtoull(given, NULL, 0) : seed;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < STORIES; i++) {
        struct power_story story = {.random = seed + i, .master = MASTER_ONE};
        sealed_open(&world);
        sealed_reopen(&world, MASTER_ONE, 0, 0);
        for (int step = 0; step < STEPS; step++)
            story_step(&story);
        story_check(&story);
        sealed_close(&world);
    }
}

/* --- the real file ---------------------------------------------------------------------------------- */

static void P9_one_process_at_a_time_has_the_file(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_BYTES], message[300];
    struct seals_disk first, second;
    assert_int_equal(folder_make(folder, "seals"), 0);
    assert_int_equal(seals_disk_open(folder_file(folder, "seals"), &first, message, sizeof message), 0);
    assert_int_equal(seals_disk_open(folder_file(folder, "seals"), &second, message, sizeof message), -1);
    assert_non_null(strstr(message, "another process has it open"));
    seals_disk_close(&first);
    assert_int_equal(seals_disk_open(folder_file(folder, "seals"), &second, message, sizeof message), 0);
    seals_disk_close(&second);
    assert_int_equal(seals_disk_open(folder, &first, message, sizeof message), -1);
    assert_int_equal(symlink("seals", folder_file(folder, "link")), 0);
    assert_int_equal(seals_disk_open(folder_file(folder, "link"), &first, message, sizeof message), -1);
    assert_int_equal(mkfifo(folder_file(folder, "fifo"), 0600), 0);
    assert_int_equal(seals_disk_open(folder_file(folder, "fifo"), &first, message, sizeof message), -1);
    assert_non_null(strstr(message, "no regular file"));
    assert_int_equal(folder_remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_a_kill_at_any_call_leaves_each_case_its_key_and_no_erased_one),
        cmocka_unit_test(P9_lost_power_leaves_each_case_its_key_and_no_erased_one),
        cmocka_unit_test(P9_one_process_at_a_time_has_the_file),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
