/* seals_disk.h: the file of referral keys on a real disk. */
#ifndef CONCORDAT_SEALS_DISK_H
#define CONCORDAT_SEALS_DISK_H

#include "broker/seals/seals.h"

struct seals_disk {
    int fd; /* -1: closed */
};

/* Opens the file, or makes an empty one that only its owner may read, and locks it until seals_disk_close or
 * the end of the process. Returns 0, or -1 with a message: it is in use, no regular file, or the disk does
 * not let it be made. */
int seals_disk_open(const char *path, struct seals_disk *disk, char *message, size_t message_size);
void seals_disk_close(struct seals_disk *disk);

/* Its calls; they borrow the disk. */
struct seals_file seals_disk_file(struct seals_disk *disk);

#endif
