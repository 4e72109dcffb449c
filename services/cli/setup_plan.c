/* setup_plan.c: see setup_plan.h. */
#include "services/cli/setup_plan.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/seal/master_key.h"
#include "proto/words/sync_folder.h"
#include "services/cli/desk_lines.h"
#include "services/cli/setup_certificate.h"
#include "services/cli/setup_found.h"
#include "services/cli/setup_key_pair.h"

enum { FAULT_BYTES = 2 * PATH_MAX };

enum plan_kind {
    PLAN_FOLDER,
    PLAN_FILE,
    PLAN_DESKS,
    PLAN_LINK,
    PLAN_KEY,
    PLAN_MASTER_KEY,
    PLAN_CERTIFICATE,
    PLAN_KINDS
};

struct plan_item {
    enum plan_kind kind;
    enum found found;
    bool secret;
    char *shown; /* the path on the site's machine; of a key pair: that of the public half */
    char *path;  /* the same under the root */
    char *text;  /* of a file; the target of a link; the host of a certificate */
    char *other; /* of a key pair: the folder of its secret half, and of a certificate: its key; under the
                    root */
    char *name, *role, *of;
    struct desk_changes desks; /* of the desks that are there */
};

static struct key_pair pair_of(const struct plan_item *item)
{
    return (struct key_pair){item->name, item->role, item->of, item->other, item->path};
}

/* --- what is there: with a message if it is wrong ---------------------------------------------------- */

static enum found path_is_wrong(const struct plan_item *item, char *fault, const char *why)
{
    snprintf(fault, FAULT_BYTES, "%s: %s", item->path, why);
    return FOUND_WRONG;
}

