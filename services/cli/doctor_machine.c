/* doctor_machine.c: what a site needs of its machine: a clock that is kept, and room on its disks. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "proto/server/disk_room.h"
#include "proto/words/now.h"
#include "services/cli/doctor_checks.h"

void doctor_check_clock(struct doctor *doctor)
{
    if (now_wall_is_synchronised())
        doctor_well(doctor, "the clock of this machine: synchronised");
    else
        doctor_wrong(
            doctor,
            "the clock of this machine: not synchronised, and times and one-time codes follow it. `timedatectl` "
            "says more; start a time service, such as systemd-timesyncd or chrony");
}

static void check_room_of(struct doctor *doctor, const char *folder)
{
    const struct disk_room room = disk_room_of(folder, DISK_FLOOR_BYTES);
    uint64_t free_mib = room.free_bytes / DISK_MIB, floor_mib = room.floor_bytes / DISK_MIB;
    if (!room.floor_bytes)
        doctor_unseen(doctor, "%s: the machine does not say how full its disk is", folder);
    else if (room.free_bytes < 2 * room.floor_bytes)
        doctor_wrong(doctor,
                     "%s: its disk has %" PRIu64 " MiB free, and with less than %" PRIu64
                     " referrals are refused; make room now",
                     folder, free_mib, floor_mib);
    else
        doctor_well(doctor, "%s: its disk has %" PRIu64 " MiB free", folder, free_mib);
}

void doctor_check_disk(struct doctor *doctor)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < doctor->part_count; i++)
        if (access(doctor_path(doctor, doctor->parts[i].state, path), F_OK) == 0)
            check_room_of(doctor, path);
}
