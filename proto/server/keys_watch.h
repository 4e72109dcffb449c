/* keys_watch.h: tells when a folder of keys is to be read again: it changed, was replaced, or was not read.
 *
 * inotify tells of a change in the folder at once, but not if another folder takes its name or a symbolic
 * link is turned. So the folder itself is also looked at, as is due while the last reading failed. One
 * thread.
 */
#ifndef CONCORDAT_KEYS_WATCH_H
#define CONCORDAT_KEYS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct keys_watch {
    char *folder;
    int fd;           /* readable once something in the folder has changed */
    int watched;      /* inotify's number of the folder, or -1 if it cannot be watched */
    struct stat seen; /* the folder as it was before the last reading */
    bool failed;      /* the last reading did */
    int64_t look_ms;  /* when to look next, by the monotonic clock */
};

/* Begins to watch, and to read. Returns false with a message; keys_watch_close is then still needed. */
bool keys_watch_open(struct keys_watch *watch, const char *folder, char *message, size_t message_size);
void keys_watch_close(struct keys_watch *watch);

/* Say that the folder is about to be read, and whether that was done. */
void keys_watch_begin_reading(struct keys_watch *watch);
void keys_watch_end_reading(struct keys_watch *watch, bool done);

/* Returns whether the folder is to be read again, other than for a change that makes fd readable. Looks at
 * most twice a second. */
bool keys_watch_is_due(struct keys_watch *watch);

#endif
