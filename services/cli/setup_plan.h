/* setup_plan.h: what a site's machine is to have: folders, files, links and keys. Each is compared with what
 * is there before anything is made, so that a fault stops all of it, and what is there stays.
 *
 * Paths are those on the site's machine; the plan's root stands before each. One thread. */
#ifndef CONCORDAT_CLI_SETUP_PLAN_H
#define CONCORDAT_CLI_SETUP_PLAN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct plan_item;

struct plan {
    const char *root; /* "": this machine */
    struct plan_item *items;
    size_t count;
    bool failed; /* a fault was told: nothing may be made */
};

/* A path under the root. One that is too long fails the plan, and is "". */
const char *plan_path(struct plan *plan, const char *path, char out[PATH_MAX]);

/* Tells a fault on standard error, and fails the plan. */
void plan_fault(struct plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A folder; if `secret`, for its owner alone. */
void plan_folder(struct plan *plan, const char *path, bool secret);
/* A file that everybody may read; the plan frees the text, and NULL fails it. */
void plan_file(struct plan *plan, const char *path, char *text);
/* The same of a gateway's desks. If the file is there, lines that it does not have are added at its end, and
 * all else in it stays as it is. */
void plan_desks(struct plan *plan, const char *path, char *text);
void plan_link(struct plan *plan, const char *path, const char *target);
/* A key pair NAME: its secret half in one folder, its public half as a file. `of`: whose it is. */
void plan_key(struct plan *plan, const char *name, const char *role, const char *of,
              const char *secret_folder, const char *public_path);
/* The broker's master key. */
void plan_master_key(struct plan *plan, const char *path);
/* A certificate for HTTPS that the machine signs itself, with its key, for a name. */
void plan_certificate(struct plan *plan, const char *path, const char *key_path, const char *host);

/* Whether something is made, or was, that was not there before: a file or a key whose path begins so. */
bool plan_is_new(const struct plan *plan, const char *path);

/* Prints what would be made, with the text of each file, and nothing secret. */
void plan_show(const struct plan *plan);
/* Makes what is not there, in the order of the plan, and says of each what was done. False if something could
 * not be made, which was told: what comes after it is not made either. */
bool plan_make(struct plan *plan);
void plan_close(struct plan *plan);

#endif
