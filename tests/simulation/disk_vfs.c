/* disk_vfs.c: a file system for SQLite, in memory, that fails and tears as a disk does. */
#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/world.h"

enum { SECTOR = 512, SHM_REGIONS = 64 };

/* An open file, in the layout that SQLite wants. */
struct open_file {
    sqlite3_file base;
    struct image *image;
    void *shm[SHM_REGIONS]; /* owned; the index of the write-ahead log, which ends with the connection */
};

static struct world *current; /* SQLite calls some functions without a file */

static struct disk *disk(void)
{
    return &current->host.disk;
}

static bool has_died(void)
{
    if (disk()->dies_after != INT64_MAX && disk()->dies_after-- <= 0)
        disk()->dead = true;
    return disk()->dead;
}

/* --- images ----------------------------------------------------------------------------------------- */

static void vfs_make_room(struct image *image, size_t size)
{
    if (size <= image->room)
        return;
    size_t room = (size * 2 + 65536) / SECTOR * SECTOR;
    image->now = realloc(image->now, room);
    image->kept = realloc(image->kept, room);
    image->dirty = realloc(image->dirty, room / SECTOR);
    assert(image->now && image->kept && image->dirty);
    memset(image->now + image->room, 0, room - image->room);
    memset(image->kept + image->room, 0, room - image->room);
    memset(image->dirty + image->room / SECTOR, 0, (room - image->room) / SECTOR);
    image->room = room;
}

static void vfs_empty(struct image *image)
{
    free(image->now);
    free(image->kept);
    free(image->dirty);
    *image = (struct image){0};
}

static struct image *vfs_find(const char *name)
{
    for (int i = 0; i < DISK_FILES; i++)
        if (disk()->files[i].name[0] && strcmp(disk()->files[i].name, name) == 0)
            return &disk()->files[i];
    return NULL;
}

static struct image *vfs_make(const char *name)
{
    for (int i = 0; i < DISK_FILES; i++) {
        struct image *image = &disk()->files[i];
        if (image->name[0])
            continue;
        snprintf(image->name, sizeof image->name, "%s", name);
        return image;
    }
    return NULL;
}

static void keep_sector(struct image *image, size_t sector)
{
    memcpy(image->kept + sector * SECTOR, image->now + sector * SECTOR, SECTOR);
    image->dirty[sector] = 0;
}

/* A crash keeps a truncation or loses it, and keeps what was written after it only if it keeps the
 * truncation. */
static void crash_image(struct image *image, struct random *random)
{
    int64_t share = random_between(random, 0, 4); /* in quarters: from none to all of what was not synced */
    bool as_it_was = image->cut && random_between(random, 0, 1);
    if (image->cut && !as_it_was) {
        if (image->cut_to < image->kept_size)
            memset(image->kept + image->cut_to, 0, image->kept_size - image->cut_to);
        image->kept_size = image->cut_to;
    }
    for (size_t sector = image->dirty_from; !as_it_was && sector < image->dirty_to; sector++)
        if (image->dirty[sector] && random_between(random, 0, 3) < share)
            keep_sector(image, sector);
    if (!as_it_was && random_between(random, 0, 3) < share)
        image->kept_size = image->size;
    image->size = image->kept_size;
    image->cut = false;
    image->dirty_from = image->dirty_to = 0;
    if (!image->room)
        return;
    memset(image->kept + image->size, 0, image->room - image->size);
    memcpy(image->now, image->kept, image->room);
    memset(image->dirty, 0, image->room / SECTOR);
}

void disk_vfs_crash(struct disk *d, struct world *w)
{
    for (int i = 0; i < DISK_FILES; i++)
        crash_image(&d->files[i], &w->faults);
}

void disk_vfs_close(struct disk *d)
{
    for (int i = 0; i < DISK_FILES; i++)
        vfs_empty(&d->files[i]);
}

/* --- a file ----------------------------------------------------------------------------------------- */

static struct open_file *of(sqlite3_file *file)
{
    return (struct open_file *)(void *)file;
}

static int file_unmap(sqlite3_file *file, int delete)
{
    (void)delete;
    for (int i = 0; i < SHM_REGIONS; i++) {
        free(of(file)->shm[i]);
        of(file)->shm[i] = NULL;
    }
    return SQLITE_OK;
}

static int file_close(sqlite3_file *file)
{
    return file_unmap(file, 0);
}