static enum found look_at_folder(const struct plan_item *item, char *fault)
{
    struct stat about;
    if (stat(item->path, &about) != 0)
        return errno == ENOENT ? FOUND_NOTHING : path_is_wrong(item, fault, strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return path_is_wrong(item, fault, "this is no folder; move it away");
    if (item->secret && (about.st_mode & (S_IRWXG | S_IRWXO)))
        return path_is_wrong(item, fault,
                             "others may look into it, and secret keys are kept there; `chmod 700` it");
    if (item->secret && about.st_uid != geteuid())
        return path_is_wrong(item, fault,
                             "it belongs to somebody else, and secret keys are kept there; `chown` it");
    return FOUND_IT;
}

static enum found look_at_file(const struct plan_item *item, char *fault)
{
    FILE *file = fopen(item->path, "re");
    if (!file)
        return errno == ENOENT ? FOUND_NOTHING : path_is_wrong(item, fault, strerror(errno));
    size_t size = strlen(item->text);
    char *there = malloc(size + 1);
    bool same = there && fread(there, 1, size + 1, file) == size && memcmp(there, item->text, size) == 0;
    fclose(file);
    free(there);
    return same ? FOUND_IT : FOUND_OTHER;
}

/* Its text is what there will be. */
static enum found look_at_desks(const struct plan_item *item, char *fault)
{
    return item->desks.added && *item->desks.added ? FOUND_HALF
           : item->desks.added                     ? FOUND_IT
                                                   : look_at_file(item, fault);
}

static enum found look_at_link(const struct plan_item *item, char *fault)
{
    char target[PATH_MAX];
    ssize_t size = readlink(item->path, target, sizeof target);
    if (size < 0)
        return errno == ENOENT   ? FOUND_NOTHING
               : errno == EINVAL ? FOUND_OTHER
                                 : path_is_wrong(item, fault, strerror(errno));
    return (size_t)size == strlen(item->text) && memcmp(target, item->text, (size_t)size) == 0 ? FOUND_IT
                                                                                               : FOUND_OTHER;
}

static enum found look_at_key(const struct plan_item *item, char *fault)
{
    const struct key_pair pair = pair_of(item);
    return key_pair_look(&pair, fault, FAULT_BYTES);
}

static enum found look_at_master_key(const struct plan_item *item, char *fault)
{
    struct master_key *key;
    if (access(item->path, F_OK) != 0 && errno == ENOENT)
        return FOUND_NOTHING;
    enum master_key_status status = master_key_open_file(item->path, NULL, &key, fault, FAULT_BYTES);
    master_key_close(&key);
    return status == MASTER_KEY_GOOD ? FOUND_IT : FOUND_WRONG;
}

static enum found look_at_certificate(const struct plan_item *item, char *fault)
{
    return certificate_look(item->path, item->other, item->text, fault, FAULT_BYTES);
}

/* --- how it is made: false with a message ------------------------------------------------------------- */

static bool say_errno(const struct plan_item *item, char *fault)
{
    snprintf(fault, FAULT_BYTES, "%s: %s", item->path, strerror(errno));
    return false;
}

/* Makes the folders above it too. The umask has no say. */
static bool make_folder(const struct plan_item *item, char *fault)
{
    for (char *slash = strchr(item->path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        mode_t mode = item->secret && !slash ? S_IRWXU : S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;
        bool good = mkdir(item->path, mode) == 0 ? chmod(item->path, mode) == 0 : errno == EEXIST;
        if (!good)
            (void)say_errno(item, fault);
        if (slash)
            *slash = '/';
        if (!good || !slash)
            return good;
    }
}

/* Writes the whole file or none: a reader never finds half of it. */
static bool make_file(const struct plan_item *item, char *fault)
{
    char fresh[PATH_MAX];
    size_t size = strlen(item->text);
    if (snprintf(fresh, sizeof fresh, "%s.new", item->path) >= (int)sizeof fresh) {
        errno = ENAMETOOLONG;
        return say_errno(item, fault);
    }
    struct stat old = {
        .st_mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, .st_uid = geteuid(), .st_gid = getegid()};
    (void)stat(item->path, &old); /* desks that are there keep their owner and their rights */
    (void)unlink(fresh);          /* of a run that was killed */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return say_errno(item, fault);
    bool good = write(fd, item->text, size) == (ssize_t)size && fchown(fd, old.st_uid, old.st_gid) == 0 &&
                fchmod(fd, old.st_mode & ALLPERMS) == 0 && fsync(fd) == 0;
    good = close(fd) == 0 && good && rename(fresh, item->path) == 0 && sync_folder_of(item->path);
    return good || say_errno(item, fault);
}

static bool make_link(const struct plan_item *item, char *fault)
{
    return symlink(item->text, item->path) == 0 || say_errno(item, fault);
}

static bool make_key(const struct plan_item *item, char *fault)
{
    const struct key_pair pair = pair_of(item);
    return key_pair_make(&pair, item->found, fault, FAULT_BYTES);
}

static bool make_master(const struct plan_item *item, char *fault)
{
    return master_key_make(item->path, NULL, fault, FAULT_BYTES) == 0;
}

static bool make_certificate(const struct plan_item *item, char *fault)
{
    return certificate_make(item->path, item->other, item->text, fault, FAULT_BYTES);
}

static const struct plan_maker {
    const char *what;
    enum found (*look)(const struct plan_item *item, char *fault);
    bool (*make)(const struct plan_item *item, char *fault);
} makers[PLAN_KINDS] = {
    [PLAN_FOLDER] = {"folder", look_at_folder, make_folder},
    [PLAN_FILE] = {"file", look_at_file, make_file},
    [PLAN_DESKS] = {"file", look_at_desks, make_file},
    [PLAN_LINK] = {"link", look_at_link, make_link},
    [PLAN_KEY] = {"key pair", look_at_key, make_key},
    [PLAN_MASTER_KEY] = {"master key", look_at_master_key, make_master},
    [PLAN_CERTIFICATE] = {"certificate", look_at_certificate, make_certificate},
};

/* --- the plan ---------------------------------------------------------------------------------------- */

void plan_fault(struct plan *plan, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("concordat: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    plan->failed = true;
}

const char *plan_path(struct plan *plan, const char *path, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s%s", plan->root, path) < PATH_MAX)
        return out;
    plan_fault(plan, "%.200s: the path is too long", path);
    out[0] = '\0';
    return out;
}

static char *under_root(struct plan *plan, const char *path)
{
    char out[PATH_MAX];
    return strdup(plan_path(plan, path, out));
}

static void item_close(struct plan_item *item)
{
    char *const texts[] = {item->shown, item->path, item->text, item->other,
                           item->name,  item->role, item->of};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    desk_changes_close(&item->desks);
}

/* Takes the texts of the item over, and looks at what is in its place. */
static void plan_add(struct plan *plan, struct plan_item item)
{
    char fault[FAULT_BYTES] = "";
    struct plan_item *more = reallocarray(plan->items, plan->count + 1, sizeof *more);
    bool has_pair = item.kind != PLAN_KEY || (item.name && item.role && item.of && item.other);
    bool has_text =
        item.kind == PLAN_FOLDER || item.kind == PLAN_KEY || item.kind == PLAN_MASTER_KEY || item.text;
    plan->items = more ? more : plan->items;
    if (!more || !item.shown || !item.path || !has_pair || !has_text) {
        plan_fault(plan, "there is no memory");
        item_close(&item);
        return;
    }
    item.found = makers[item.kind].look(&item, fault);
    if (item.found == FOUND_WRONG)
        plan_fault(plan, "%s", fault);
    plan->items[plan->count++] = item;
}

void plan_folder(struct plan *plan, const char *path, bool secret)
{
    plan_add(plan, (struct plan_item){.kind = PLAN_FOLDER,
                                      .secret = secret,
                                      .shown = strdup(path),
                                      .path = under_root(plan, path)});
}

void plan_file(struct plan *plan, const char *path, char *text)
{
    plan_add(plan,
             (struct plan_item){
                 .kind = PLAN_FILE, .shown = strdup(path), .path = under_root(plan, path), .text = text});
}

/* The text of a file; "" if there is none, and NULL if it cannot be read. */
static char *text_there(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    if (!file)
        return errno == ENOENT ? strdup("") : NULL;
    bool good = getdelim(&text, &size, '\0', file) >= 0 || feof(file);
    fclose(file);
    if (good && text)
        return text;
    free(text);
    return good ? strdup("") : NULL;
}

void plan_desks(struct plan *plan, const char *path, char *text)
{
    struct plan_item item = {
        .kind = PLAN_DESKS, .shown = strdup(path), .path = under_root(plan, path), .text = text};
    char *there = item.path ? text_there(item.path) : NULL;
    if (there && *there && text && desk_changes_find(&item.desks, there, text)) {
        item.text = item.desks.text;
        item.desks.text = NULL;
        free(text);
    }
    free(there);
    plan_add(plan, item);
}

void plan_link(struct plan *plan, const char *path, const char *target)
{
    plan_add(plan, (struct plan_item){.kind = PLAN_LINK,
                                      .shown = strdup(path),
                                      .path = under_root(plan, path),
                                      .text = strdup(target)});
}

void plan_key(struct plan *plan, const char *name, const char *role, const char *of,
              const char *secret_folder, const char *public_path)
{
    plan_add(plan, (struct plan_item){.kind = PLAN_KEY,
                                      .shown = strdup(public_path),
                                      .path = under_root(plan, public_path),
                                      .other = under_root(plan, secret_folder),
                                      .name = strdup(name),
                                      .role = strdup(role),
                                      .of = strdup(of)});
}

void plan_master_key(struct plan *plan, const char *path)
{
    plan_add(plan, (struct plan_item){
                       .kind = PLAN_MASTER_KEY, .shown = strdup(path), .path = under_root(plan, path)});
}

void plan_certificate(struct plan *plan, const char *path, const char *key_path, const char *host)
{
    plan_add(plan, (struct plan_item){.kind = PLAN_CERTIFICATE,
                                      .shown = strdup(path),
                                      .path = under_root(plan, path),
                                      .other = under_root(plan, key_path),
                                      .text = strdup(host)});
}

bool plan_is_new(const struct plan *plan, const char *path)
{
    size_t size = strlen(path), root = strlen(plan->root);
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        bool has = strncmp(item->shown, path, size) == 0, has_other = false;
        char secret[PATH_MAX];
        if (item->kind == PLAN_KEY &&
            snprintf(secret, sizeof secret, "%s/%s.key_secret", item->other + root, item->name) < PATH_MAX)
            has_other = strncmp(secret, path, size) == 0;
        if ((has || has_other) && item->kind != PLAN_FOLDER &&
            (item->found == FOUND_NOTHING || item->found == FOUND_HALF))
            return true;
    }
    return false;
}

/* What stands there already, and what is left as it is. False if there is something to make. */
static bool item_is_settled(const struct plan_item *item)
{
    if (item->found == FOUND_IT && item->kind != PLAN_FOLDER)
        printf("%-14s  %s\n", "there already", item->shown);
    else if (item->found == FOUND_OTHER)
        printf(
            "%-14s  %s: it has been changed, or was made with other answers; --dry-run shows what these would give, "
            "and if you move it away it is made anew\n",
            "left as it is", item->shown);
    if (item->desks.left && *item->desks.left)
        printf("%-14s  %s: %s, which stands in a comment there\n", "left out", item->shown, item->desks.left);
    return item->found == FOUND_IT || item->found == FOUND_OTHER;
}

void plan_show(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item_is_settled(item) && item->found == FOUND_IT)
            continue;
        printf("%-14s  %s (%s)\n",
               item->found == FOUND_OTHER ? "would give"
               : item->desks.added        ? "would add to"
                                          : "would make",
               item->shown, item->desks.added ? item->desks.added : makers[item->kind].what);
        for (const char *line = item->kind == PLAN_FILE || item->kind == PLAN_DESKS ? item->text : ""; *line;
             line += strcspn(line, "\n"), line += *line == '\n')
            printf("    | %.*s\n", (int)strcspn(line, "\n"), line);
    }
}

bool plan_make(struct plan *plan)
{
    char fault[FAULT_BYTES];
    assert(!plan->failed);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *item = &plan->items[i];
        if (item_is_settled(item))
            continue;
        if (!makers[item->kind].make(item, fault)) {
            plan_fault(plan, "%s. Nothing after it was made; when it is mended, run this again", fault);
            return false;
        }
        if (item->desks.added)
            printf("%-14s  %s: %s\n", "added to", item->shown, item->desks.added);
        else
            printf("%-14s  %s\n", "made", item->shown);
    }
    return true;
}

void plan_close(struct plan *plan)
{
    while (plan->count > 0)
        item_close(&plan->items[--plan->count]);
    free(plan->items);
    plan->items = NULL;
}
