/* fuzz_snapshot.c: a folder of snapshots. A snapshot whose parts are cut at other places than it says is not
 * used, even if its hash is right; one that is used can be read to its end. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/snapshot.h"
#include "tests/fuzz/fuzz.h"

enum { LAYOUT = 7, HASH_BYTES = 32 };

static bool accept(void *context, uint64_t seq, const uint8_t *chain)
{
    (void)context, (void)seq, (void)chain;
    return true;
}

/* A good snapshot of three parts. */
static uint8_t *whole(size_t *size)
{
    static uint8_t *bytes;
    static size_t bytes_size;
    if (!bytes) {
        static const uint8_t some[333], chain[CHAIN_BYTES];
        const struct snapshot_part parts[] = {{some, sizeof some}, {some, 0}, {some, 32}};
        char path[128];
        if (sodium_init() < 0 || snapshot_write(fuzz_folder(), 9, chain, LAYOUT, parts, 3, false))
            abort();
        strcat(strcpy(path, fuzz_folder()), "snapshot");
        bytes = fuzz_read_file(path, &bytes_size);
    }
    *size = bytes_size;
    uint8_t *copy = malloc(bytes_size);
    assert(copy);
    return memcpy(copy, bytes, bytes_size);
}

static void read_all(struct snapshot *snapshot)
{
    size_t size, sum = 0;
    const uint8_t *part;
    for (size_t i = 0; (part = snapshot_part_at(snapshot, i, &size)); i++)
        for (size_t at = 0; at < size; at++)
            sum += part[at];
    snapshot_close(&snapshot);
    assert(sum != SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    uint8_t mode = input_byte(&input);
    size_t file_size;
    uint8_t *file = whole(&file_size);
    if (mode & 1) {
        fuzz_write_file("snapshot", input.at, input.left);
    } else {
        fuzz_patch(&input, file, file_size);
        if (mode & 2)
            crypto_generichash(file + file_size - HASH_BYTES, HASH_BYTES, file, file_size - HASH_BYTES, NULL,
                               0);
        fuzz_write_file("snapshot", file, file_size);
    }
    struct snapshot *snapshot = snapshot_open_newest(fuzz_folder(), LAYOUT, accept, NULL);
    if (snapshot)
        read_all(snapshot);
    fuzz_remove_file("snapshot");
    free(file);
    return 0;
}