static int file_read(sqlite3_file *file, void *to, int size, sqlite3_int64 at)
{
    const struct image *image = of(file)->image;
    if (!disk()->dead && world_strikes(current, FAULT_READ))
        return SQLITE_IOERR_READ;
    size_t from = (size_t)at, wanted = (size_t)size;
    size_t there = from < image->size ? image->size - from : 0;
    if (there >= wanted) {
        memcpy(to, image->now + from, wanted);
        return SQLITE_OK;
    }
    if (there)
        memcpy(to, image->now + from, there);
    memset((uint8_t *)to + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    struct image *image = of(file)->image;
    size_t from = (size_t)at, end = from + (size_t)size;
    if (has_died())
        return SQLITE_IOERR_WRITE;
    if (world_strikes(current, FAULT_DISK_FULL))
        return SQLITE_FULL;
    vfs_make_room(image, end);
    memcpy(image->now + from, bytes, (size_t)size);
    if (end > image->size)
        image->size = end;
    for (size_t sector = from / SECTOR; sector <= (end - 1) / SECTOR; sector++)
        image->dirty[sector] = 1;
    if (image->dirty_to == 0 || from / SECTOR < image->dirty_from)
        image->dirty_from = from / SECTOR;
    if ((end - 1) / SECTOR + 1 > image->dirty_to)
        image->dirty_to = (end - 1) / SECTOR + 1;
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct image *image = of(file)->image;
    if (has_died())
        return SQLITE_IOERR_TRUNCATE;
    vfs_make_room(image, (size_t)size);
    if ((size_t)size < image->size) {
        memset(image->now + size, 0, image->size - (size_t)size);
        memset(image->dirty + size / SECTOR + 1, 0, image->room / SECTOR - (size_t)size / SECTOR - 1);
        image->cut_to = image->cut && image->cut_to < (size_t)size ? image->cut_to : (size_t)size;
        image->cut = true;
    }
    image->size = (size_t)size;
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    struct image *image = of(file)->image;
    if (has_died() || world_strikes(current, FAULT_FSYNC))
        return SQLITE_IOERR_FSYNC;
    if (world_strikes(current, FAULT_DISK_SLOW))
        current->host.busy_until_ms = current->now_ms + random_between(&current->faults, 1, SECONDS(20));
    for (size_t sector = image->dirty_from; sector < image->dirty_to; sector++)
        if (image->dirty[sector])
            keep_sector(image, sector);
    image->dirty_from = image->dirty_to = 0;
    if (image->cut)
        memset(image->kept + image->size, 0, image->room - image->size);
    image->kept_size = image->size;
    image->cut = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)of(file)->image->size;
    return SQLITE_OK;
}

/* There is one connection, so there is nobody to lock out. */
static int file_lock(sqlite3_file *file, int level)
{
    (void)file, (void)level;
    return SQLITE_OK;
}

static int file_is_locked(sqlite3_file *file, int *locked)
{
    (void)file;
    *locked = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
    (void)file, (void)what, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int file_traits(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static int file_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory)
{
    struct open_file *f = of(file);
    if (region >= SHM_REGIONS)
        return SQLITE_NOMEM;
    if (!f->shm[region] && extend)
        f->shm[region] = calloc(1, (size_t)size);
    *memory = f->shm[region];
    return SQLITE_OK;
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    (void)file, (void)offset, (void)count, (void)flags;
    return SQLITE_OK;
}

static void file_barrier(sqlite3_file *file)
{
    (void)file;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_is_locked,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_barrier,
    .xShmUnmap = file_unmap,
};

/* --- the file system -------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    struct open_file *f = of(file);
    memset(f, 0, sizeof *f);
    f->image = vfs_find(name);
    bool creates = flags & SQLITE_OPEN_CREATE ||
                   flags & SQLITE_OPEN_MAIN_DB; /* as the real file system does beforehand */
    if (!f->image && creates)
        f->image = vfs_make(name);
    if (!f->image)
        return SQLITE_CANTOPEN;
    f->base.pMethods = &methods;
    if (out_flags)
        *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)sync;
    struct image *image = vfs_find(name);
    if (has_died())
        return SQLITE_IOERR_DELETE;
    if (!image)
        return SQLITE_IOERR_DELETE_NOENT;
    vfs_empty(image);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs, (void)flags;
    *result = vfs_find(name) != NULL;
    return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    snprintf(out, (size_t)size, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    random_bytes(&current->faults, out, (size_t)size);
    return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *julian_ms)
{
    (void)vfs;
    *julian_ms = current->now_ms + INT64_C(210866760000000);
    return SQLITE_OK;
}

static int vfs_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs, (void)size, (void)out;
    return 0;
}

void disk_vfs_use(struct world *w)
{
    static sqlite3_vfs vfs = {.iVersion = 2,
                              .szOsFile = sizeof(struct open_file),
                              .mxPathname = DISK_FOLDER_BYTES + 32,
                              .zName = "simulated",
                              .xOpen = vfs_open,
                              .xDelete = vfs_delete,
                              .xAccess = vfs_access,
                              .xFullPathname = vfs_path,
                              .xRandomness = vfs_random,
                              .xSleep = vfs_sleep,
                              .xGetLastError = vfs_error,
                              .xCurrentTimeInt64 = vfs_time};
    current = w;
    int rc = sqlite3_vfs_register(&vfs, 1);
    assert(rc == SQLITE_OK);
    (void)rc;
    sqlite3_randomness(0, NULL); /* SQLite seeds its generator again, from ours */
}
