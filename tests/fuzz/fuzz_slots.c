/* fuzz_slots.c: a file of referral keys from anybody: any bytes, or a good file whose header and slots were
 * changed, also with their checks made right again. No key is found but the one that was made. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/worlds/sealed_world.h"

/* The header, the slots of the first cases and those of the first drills. */
enum { CASES = 10, DRILLS = 3, PARTS = 1 + CASES + DRILLS, BEYOND = 2, ERASED = 4, ENDED = 5 };

static struct sealed_world world;
static struct memory_file good;

static void open_world(void)
{
    if (world.setting.name)
        return;
    if (sodium_init() < 0)
        abort();
    sealed_open(&world);
    sealed_reopen(&world, MASTER_ONE, 0, 0);
    sealed_make(&world, CASES - 5, DRILLS - 1);
    sealed_use(&world, MASTER_NONE);
    sealed_make(&world, CASES - 3, DRILLS - 1);
    sealed_use(&world, MASTER_BOTH);
    sealed_make(&world, CASES + BEYOND, DRILLS + BEYOND);
    if (seals_erase(world.seals, sealed_case(ERASED, false)) != SEALS_OK ||
        seals_end_case(world.seals, sealed_case(ENDED, false)) != SEALS_OK)
        abort();
    memory_file_copy(&good, &world.file);
}

static uint8_t *part_of(size_t i)
{
    return i == 0       ? world.file.now
           : i <= CASES ? sealed_slot(&world, (uint32_t)i, false)
                        : sealed_slot(&world, (uint32_t)(i - CASES), true);
}

static void change_parts(struct input *input, bool repaired)
{
    uint8_t parts[PARTS * SLOT_BYTES];
    for (size_t i = 0; i < PARTS; i++)
        memcpy(parts + i * SLOT_BYTES, part_of(i), SLOT_BYTES);
    fuzz_patch(input, parts, sizeof parts);
    for (size_t i = 0; i < PARTS; i++) {
        if (repaired && memcmp(parts + i * SLOT_BYTES, part_of(i), SLOT_BYTES) != 0)
            slot_put_check(parts + i * SLOT_BYTES);
        memcpy(part_of(i), parts + i * SLOT_BYTES, SLOT_BYTES);
    }
}

static void put_any_file(const struct input *input)
{
    struct memory_file any = {.now = (uint8_t *)(uintptr_t)input->at, .size = input->left};
    memory_file_copy(&world.file, &any);
}

/* Compares each key that is found with the one that was made. */
static void find_all(uint32_t cases, uint32_t drills)
{
    for (uint32_t i = 1; i <= cases + drills; i++) {
        bool drill = i > cases;
        uint32_t number = drill ? i - cases : i;
        enum seals_status found = sealed_find(&world, number, drill);
        enum seals_status callback = sealed_find_callback(&world, number, drill);
        assert(found != SEALS_OK || callback == SEALS_OK);
    }
}

static void use_all(bool locked, uint32_t cases, uint32_t drills)
{
    struct seals_walk walk = {0};
    struct seals_count count;
    uint32_t collected;
    uint8_t key[SEAL_KEY_BYTES], again[SEAL_KEY_BYTES];
    find_all(cases, drills);
    assert(seals_counted(world.seals, &count) == SEALS_OK);
    assert(count.live + count.erased + count.torn + count.missing + count.other == cases + drills);
    assert(count.outdated <= count.live && count.unopened <= count.live);
    assert(count.by_service_unopened <= count.by_service && count.callbacks_unopened <= count.callbacks);
    while (!locked && !walk.done)
        assert(seals_rewrap(world.seals, &walk, 3) == SEALS_OK);
    find_all(cases, drills);
    for (uint32_t i = 1; i <= cases; i++) {
        enum seals_status ended = seals_end_case(world.seals, sealed_case(i, false));
        enum seals_status found = sealed_find(&world, i, false);
        assert(ended == SEALS_OK || ended == found);
        assert(ended != SEALS_OK || sealed_find_callback(&world, i, false) == found);
    }
    assert(seals_collect(world.seals, &collected) == SEALS_OK && collected <= 2 * SEALS_AHEAD_MAX);
    enum seals_status made = seals_make(world.seals, sealed_case(cases + 1, false), key);
    enum seals_status made_again = seals_make(world.seals, sealed_case(cases + 1, false), again);
    assert(made == SEALS_OK && made_again == SEALS_OK && memcmp(key, again, sizeof key) == 0);
    for (uint32_t i = 1; i <= cases; i++) {
        enum seals_status erased = seals_erase(world.seals, sealed_case(i, false));
        enum seals_status found = sealed_find(&world, i, false);
        assert(erased == SEALS_OK ? found == SEALS_ERASED : erased == found);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    uint8_t mode = input_byte(&input);
    uint32_t cases = input_byte(&input) % (CASES + BEYOND + 1),
             drills = input_byte(&input) % (DRILLS + BEYOND + 1);
    enum sealed_master master = input_byte(&input) % (MASTER_NONE + 1);
    open_world();
    memory_file_copy(&world.file, &good);
    if (mode & 1)
        put_any_file(&input);
    else
        change_parts(&input, mode & 2);
    world.file.calls = 0;
    sealed_change_service(&world, mode & 4);
    sealed_reopen(&world, master, cases, drills);
    if (world.seals)
        use_all(world.opening == SEALS_LOCKED, cases, drills);
    else
        assert(world.message[0]);
    return 0;
}
