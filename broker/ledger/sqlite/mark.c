/* mark.c: see mark.h. */
#include "broker/ledger/sqlite/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/sync_folder.h"

/* Empty files beside the ledger's, with these endings. If both are there, a change of the mark was broken
 * off: the first of them holds. */
static const struct {
    enum ledger_mark mark;
    const char *ending;
} marks[] = {{LEDGER_COPYING, ".copying"}, {LEDGER_MOVED, ".moved"}};
enum { MARKS = sizeof marks / sizeof marks[0], MARK_NAME_BYTES = 4096 };

static bool mark_name(const char *path, size_t which, char name[MARK_NAME_BYTES])
{
    if ((size_t)snprintf(name, MARK_NAME_BYTES, "%s%s", path, marks[which].ending) < MARK_NAME_BYTES)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

enum ledger_mark mark_find(const char *path)
{
    char name[MARK_NAME_BYTES];
    for (size_t i = 0; i < MARKS; i++)
        if (mark_name(path, i, name) && access(name, F_OK) == 0)
            return marks[i].mark;
    return LEDGER_IN_PLACE;
}

static bool mark_put(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    return fd >= 0 && close(fd) == 0 && sync_folder_of(name);
}

static bool mark_take_away(const char *name)
{
    return (unlink(name) == 0 || errno == ENOENT) && sync_folder_of(name);
}

/* The new mark is there before the former one goes. */
bool mark_change(const char *path, enum ledger_mark mark)
{
    char name[MARK_NAME_BYTES];
    for (size_t i = 0; i < MARKS; i++)
        if (marks[i].mark == mark && !(mark_name(path, i, name) && mark_put(name)))
            return false;
    for (size_t i = 0; i < MARKS; i++)
        if (marks[i].mark != mark && !(mark_name(path, i, name) && mark_take_away(name)))
            return false;
    return true;
}
