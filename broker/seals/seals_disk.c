/* seals_disk.c: the file of referral keys on a real disk. */
#include "broker/seals/seals_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/sync_folder.h"

static int disk_read(void *context, void *bytes, size_t size, uint64_t at, size_t *got)
{
    const struct seals_disk *disk = context;
    *got = 0;
    while (*got < size) {
        ssize_t some = pread(disk->fd, (uint8_t *)bytes + *got, size - *got, (off_t)(at + *got));
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0)
            return errno;
        if (some == 0)
            break;
        *got += (size_t)some;
    }
    return 0;
}

static int disk_write(void *context, const void *bytes, size_t size, uint64_t at)
{
    const struct seals_disk *disk = context;
    size_t done = 0;
    while (done < size) {
        ssize_t some = pwrite(disk->fd, (const uint8_t *)bytes + done, size - done, (off_t)(at + done));
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0)
            return errno;
        done += (size_t)some;
    }
    return 0;
}

static int disk_sync(void *context)
{
    const struct seals_disk *disk = context;
    return fdatasync(disk->fd) == 0 ? 0 : errno;
}

int seals_disk_open(const char *path, struct seals_disk *disk, char *message, size_t message_size)
{
    struct stat about;
    const char *problem = NULL;
    disk->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR);
    if (disk->fd < 0 || fstat(disk->fd, &about) != 0)
        problem = strerror(errno);
    else if (!S_ISREG(about.st_mode))
        problem = "it is no regular file; move it away";
    else if (flock(disk->fd, LOCK_EX | LOCK_NB) != 0)
        problem = errno == EWOULDBLOCK ? "another process has it open; stop that one first" : strerror(errno);
    else if (!sync_folder_of(path))
        problem = strerror(errno);
    if (!problem)
        return 0;
    snprintf(message, message_size, "%s: cannot open the keys of referrals: %s", path, problem);
    seals_disk_close(disk);
    return -1;
}

void seals_disk_close(struct seals_disk *disk)
{
    if (disk->fd >= 0)
        close(disk->fd);
    disk->fd = -1;
}

struct seals_file seals_disk_file(struct seals_disk *disk)
{
    return (struct seals_file){.context = disk, .read = disk_read, .write = disk_write, .sync = disk_sync};
}
