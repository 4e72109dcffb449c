/* snapshot.c: see snapshot.h. A file is a header, the parts, each padded with zeros, and a hash over header
 * and digest. */
#include "broker/ledger/snapshot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/words/now.h"

static const char unfinished_name[] = "snapshot.new", newest_name[] = "snapshot",
                  former_name[] = "snapshot.former";
static const char magic[8] = "CNCDSNAP";

enum { SNAPSHOT_HASH_BYTES = 32 };

struct snapshot_header {
    char magic[8];
    uint32_t layout, count;
    uint64_t seq;
    uint64_t sizes[SNAPSHOT_PARTS_MAX];
    uint8_t chain[CHAIN_BYTES];
    uint8_t reserved[8];
};
_Static_assert(sizeof(struct snapshot_header) % SNAPSHOT_ALIGNMENT == 0, "the first part must be aligned");

struct snapshot {
    uint8_t *bytes; /* read, not mapped: what was checked must be what is used, whoever writes to the file */
    size_t size;
    uint8_t digest[SNAPSHOT_DIGEST_BYTES];
};

static size_t padding_of(uint64_t size)
{
    return (size_t)(-size % SNAPSHOT_ALIGNMENT);
}

/* A snapshot is synced piece by piece, so that the ledger's own syncs never wait for more than one piece of
 * it. A gentle writer rests after each piece, so that they seldom wait at all. */
enum { PIECE_BYTES = 256 * 1024, REST_TIMES = 19 };

struct snapshot_file {
    int fd;
    bool gently;
};

static void rest_for(int64_t ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    nanosleep(&time, NULL);
}

/* Hashes a part as it is written, so that the processor too is kept for no longer than a piece takes. */
static bool write_part(const struct snapshot_file *w, crypto_generichash_state *state, const void *bytes,
                       size_t size)
{
    const uint8_t *next = bytes;
    while (size > 0) {
        int64_t began_ns = now_monotonic_ns();
        ssize_t written = write(w->fd, next, size < PIECE_BYTES ? size : PIECE_BYTES);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        if (state)
            crypto_generichash_update(state, next, (size_t)written);
        next += written;
        size -= (size_t)written;
        if (size > 0 && fdatasync(w->fd) != 0)
            return false;
        if (size > 0 && w->gently)
            rest_for((now_monotonic_ns() - began_ns) * REST_TIMES);
    }
    return true;
}

/* The hash at the end of a file, which tells a torn one. */
static void hash_of_file(const struct snapshot_header *header, const uint8_t digest[SNAPSHOT_DIGEST_BYTES],
                         uint8_t hash[SNAPSHOT_HASH_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, SNAPSHOT_HASH_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)header, sizeof *header);
    crypto_generichash_update(&state, digest, SNAPSHOT_DIGEST_BYTES);
    crypto_generichash_final(&state, hash, SNAPSHOT_HASH_BYTES);
}

static bool write_parts(const struct snapshot_file *w, const struct snapshot_header *header,
                        const struct snapshot_part *parts, uint8_t digest[SNAPSHOT_DIGEST_BYTES])
{
    static const uint8_t zeros[SNAPSHOT_ALIGNMENT];
    uint8_t hash[SNAPSHOT_HASH_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, SNAPSHOT_DIGEST_BYTES);
    bool good = write_part(w, NULL, header, sizeof *header);
    for (size_t i = 0; i < header->count && good; i++)
        good = write_part(w, &state, parts[i].bytes, parts[i].size) &&
               write_part(w, NULL, zeros, padding_of(parts[i].size));
    crypto_generichash_final(&state, digest, SNAPSHOT_DIGEST_BYTES);
    hash_of_file(header, digest, hash);
    return good && write_part(w, NULL, hash, sizeof hash) && fsync(w->fd) == 0;
}

