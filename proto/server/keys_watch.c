/* keys_watch.c: watches a folder of keys with inotify, and looks at the folder itself twice a second. */
#include "proto/server/keys_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "proto/words/now.h"

enum {
    /* A change counts within two seconds, and a loop may sleep for one of them. */
    LOOK_MS = 500,
    /* Without IN_CREATE: a new file is of no use before it is written. */
    KEY_CHANGES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
};

bool keys_watch_open(struct keys_watch *watch, const char *folder, char *message, size_t message_size)
{
    *watch = (struct keys_watch){.folder = strdup(folder), .watched = -1, .fd = -1};
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->folder && watch->fd >= 0)
        keys_watch_begin_reading(watch);
    if (watch->watched >= 0)
        return true;
    snprintf(message, message_size, "%s: cannot watch the folder of keys: %s", folder, strerror(errno));
    return false;
}

void keys_watch_close(struct keys_watch *watch)
{
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch->folder);
    *watch = (struct keys_watch){.watched = -1, .fd = -1};
}

void keys_watch_begin_reading(struct keys_watch *watch)
{
    char changes[4096];
    /* Watched and looked at before it is read, so that no change goes unnoticed. Another folder may now have
     * this name. */
    int former = watch->watched;
    watch->watched = inotify_add_watch(watch->fd, watch->folder, KEY_CHANGES);
    int problem = errno;
    if (former >= 0 && former != watch->watched)
        inotify_rm_watch(watch->fd, former);
    while (read(watch->fd, changes, sizeof changes) > 0)
        ;
    if (stat(watch->folder, &watch->seen) != 0)
        watch->seen = (struct stat){0};
    errno = problem;
}

void keys_watch_end_reading(struct keys_watch *watch, bool done)
{
    watch->failed = !done;
    watch->look_ms = now_monotonic_ms() + LOOK_MS;
}

static bool keys_watch_sees_change(const struct keys_watch *watch)
{
    const struct stat *seen = &watch->seen;
    struct stat about;
    return stat(watch->folder, &about) != 0 || about.st_dev != seen->st_dev || about.st_ino != seen->st_ino ||
           memcmp(&about.st_mtim, &seen->st_mtim, sizeof about.st_mtim) != 0 ||
           memcmp(&about.st_ctim, &seen->st_ctim, sizeof about.st_ctim) != 0;
}

bool keys_watch_is_due(struct keys_watch *watch)
{
    int64_t now_ms = now_monotonic_ms();
    if (now_ms < watch->look_ms)
        return false;
    watch->look_ms = now_ms + LOOK_MS;
    return watch->failed || watch->watched < 0 || keys_watch_sees_change(watch);
}
