/* doctor_rights.c: who owns, reads and writes what a site has: what is secret, what says who gets in, and
 * what is stored. */
#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/cli/doctor_checks.h"
#include "services/cli/setup_site.h"

enum {
    NOT_WRITTEN = S_IWGRP | S_IWOTH, /* by others */
    NOT_READ = S_IRWXG | S_IRWXO,    /* it is secret */
    NOT_BY_STRANGERS = S_IRWXO       /* a group shares it */
};

/* What a path must be. */
struct rights {
    mode_t not_allowed;
    uid_t owner;
    const char *owner_name;
};

/* --- one path ------------------------------------------------------------------------------------------- */

static const char *remedy_of(const struct rights *must, bool is_folder)
{
    return must->not_allowed == NOT_WRITTEN
               ? "others may write here, and so admit anybody or change what holds; `chmod go-w` it"
           : must->not_allowed == NOT_BY_STRANGERS
               ? "everybody on this machine may look into it; `chmod o=` it"
           : is_folder
               ? "others may look into it, and what is in it is secret; `chmod 700` it, and ask who could"
               : "others may read it, and it is secret; `chmod 600` it, and ask who could read it";
}

static void check_rights_of(struct doctor *doctor, const char *path, const struct rights *must)
{
    struct stat about;
    if (stat(path, &about) != 0)
        doctor_wrong(doctor, "%s: %s; put it back from a backup, or `concordat setup` makes what is missing",
                     path, strerror(errno));
    else if (about.st_mode & must->not_allowed)
        doctor_wrong(doctor, "%s: %s", path, remedy_of(must, S_ISDIR(about.st_mode)));
    else if (about.st_uid != must->owner)
        doctor_wrong(doctor, "%s: it belongs to user %lu, and must be %s's; `chown %s` it", path,
                     (unsigned long)about.st_uid, must->owner_name, must->owner_name);
    else
        doctor_well(doctor, "%s: its owner and its rights", path);
}

/* The files of a folder that end so; "": all of them. */
static void check_rights_inside(struct doctor *doctor, const char *folder, const char *end,
                                const struct rights *must)
{
    char path[PATH_MAX];
    DIR *open = opendir(folder);
    for (const struct dirent *entry; open && (entry = readdir(open));) {
        size_t size = strlen(entry->d_name), tail = strlen(end);
        bool is_meant =
            entry->d_name[0] != '.' && size >= tail && strcmp(entry->d_name + size - tail, end) == 0;
        if (is_meant && snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            check_rights_of(doctor, path, must);
    }
    if (open)
        closedir(open);
}

/* --- settings and keys ---------------------------------------------------------------------------------- */

static void check_shown(struct doctor *doctor, const char *shown, const struct rights *must)
{
    char path[PATH_MAX];
    check_rights_of(doctor, doctor_path(doctor, shown, path), must);
}

static void check_shown_folder(struct doctor *doctor, const char *shown, const char *end,
                               const struct rights *must)
{
    char path[PATH_MAX];
    check_rights_of(doctor, doctor_path(doctor, shown, path), must);
    check_rights_inside(doctor, path, end, must);
}

/* They are root's, or of whoever made an image and looks at it. */
static void check_settings(struct doctor *doctor)
{
    char self[24];
    snprintf(self, sizeof self, "%lu", (unsigned long)geteuid());
    const struct rights written = {NOT_WRITTEN, geteuid(), geteuid() == 0 ? "root" : self};
    const struct rights secret = {NOT_READ, written.owner, written.owner_name};
    char path[PATH_MAX];
    check_shown(doctor, SETUP_ETC, &written);
    check_shown(doctor, SETUP_ETC "/broker.key", &written);
    check_shown_folder(doctor, SETUP_ETC "/private", ".key_secret", &secret);
    if (doctor_part_of(doctor, PART_GATEWAY)) {
        check_shown_folder(doctor, SETUP_DESKS_FOLDER, ".key_secret", &secret);
        check_shown(doctor, SETUP_ETC "/desks", &written);
    }
    if (doctor_part_of(doctor, PART_ROUTER)) {
        check_shown(doctor, SETUP_ETC "/region.yaml", &written);
        check_shown_folder(doctor, SETUP_ETC "/keys", ".key", &written);
    }
    for (size_t i = 0; i < doctor->part_count; i++) {
        const struct doctor_part *part = &doctor->parts[i];
        if (access(doctor_path(doctor, part->settings, path), F_OK) == 0) /* the router's unit has its own */
            check_rights_of(doctor, path, &written);
        snprintf(path, sizeof path, SETUP_ETC "/devices-%s", part->source);
        if (part->kind == PART_INTAKE)
            check_shown_folder(doctor, path, ".key", &written);
    }
}

/* --- what is stored ------------------------------------------------------------------------------------- */

/* Looks for a user of the site's machine. */
static bool find_user(const struct doctor *doctor, const char *name, uid_t *user)
{
    char path[PATH_MAX];
    FILE *file = fopen(doctor_path(doctor, "/etc/passwd", path), "re");
    bool found = false;
    for (const struct passwd *row = NULL; file && !found && (row = fgetpwent(file));) {
        found = strcmp(row->pw_name, name) == 0;
        *user = row->pw_uid;
    }
    if (file)
        fclose(file);
    return found;
}

static void check_state_folder(struct doctor *doctor, const struct doctor_part *part)
{
    char path[PATH_MAX];
    struct stat about;
    struct rights must = {part->kind == PART_AUDIT ? NOT_BY_STRANGERS : NOT_READ, geteuid(), part->user};
    if (stat(doctor_path(doctor, part->state, path), &about) != 0) {
        doctor_unseen(doctor, "%s: it is not there yet: %s has never started here", path, part->unit);
        return;
    }
    if (!find_user(doctor, part->user, &must.owner)) {
        must.owner = about.st_uid;
        doctor_unseen(doctor, "%s: whose it is: this machine has no user %s", path, part->user);
    }
    check_rights_of(doctor, path, &must);
    check_rights_inside(doctor, path, "", &must);
}

void doctor_check_rights(struct doctor *doctor)
{
    check_settings(doctor);
    for (size_t i = 0; i < doctor->part_count; i++)
        check_state_folder(doctor, &doctor->parts[i]);
}
