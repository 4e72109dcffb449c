/* backup.c: see backup.h. */
#include "broker/tools/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "broker/tools/pair.h"
#include "proto/words/sync_folder.h"
#include "proto/words/words.h"

#define BACKUP_PREFIX     "concordat-"
#define BACKUP_UNFINISHED ".unfinished"
static const char ledger_ending[] = ".ledger", keys_ending[] = ".keys",
                  unfinished_ending[] = BACKUP_UNFINISHED;

enum { BACKUP_STEM_BYTES = 64, DAY_MS = 24 * 60 * 60 * 1000 };

static enum exit_code backup_fails(const char *path, const char *why)
{
    fprintf(stderr, "concordat-ledger: %s: %s\n", path, why);
    return CODE_ENVIRONMENT;
}

static int64_t backup_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* "concordat-2026-11-30T13-39-51.123Z": names in their order are times in theirs. */
static void write_stem(int64_t at_ms, char stem[BACKUP_STEM_BYTES])
{
    char at[TIME_TEXT_BYTES];
    words_time(at_ms, at);
    for (char *c = at; *c; c++)
        if (*c == ':')
            *c = '-';
    snprintf(stem, BACKUP_STEM_BYTES, BACKUP_PREFIX "%s", at);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* Removes files of ours in a folder that have this ending and, if `before` is not NULL, an earlier name. */
static void remove_copies(const char *folder, const char *ending, const char *before)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    for (const struct dirent *entry; (entry = readdir(directory));)
        if (strncmp(entry->d_name, BACKUP_PREFIX, sizeof BACKUP_PREFIX - 1) == 0 &&
            ends_in(entry->d_name, ending) && (!before || strcmp(entry->d_name, before) < 0))
            unlinkat(dirfd(directory), entry->d_name, 0);
    fsync(dirfd(directory));
    closedir(directory);
}

/* One backup into a folder at a time: the other's unfinished files would be taken for a dead one's. */
static int lock_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    (void)backup_fails(folder, errno == EWOULDBLOCK ? "another backup is being made here; wait for it"
                                                    : strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool give_name(const char *unfinished, const char *name)
{
    if (rename(unfinished, name) == 0 && sync_folder_of(name))
        return true;
    (void)backup_fails(name, strerror(errno));
    return false;
}

/* The keys first: where there is a ledger's copy, its keys are there too. */
static enum exit_code finish_pair(const struct pair *unfinished, const struct pair *named,
                                  const struct pair_check *check)
{
    if (!give_name(unfinished->keys, named->keys) || !give_name(unfinished->ledger, named->ledger))
        return CODE_ENVIRONMENT;
    return pair_print(named, check);
}

static bool name_pair(const struct backup_order *order, const char *stem, const char *behind,
                      struct pair *pair)
{
    return (size_t)snprintf(pair->ledger, sizeof pair->ledger, "%s/%s%s%s", order->to, stem, ledger_ending,
                            behind) < sizeof pair->ledger &&
           (size_t)snprintf(pair->keys, sizeof pair->keys, "%s/%s%s%s", order->keys_to, stem, keys_ending,
                            behind) < sizeof pair->keys;
}

static enum exit_code copy_and_name(const struct backup_order *order, const char *stem)
{
    struct pair from, unfinished, named;
    struct pair_check check = {0};
    if ((size_t)snprintf(from.ledger, sizeof from.ledger, "%s/ledger.db", order->state) >=
            sizeof from.ledger ||
        (size_t)snprintf(from.keys, sizeof from.keys, "%s/seals", order->state) >= sizeof from.keys ||
        !name_pair(order, stem, BACKUP_UNFINISHED, &unfinished) || !name_pair(order, stem, "", &named))
        return backup_fails(order->to, "the path is too long");
    enum exit_code code = pair_copy(&from, &unfinished, false, &check);
    if (code == CODE_DONE) {
        code = finish_pair(&unfinished, &named, &check);
    } else {
        fprintf(stderr, "concordat-ledger: no backup was made: %s\n", check.message);
        unlink(unfinished.ledger);
        unlink(unfinished.keys);
    }
    pair_check_close(&check);
    return code;
}

enum exit_code backup_make(const struct backup_order *order)
{
    char stem[BACKUP_STEM_BYTES], before[BACKUP_STEM_BYTES];
    int64_t now_ms = backup_now_ms();
    int lock = lock_folder(order->to);
    if (lock < 0)
        return CODE_ENVIRONMENT;
    remove_copies(order->to, unfinished_ending, NULL);
    remove_copies(order->keys_to, unfinished_ending, NULL);
    write_stem(now_ms, stem);
    enum exit_code code = copy_and_name(order, stem);
    if (code == CODE_DONE && order->keep_days) {
        write_stem(now_ms - (int64_t)order->keep_days * DAY_MS, before);
        remove_copies(order->to, ledger_ending, before);
        remove_copies(order->keys_to, keys_ending, before);
    }
    close(lock);
    return code;
}
