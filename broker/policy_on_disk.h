/* policy_on_disk.h: whether the policy file on the disk is the one that is in force. Somebody who changed it
 * and forgot SIGHUP would otherwise see that at the next start. One thread. */
#ifndef CONCORDAT_POLICY_ON_DISK_H
#define CONCORDAT_POLICY_ON_DISK_H

#include <sys/stat.h>

#include "broker/core/policy.h"

/* Begin with zeros. */
struct policy_on_disk {
    struct stat read_as; /* the file when it was read */
    bool is_read;
    uint8_t digest[32];
};

/* Reads the file only if it has changed since. False if it is another, or cannot be read. */
bool policy_on_disk_is(struct policy_on_disk *disk, const char *path, const struct policy *in_force);

#endif
