/* whole_file.c: see whole_file.h. */
#include "services/gateway/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/sync_folder.h"

static bool write_all(int fd, const char *text, size_t size)
{
    while (size) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text += written;
        size -= (size_t)written;
    }
    return fsync(fd) == 0;
}

/* Root writes what a service reads: the file stays that of its user. */
static bool keep_owner(int fd, const char *path)
{
    struct stat before;
    if (geteuid() != 0 || stat(path, &before) != 0)
        return true;
    return fchown(fd, before.st_uid, before.st_gid) == 0;
}

bool whole_file_write(const char *path, const char *text, size_t size)
{
    char fresh[PATH_MAX];
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) {
        errno = ENAMETOOLONG;
        return false;
    }
    (void)unlink(fresh); /* of a writer that was killed */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool good =
        keep_owner(fd, path) && write_all(fd, text, size) && rename(fresh, path) == 0 && sync_folder_of(path);
    int problem = errno;
    close(fd);
    if (!good)
        (void)unlink(fresh);
    errno = problem;
    return good;
}

static bool is_private(int fd, size_t bytes_max)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return false;
    bool is_ours = about.st_uid == geteuid() || about.st_uid == 0 || geteuid() == 0;
    if (!S_ISREG(about.st_mode) || (about.st_mode & 077) || !is_ours)
        errno = EPERM;
    else if ((size_t)about.st_size > bytes_max)
        errno = EFBIG;
    else
        return true;
    return false;
}

static char *read_open_file(int fd, size_t bytes_max, size_t *size)
{
    if (!is_private(fd, bytes_max))
        return NULL;
    char *text = malloc(bytes_max + 1);
    size_t used = 0;
    ssize_t got = text ? 1 : -1;
    while (got > 0 && used < bytes_max) {
        got = read(fd, text + used, bytes_max - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (got < 0 || memchr(text, '\0', used)) {
        errno = got < 0 ? errno : EILSEQ;
        free(text);
        return NULL;
    }
    text[used] = '\0';
    *size = used;
    return text;
}

char *whole_file_read(const char *path, size_t bytes_max, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *text = read_open_file(fd, bytes_max, size);
    int problem = errno;
    close(fd);
    errno = problem;
    return text;
}
