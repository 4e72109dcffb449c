/* snapshot.c: see snapshot.h. A file is a header, the parts, each padded, and a hash over all of that. */
#include "broker/ledger/snapshot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
    const uint8_t *bytes;
    size_t size;
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

static bool write_parts(const struct snapshot_file *w, const struct snapshot_header *header,
                        const struct snapshot_part *parts)
{
    static const uint8_t zeros[SNAPSHOT_ALIGNMENT];
    uint8_t hash[SNAPSHOT_HASH_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    bool good = write_part(w, &state, header, sizeof *header);
    for (size_t i = 0; i < header->count && good; i++)
        good = write_part(w, &state, parts[i].bytes, parts[i].size) &&
               write_part(w, &state, zeros, padding_of(parts[i].size));
    crypto_generichash_final(&state, hash, sizeof hash);
    return good && write_part(w, NULL, hash, sizeof hash) && fsync(w->fd) == 0;
}

int snapshot_write(const char *folder, uint64_t seq, const uint8_t chain[CHAIN_BYTES], uint32_t layout,
                   const struct snapshot_part *parts, size_t count, bool gently)
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
    bool good = fd >= 0 && write_parts(&writing, &header, parts);
    good = good && (renameat(directory, newest_name, directory, former_name) == 0 || errno == ENOENT);
    good = good && renameat(directory, unfinished_name, directory, newest_name) == 0 && fsync(directory) == 0;
    int problem = good ? 0 : errno;
    if (fd >= 0)
        close(fd);
    close(directory);
    return problem;
}

static const struct snapshot_header *header_of(const struct snapshot *snapshot)
{
    return (const void *)snapshot->bytes;
}

/* Whether the file is whole and its parts fill it exactly. */
static bool snapshot_is_whole(const struct snapshot *snapshot)
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
    uint8_t hash[SNAPSHOT_HASH_BYTES];
    size_t hashed = snapshot->size - sizeof hash;
    return left == 0 && crypto_generichash(hash, sizeof hash, snapshot->bytes, hashed, NULL, 0) == 0 &&
           memcmp(hash, snapshot->bytes + hashed, sizeof hash) == 0;
}

static struct snapshot *open_snapshot(int directory, const char *name)
{
    struct stat about;
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    struct snapshot *snapshot = fd < 0 ? NULL : calloc(1, sizeof *snapshot);
    if (snapshot && fstat(fd, &about) == 0 && about.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            snapshot->bytes = bytes;
            snapshot->size = (size_t)about.st_size;
        }
    }
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
        if (snapshot && !(snapshot_is_whole(snapshot) && header_of(snapshot)->layout == layout &&
                          accept(context, header_of(snapshot)->seq, header_of(snapshot)->chain)))
            snapshot_close(&snapshot);
    }
    if (directory >= 0)
        close(directory);
    return snapshot;
}

void snapshot_close(struct snapshot **snapshot)
{
    if (*snapshot && (*snapshot)->bytes)
        munmap((void *)(uintptr_t)(*snapshot)->bytes, (*snapshot)->size);
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
