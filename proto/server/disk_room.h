/* disk_room.h: how much room a state folder's disk has, and the ballast in the folder.
 *
 * The ballast is a file that holds nothing. On a full disk SQLite cannot even open its file and finish what
 * is in its log; then the ballast is given up, and the program starts, serves, and can be mended at leisure.
 * One thread calls all of this.
 */
#ifndef CONCORDAT_DISK_ROOM_H
#define CONCORDAT_DISK_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/server/limits.h"

#define DISK_MIB UINT64_C(1048576)
#define DISK_MIB UINT64_C(1048576)

struct disk_room {
    uint64_t free_bytes;  /* for this program's user */
    uint64_t floor_bytes; /* with less the disk counts as nearly full */
    uint64_t whole_bytes;
};

/* Looks at the disk of a folder. floor_bytes: the floor of a big disk. If the system does not say how full it
 * is, returns a disk with room: what is refused because of a guess is refused to a person. */
struct disk_room disk_room_of(const char *folder, uint64_t floor_bytes);
/* Whether a write could fail because of it. */
bool disk_room_is_used_up(const struct disk_room *room);

/* Sees to it that the folder has its ballast, if there is room for it above the floor. */
void ballast_keep(const char *folder, const struct disk_room *room);
/* Deletes the ballast. False if there was none. */
bool ballast_give_up(const char *folder);

#endif
