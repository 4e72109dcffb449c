/* memory_file.c: a file of referral keys in memory, on a disk that fails and tears. */
#include "tests/simulation/memory_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool memory_fails(struct memory_file *file)
{
    return ++file->calls == file->fails_at;
}

static void memory_make_room(struct memory_file *file, size_t size)
{
    if (size <= file->room)
        return;
    size_t room = (size * 2 + MEMORY_SECTOR_BYTES) / MEMORY_SECTOR_BYTES * MEMORY_SECTOR_BYTES;
    size_t sectors = room / MEMORY_SECTOR_BYTES, before = file->room / MEMORY_SECTOR_BYTES;
    file->now = realloc(file->now, room);
    file->kept = realloc(file->kept, room);
    file->dirty = realloc(file->dirty, sectors * sizeof *file->dirty);
    assert(file->now && file->kept && file->dirty);
    memset(file->now + file->room, 0, room - file->room);
    memset(file->kept + file->room, 0, room - file->room);
    memset(file->dirty + before, 0, (sectors - before) * sizeof *file->dirty);
    file->room = room;
}

static int memory_read(void *context, void *bytes, size_t size, uint64_t at, size_t *got)
{
    struct memory_file *file = context;
    *got = 0;
    if (memory_fails(file))
        return file->error;
    if (at < file->size)
        *got = size < file->size - at ? size : file->size - at;
    if (*got)
        memcpy(bytes, file->now + at, *got);
    return 0;
}

static int memory_write(void *context, const void *bytes, size_t size, uint64_t at)
{
    struct memory_file *file = context;
    if (memory_fails(file))
        return file->error;
    memory_make_room(file, at + size);
    memcpy(file->now + at, bytes, size);
    for (size_t sector = at / MEMORY_SECTOR_BYTES; sector <= (at + size - 1) / MEMORY_SECTOR_BYTES; sector++)
        file->dirty[sector] = true;
    if (at + size > file->size)
        file->size = at + size;
    return 0;
}

static void memory_keep(struct memory_file *file, size_t sector)
{
    size_t at = sector * MEMORY_SECTOR_BYTES;
    memcpy(file->kept + at, file->now + at, MEMORY_SECTOR_BYTES);
    file->dirty[sector] = false;
}

static int memory_sync(void *context)
{
    struct memory_file *file = context;
    if (memory_fails(file))
        return file->error;
    for (size_t sector = 0; sector < file->room / MEMORY_SECTOR_BYTES; sector++)
        if (file->dirty[sector])
            memory_keep(file, sector);
    file->kept_size = file->size;
    return 0;
}

struct seals_file memory_file_calls(struct memory_file *file)
{
    return (struct seals_file){
        .context = file, .read = memory_read, .write = memory_write, .sync = memory_sync};
}

/* Keeps the first bytes of a sector as they were written. */
static void memory_tear(struct memory_file *file, size_t sector, const struct seal_random *random)
{
    size_t at = sector * MEMORY_SECTOR_BYTES;
    uint16_t drawn;
    random->draw(random->context, &drawn, sizeof drawn);
    memcpy(file->kept + at, file->now + at, drawn % MEMORY_SECTOR_BYTES);
}

void memory_file_crash(struct memory_file *file, const struct seal_random *random)
{
    for (size_t sector = 0; sector < file->room / MEMORY_SECTOR_BYTES; sector++) {
        uint8_t drawn = 0;
        if (file->dirty[sector])
            random->draw(random->context, &drawn, sizeof drawn);
        bool is_kept = drawn & 1, is_torn = !is_kept && file->tears && (drawn & 2);
        if (is_kept)
            memory_keep(file, sector);
        else if (is_torn)
            memory_tear(file, sector, random);
        if ((is_kept || is_torn) && (sector + 1) * MEMORY_SECTOR_BYTES > file->kept_size)
            file->kept_size = (sector + 1) * MEMORY_SECTOR_BYTES;
    }
    file->size = file->kept_size;
    if (!file->room)
        return;
    memcpy(file->now, file->kept, file->room);
    memset(file->now + file->size, 0, file->room - file->size);
    memset(file->dirty, 0, file->room / MEMORY_SECTOR_BYTES * sizeof *file->dirty);
}

uint8_t *memory_file_slot(const struct memory_file *file, uint32_t number, bool drill)
{
    /* As the page says. */
    uint64_t step = (number - 1) / SEALS_STEP_SLOTS * 2 + drill;
    uint64_t at = 4096 + (step * SEALS_STEP_SLOTS + (number - 1) % SEALS_STEP_SLOTS) * SLOT_BYTES;
    return at + SLOT_BYTES <= file->size ? file->now + at : NULL;
}

void memory_file_copy(struct memory_file *to, const struct memory_file *from)
{
    memory_make_room(to, from->size);
    if (to->room)
        memset(to->now, 0, to->room);
    if (from->size)
        memcpy(to->now, from->now, from->size);
    if (to->room)
        memcpy(to->kept, to->now, to->room);
    to->size = to->kept_size = from->size;
}

void memory_file_close(struct memory_file *file)
{
    free(file->now);
    free(file->kept);
    free(file->dirty);
    *file = (struct memory_file){0};
}