int snapshot_write(const char *folder, uint64_t seq, const uint8_t chain[CHAIN_BYTES], uint32_t layout,
                   const struct snapshot_part *parts, size_t count, bool gently,
                   uint8_t digest[SNAPSHOT_DIGEST_BYTES])
{
    assert(count <= SNAPSHOT_PARTS_MAX);
    for (size_t i = 0; i < count; i++)
        assert(parts[i].bytes || parts[i].size == 0);
    struct snapshot_header header = {.layout = layout, .count = (uint32_t)count, .seq = seq};
    memcpy(header.magic, magic, sizeof magic);
    memcpy(header.chain, chain, sizeof header.chain);
    for (size_t i = 0; i < count; i++)
        header.sizes[i] = parts[i].size;
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return errno;
    int fd = openat(directory, unfinished_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    const struct snapshot_file writing = {fd, gently};
    bool good = fd >= 0 && write_parts(&writing, &header, parts, digest) && fsync(directory) == 0;
    int problem = good ? 0 : errno;
    if (fd >= 0)
        close(fd);
    close(directory);
    return problem;
}

/* No sync: if the names are lost with the power, the older snapshots still have theirs. */
int snapshot_keep(const char *folder)
{
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return errno;
    bool good = renameat(directory, newest_name, directory, former_name) == 0 || errno == ENOENT;
    good = good && renameat(directory, unfinished_name, directory, newest_name) == 0;
    int problem = good ? 0 : errno;
    close(directory);
    return problem;
}

static const struct snapshot_header *header_of(const struct snapshot *snapshot)
{
    return (const void *)snapshot->bytes;
}

/* Whether the parts and their padding fill the file exactly. */
static bool sizes_fit(const struct snapshot *snapshot)
{
    if (snapshot->size < sizeof(struct snapshot_header) + SNAPSHOT_HASH_BYTES)
        return false;
    const struct snapshot_header *header = header_of(snapshot);
    size_t left = snapshot->size - sizeof *header - SNAPSHOT_HASH_BYTES;
    if (memcmp(header->magic, magic, sizeof magic) != 0 || header->count > SNAPSHOT_PARTS_MAX)
        return false;
    for (size_t i = 0; i < header->count; i++) {
        if (header->sizes[i] > left || padding_of(header->sizes[i]) > left - header->sizes[i])
            return false;
        left -= header->sizes[i] + padding_of(header->sizes[i]);
    }
    return left == 0;
}

/* Makes the digest; false if there is anything in the padding, which the digest does not cover. */
static bool digest_parts(struct snapshot *snapshot)
{
    static const uint8_t zeros[SNAPSHOT_ALIGNMENT];
    bool empty = true;
    size_t size;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, SNAPSHOT_DIGEST_BYTES);
    for (size_t i = 0; i < header_of(snapshot)->count; i++) {
        const uint8_t *part = snapshot_part_at(snapshot, i, &size);
        crypto_generichash_update(&state, part, size);
        empty &= memcmp(part + size, zeros, padding_of(size)) == 0;
    }
    crypto_generichash_final(&state, snapshot->digest, SNAPSHOT_DIGEST_BYTES);
    return empty;
}

static bool snapshot_is_whole(struct snapshot *snapshot)
{
    uint8_t hash[SNAPSHOT_HASH_BYTES];
    if (!sizes_fit(snapshot) || !digest_parts(snapshot))
        return false;
    hash_of_file(header_of(snapshot), snapshot->digest, hash);
    return memcmp(hash, snapshot->bytes + snapshot->size - sizeof hash, sizeof hash) == 0;
}

static bool read_whole_file(int fd, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t got = read(fd, bytes, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        size -= (size_t)got;
    }
    return true;
}

static struct snapshot *open_snapshot(int directory, const char *name)
{
    struct stat about;
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct snapshot *snapshot = fd < 0 ? NULL : calloc(1, sizeof *snapshot);
    if (snapshot && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
        snapshot->size = (size_t)about.st_size;
        snapshot->bytes = calloc(1, snapshot->size);
    }
    if (snapshot && !(snapshot->bytes && read_whole_file(fd, snapshot->bytes, snapshot->size)))
        snapshot_close(&snapshot);
    if (fd >= 0)
        close(fd);
    return snapshot;
}

struct snapshot *snapshot_open_newest(const char *folder, uint32_t layout, snapshot_accept *accept,
                                      void *context)
{
    const char *const names[] = {newest_name, former_name};
    struct snapshot *snapshot = NULL;
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < 2 && directory >= 0 && !snapshot; i++) {
        snapshot = open_snapshot(directory, names[i]);
        if (snapshot &&
            !(snapshot_is_whole(snapshot) && header_of(snapshot)->layout == layout &&
              accept(context, header_of(snapshot)->seq, header_of(snapshot)->chain, snapshot->digest)))
            snapshot_close(&snapshot);
    }
    if (directory >= 0)
        close(directory);
    return snapshot;
}

void snapshot_close(struct snapshot **snapshot)
{
    if (*snapshot)
        free((*snapshot)->bytes);
    free(*snapshot);
    *snapshot = NULL;
}

uint64_t snapshot_seq(const struct snapshot *snapshot)
{
    return header_of(snapshot)->seq;
}

const void *snapshot_part_at(const struct snapshot *snapshot, size_t index, size_t *size)
{
    const struct snapshot_header *header = header_of(snapshot);
    const uint8_t *part = snapshot->bytes + sizeof *header;
    if (index >= header->count)
        return NULL;
    for (size_t i = 0; i < index; i++)
        part += header->sizes[i] + padding_of(header->sizes[i]);
    *size = (size_t)header->sizes[index];
    return part;
}
