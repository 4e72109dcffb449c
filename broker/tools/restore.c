/* restore.c: see restore.h. */
#include "broker/tools/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/ledger/ledger.h"
#include "broker/ledger/sqlite/lock.h"
#include "proto/words/sync_folder.h"

static const char ledger_name[] = "ledger.db", restoring_name[] = "ledger.db" LEDGER_RESTORING,
                  lock_name[] = "ledger.db.lock", keys_name[] = "seals",
                  restoring_keys_name[] = "seals" LEDGER_RESTORING;

/* A state folder into which a pair is put back. */
struct restoring {
    const char *folder;
    struct pair unfinished, named;
    struct stat owner; /* of the folder */
    int lock;          /* the router's own; -1: not taken */
};

static enum exit_code restore_refuses(enum exit_code code, const char *path, const char *why)
{
    fprintf(stderr, "concordat-ledger: nothing was restored: %s: %s\n", path, why);
    return code;
}

static bool is_expected_name(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Whether the folder has nothing but a lock, or what a restore left that was broken off. */
static bool is_empty(const char *folder, char found[NAME_MAX + 1])
{
    static const char *const always[] = {".", "..", lock_name}, *const left_behind[] = {restoring_name,
                                                                                        restoring_keys_name,
                                                                                        keys_name};
    char path[PAIR_PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, restoring_name);
    bool broken_off = access(path, F_OK) == 0;
    DIR *directory = opendir(folder);
    found[0] = '\0';
    if (!directory)
        return true; /* it was opened a moment ago: what follows fails */
    for (const struct dirent *entry; (entry = readdir(directory));)
        if (!is_expected_name(entry->d_name, always, 3) &&
            !(broken_off && is_expected_name(entry->d_name, left_behind, 3)))
            snprintf(found, NAME_MAX + 1, "%s", entry->d_name);
    closedir(directory);
    return !found[0];
}

static bool name_files(struct restoring *r)
{
    const char *folder = r->folder;
    size_t size = PAIR_PATH_BYTES;
    return (size_t)snprintf(r->unfinished.ledger, size, "%s/%s", folder, restoring_name) < size &&
           (size_t)snprintf(r->unfinished.keys, size, "%s/%s", folder, restoring_keys_name) < size &&
           (size_t)snprintf(r->named.ledger, size, "%s/%s", folder, ledger_name) < size &&
           (size_t)snprintf(r->named.keys, size, "%s/%s", folder, keys_name) < size;
}

/* Takes the router's lock, whose file the router must be able to open too, so that neither a router nor
 * another restore is at work in the folder. */
static enum exit_code take_folder(struct restoring *r)
{
    char found[NAME_MAX + 1], why[NAME_MAX + 100];
    if (!name_files(r))
        return restore_refuses(CODE_USAGE, r->folder, "the path is too long");
    if (stat(r->folder, &r->owner) != 0)
        return restore_refuses(CODE_ENVIRONMENT, r->folder,
                               errno == ENOENT ? "make this folder first, for the router's user"
                                               : strerror(errno));
    if (!S_ISDIR(r->owner.st_mode))
        return restore_refuses(CODE_USAGE, r->folder, "this is no folder");
    r->lock = lock_take(r->named.ledger);
    if (r->lock < 0)
        return restore_refuses(CODE_ENVIRONMENT, r->folder,
                               errno == EWOULDBLOCK
                                   ? "a router is running on this folder, or another restore; stop that first"
                                   : strerror(errno));
    if (geteuid() != r->owner.st_uid && fchown(r->lock, r->owner.st_uid, r->owner.st_gid) != 0)
        return restore_refuses(CODE_ENVIRONMENT, r->folder, strerror(errno));
    if (is_empty(r->folder, found))
        return CODE_DONE;
    snprintf(why, sizeof why, "%s is in it; move what is in it away, whole, and keep it", found);
    return restore_refuses(CODE_REFUSED, r->folder, why);
}

static bool give_to_owner(const struct restoring *r)
{
    uid_t user = r->owner.st_uid;
    gid_t group = r->owner.st_gid;
    bool is_other = geteuid() != user;
    return (!is_other ||
            (chown(r->unfinished.ledger, user, group) == 0 && chown(r->unfinished.keys, user, group) == 0)) &&
           chmod(r->unfinished.ledger, S_IRUSR | S_IWUSR) == 0 &&
           chmod(r->unfinished.keys, S_IRUSR | S_IWUSR) == 0 && chmod(r->folder, S_IRWXU) == 0;
}

static enum exit_code name_restored(const struct restoring *r, const struct pair_check *check)
{
    if (!give_to_owner(r) || rename(r->unfinished.keys, r->named.keys) != 0 ||
        !sync_folder_of(r->named.keys) || rename(r->unfinished.ledger, r->named.ledger) != 0 ||
        !sync_folder_of(r->named.ledger))
        return restore_refuses(CODE_ENVIRONMENT, r->folder, strerror(errno));
    enum exit_code code = pair_print(&r->named, check);
    puts(
        "Next:           whoever was referred after the recovery point is on no board. Before the router starts, go\n"
        "                through \"A backup is put back\" in OPERATE.md: ring them, and erase again what was erased.");
    return code;
}

/* A try that failed is removed, the ledger's file last: it keeps a router from starting. */
static void remove_unfinished(const struct restoring *r)
{
    unlink(r->unfinished.keys);
    if (access(r->named.ledger, F_OK) != 0 && access(r->unfinished.ledger, F_OK) == 0)
        unlink(r->named.keys);
    unlink(r->unfinished.ledger);
}

/* The name of the ledger that is not whole comes first, and keeps a router from starting from then on. */
static bool mark_folder(const struct restoring *r)
{
    int fd = open(r->unfinished.ledger, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool good = fd >= 0 && sync_folder_of(r->unfinished.ledger);
    if (fd >= 0)
        close(fd);
    unlink(r->unfinished.keys);
    return good;
}

enum exit_code restore_pair(const struct pair *from, const char *state)
{
    struct restoring r = {.folder = state, .lock = -1};
    struct pair_check check = {0};
    enum exit_code code = take_folder(&r);
    if (code == CODE_DONE && !mark_folder(&r))
        code = restore_refuses(CODE_ENVIRONMENT, state, strerror(errno));
    else if (code == CODE_DONE) {
        code = pair_copy(from, &r.unfinished, true, &check);
        if (code == CODE_DONE)
            code = name_restored(&r, &check);
        else
            fprintf(stderr, "concordat-ledger: nothing was restored: %s\n", check.message);
        if (code != CODE_DONE && access(r.named.ledger, F_OK) != 0)
            remove_unfinished(&r);
    }
    pair_check_close(&check);
    if (r.lock >= 0)
        close(r.lock);
    return code;
}
