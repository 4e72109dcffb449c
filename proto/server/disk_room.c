/* disk_room.c: how much room a state folder's disk has, and the ballast in the folder. */
#include "proto/server/disk_room.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BALLAST_PATH_BYTES = 4096 };

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

struct disk_room disk_room_of(const char *folder, uint64_t floor_bytes)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) || disk.f_blocks == 0)
        return (struct disk_room){UINT64_MAX, 0, UINT64_MAX};
    uint64_t whole_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
    return (struct disk_room){.free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize,
                              .floor_bytes = lesser(floor_bytes, whole_bytes / DISK_SHARE),
                              .whole_bytes = whole_bytes};
}

bool disk_room_is_used_up(const struct disk_room *room)
{
    return room->free_bytes < lesser(room->floor_bytes, BALLAST_BYTES) / 2;
}

static bool ballast_path(const char *folder, const char *name, char path[BALLAST_PATH_BYTES])
{
    return snprintf(path, BALLAST_PATH_BYTES, "%s/%s", folder, name) < BALLAST_PATH_BYTES;
}

/* It has its name only when all of it is there. */
static void ballast_make(const char *made, const char *path, uint64_t bytes)
{
    int file = open(made, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return;
    if (posix_fallocate(file, 0, (off_t)bytes) || rename(made, path))
        (void)unlink(made);
    (void)close(file);
}

void ballast_keep(const char *folder, const struct disk_room *room)
{
    char path[BALLAST_PATH_BYTES], made[BALLAST_PATH_BYTES];
    struct stat there;
    uint64_t bytes = lesser(BALLAST_BYTES, room->whole_bytes / DISK_SHARE);
    bool fits = room->floor_bytes && room->free_bytes >= bytes + room->floor_bytes + room->floor_bytes / 4;
    if (fits && ballast_path(folder, "ballast", path) && ballast_path(folder, "ballast.new", made) &&
        stat(path, &there))
        ballast_make(made, path, bytes);
}

bool ballast_give_up(const char *folder)
{
    char path[BALLAST_PATH_BYTES];
    return ballast_path(folder, "ballast", path) && !unlink(path);
}
