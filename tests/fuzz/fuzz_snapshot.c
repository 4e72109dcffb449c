/* fuzz_snapshot.c: a folder of snapshots. A snapshot whose parts are cut at other places than it says is not
 * used, even if its hash is right; one that is used can be read to its end. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/snapshot.h"
#include "tests/fuzz/fuzz.h"

enum { LAYOUT = 7, HASH_BYTES = 32, HEADER_BYTES = 192, COUNT_AT = 12, SIZES_AT = 24, PARTS_MAX = 16 };

static bool accept(void *context, uint64_t seq, const uint8_t *chain, const uint8_t *digest)
{
    (void)context, (void)seq, (void)chain, (void)digest;
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
        uint8_t digest[SNAPSHOT_DIGEST_BYTES];
        char path[128];
        if (sodium_init() < 0 || snapshot_write(fuzz_folder(), 9, chain, LAYOUT, parts, 3, false, digest) ||
            snapshot_keep(fuzz_folder()))
            abort();
        strcat(strcpy(path, fuzz_folder()), "snapshot");
        bytes = fuzz_read_file(path, &bytes_size);
    }
    *size = bytes_size;
    uint8_t *copy = malloc(bytes_size);
    assert(copy);
    return memcpy(copy, bytes, bytes_size);
}

/* Makes the hash anew, as a forger would, if the parts lie within the file. */
static void seal(uint8_t *file, size_t size)
{
    uint32_t count;
    size_t at = HEADER_BYTES, end = size - HASH_BYTES;
    uint8_t digest[HASH_BYTES];
    crypto_generichash_state hash;
    memcpy(&count, file + COUNT_AT, sizeof count);
    crypto_generichash_init(&hash, NULL, 0, HASH_BYTES);
    for (uint32_t i = 0; i < count && i < PARTS_MAX; i++) {
        uint64_t part;
        memcpy(&part, file + SIZES_AT + i * sizeof part, sizeof part);
        if (part > end - at)
            return;
        crypto_generichash_update(&hash, file + at, (size_t)part);
        at += (size_t)part + (size_t)(-part % SNAPSHOT_ALIGNMENT);
        if (at > end)
            return;
    }
    crypto_generichash_final(&hash, digest, HASH_BYTES);
    crypto_generichash_init(&hash, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&hash, file, HEADER_BYTES);
    crypto_generichash_update(&hash, digest, HASH_BYTES);
    crypto_generichash_final(&hash, file + end, HASH_BYTES);
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
            seal(file, file_size);
        fuzz_write_file("snapshot", file, file_size);
    }
    struct snapshot *snapshot = snapshot_open_newest(fuzz_folder(), LAYOUT, accept, NULL);
    if (snapshot)
        read_all(snapshot);
    fuzz_remove_file("snapshot");
    free(file);
    return 0;
}
