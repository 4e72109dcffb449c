/* policy_on_disk.c: see policy_on_disk.h. */
#include "broker/policy_on_disk.h"

#include <string.h>

#include "broker/policy/policy_file.h"

static bool is_as_it_was(const struct stat *now, const struct stat *before)
{
    return now->st_dev == before->st_dev && now->st_ino == before->st_ino &&
           now->st_size == before->st_size && now->st_mtim.tv_sec == before->st_mtim.tv_sec &&
           now->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

bool policy_on_disk_is(struct policy_on_disk *disk, const char *path, const struct policy *in_force)
{
    struct stat now;
    if (stat(path, &now) != 0)
        return false;
    if (!disk->is_read || !is_as_it_was(&now, &disk->read_as)) {
        disk->is_read = policy_file_digest(path, disk->digest);
        disk->read_as = now;
    }
    return disk->is_read && memcmp(disk->digest, in_force->digest, sizeof disk->digest) == 0;
}
