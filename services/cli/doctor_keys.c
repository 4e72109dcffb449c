/* doctor_keys.c: whether each program has its key, each key both halves, and each desk of the policy somebody
 * who can speak for it; and whether a key is admitted that speaks for nobody. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/keys/keys.h"
#include "proto/seal/master_key.h"
#include "proto/words/words.h"
#include "services/cli/doctor_checks.h"
#include "services/cli/setup_site.h"

enum { KEY_FAULT_BYTES = 2 * PATH_MAX, KEYS_LOOKED_AT_MAX = 4096 };

/* Calls back for each file of a folder that ends so. */
typedef void each_key(struct doctor *doctor, const char *path, const char *name);

static void walk_keys(struct doctor *doctor, const char *shown, const char *end, each_key *each)
{
    char folder[PATH_MAX], path[PATH_MAX];
    size_t tail = strlen(end);
    DIR *open = opendir(doctor_path(doctor, shown, folder));
    for (const struct dirent *entry; open && (entry = readdir(open));) {
        size_t size = strlen(entry->d_name);
        if (size > tail && strcmp(entry->d_name + size - tail, end) == 0 &&
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            each(doctor, path, entry->d_name);
    }
    if (open)
        closedir(open);
}

/* --- both halves ---------------------------------------------------------------------------------------- */

/* The place at which the public half of a secret key is admitted follows from the key's role. */
static bool public_path_of(const struct doctor *doctor, const struct key *key, char path[PATH_MAX])
{
    char shown[PATH_MAX];
    if (key->is_server)
        return doctor_path(doctor, SETUP_ETC "/broker.key", path)[0];
    if (key->role == CONCORDAT__V1__ROLE__ROLE_REFERRER)
        snprintf(shown, sizeof shown, SETUP_ETC "/devices-%s/%s.key", key->of, key->name);
    else
        snprintf(shown, sizeof shown, SETUP_ETC "/keys/%s.key", key->name);
    return doctor_path(doctor, shown, path)[0];
}

/* Keys are admitted by the router's machine; that of an intake admits its devices. */
static bool is_admitted_here(const struct doctor *doctor, const struct key *key)
{
    return key->is_server || key->role == CONCORDAT__V1__ROLE__ROLE_REFERRER ||
           doctor_part_of(doctor, PART_ROUTER);
}

static void check_other_half(struct doctor *doctor, const char *path, const struct key *secret)
{
    char other[PATH_MAX], fault[KEY_FAULT_BYTES];
    struct key key;
    if (!is_admitted_here(doctor, secret) || !public_path_of(doctor, secret, other))
        return;
    if (access(other, F_OK) != 0) {
        doctor_wrong(
            doctor,
            "%s: its public half, %s, is not there, so nobody admits it; put it back, or remove this key "
            "and let `concordat setup` make a new pair",
            path, other);
    } else if (keys_read(other, &key, fault, sizeof fault) != KEYS_GOOD) {
        doctor_wrong(doctor, "%s", fault);
    } else {
        if (strcmp(key.public_text, secret->public_text) != 0)
            doctor_wrong(
                doctor,
                "%s: it is not the other half of %s, so whoever has that does not get in; put the right one "
                "in its place",
                other, path);
        else
            doctor_well(doctor, "%s: both halves belong together", path);
        keys_wipe(&key);
    }
}

static void check_secret_key(struct doctor *doctor, const char *path, const char *name)
{
    char fault[KEY_FAULT_BYTES];
    struct key key;
    enum keys_status status = keys_read(path, &key, fault, sizeof fault);
    (void)name;
    if (status == KEYS_NOT_NOW) {
        doctor_unseen(doctor, "%s", fault);
    } else if (status != KEYS_GOOD) {
        if (!strstr(fault, "others may read")) /* the check of rights says it */
            doctor_wrong(doctor, "%s", fault);
    } else {
        check_other_half(doctor, path, &key);
        keys_wipe(&key);
    }
}

/* --- what must be there --------------------------------------------------------------------------------- */

static void check_key_is_there(struct doctor *doctor, const char *shown, const char *for_what)
{
    char path[PATH_MAX];
    if (access(doctor_path(doctor, shown, path), F_OK) == 0)
        doctor_well(doctor, "%s: it is there", path);
    else
        doctor_wrong(doctor,
                     "%s: it is missing (%s), and %s does not start without it; put it back, or let "
                     "`concordat setup` make a new pair",
                     path, strerror(errno), for_what);
}

static void check_keys_of_parts(struct doctor *doctor)
{
    static const char *const named[] = {[PART_ROUTER] = "broker", [PART_AUDIT] = "audit"};
    char shown[PATH_MAX];
    for (size_t i = 0; i < doctor->part_count; i++) {
        const struct doctor_part *part = &doctor->parts[i];
        if (part->kind == PART_GATEWAY)
            continue;
        snprintf(shown, sizeof shown, SETUP_ETC "/private/%s.key_secret",
                 part->kind == PART_INTAKE ? part->source : named[part->kind]);
        check_key_is_there(doctor, shown, part->unit);
    }
}

/* The gateway's desks are lines, each beginning with a copy of a key that systemd makes. */
static void check_keys_of_desks(struct doctor *doctor)
{
    char path[PATH_MAX], shown[PATH_MAX], line[PATH_MAX];
    FILE *file = fopen(doctor_path(doctor, SETUP_ETC "/desks", path), "re");
    while (file && fgets(line, sizeof line, file)) {
        const char *copy = strstr(line, "/desks_");
        if (line[0] == '#' || !copy)
            continue;
        copy += strlen("/desks_");
        snprintf(shown, sizeof shown, SETUP_DESKS_FOLDER "/%.*s", (int)strcspn(copy, " \t\n"), copy);
        check_key_is_there(doctor, shown, "concordat-gateway.service");
    }
    if (file)
        fclose(file);
}

static void check_master_key(struct doctor *doctor)
{
    char path[PATH_MAX], fault[KEY_FAULT_BYTES];
    struct master_key *key;
    enum master_key_status status = master_key_open_file(
        doctor_path(doctor, SETUP_ETC "/private/master-key", path), NULL, &key, fault, sizeof fault);
    master_key_close(&key);
    if (status == MASTER_KEY_GOOD)
        doctor_well(doctor, "%s: it can be read", path);
    else if (status == MASTER_KEY_WRONG)
        doctor_wrong(doctor, "%s. Records do not open without it (PRIVACY.md, \"The master key\")", fault);
    else
        doctor_unseen(doctor, "%s", fault);
}

/* --- whom the admitted keys are for --------------------------------------------------------------------- */

/* Which names of the policy have a key. One thread. */
static bool names_with_key[KEYS_LOOKED_AT_MAX];

static bool is_desk(const struct key *key)
{
    return key->role == CONCORDAT__V1__ROLE__ROLE_TEAM || key->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
}

/* Says which name of the policy the key is for, in names_with_key. False: none. */
static bool find_name_of(const struct doctor *doctor, const struct key *key)
{
    char word[WORDS_MAX];
    const char *role = words_for(&concordat__v1__role__descriptor, (int)key->role, word);
    for (size_t i = 0; i < doctor->name_count && i < KEYS_LOOKED_AT_MAX; i++)
        if (strcmp(doctor->names[i].role, role) == 0 && strcmp(doctor->names[i].id, key->of) == 0)
            return names_with_key[i] = true;
    return false;
}

static void check_admitted_key(struct doctor *doctor, const char *path, const char *name)
{
    char fault[KEY_FAULT_BYTES], word[WORDS_MAX];
    struct key key;
    (void)name;
    if (keys_read(path, &key, fault, sizeof fault) != KEYS_GOOD) {
        doctor_wrong(doctor, "%s", fault);
        return;
    }
    if (is_desk(&key) && doctor->name_count && !find_name_of(doctor, &key))
        doctor_wrong(
            doctor, "%s: it speaks for the %s \"%s\", whom the policy does not name; remove it, or name them",
            path, words_for(&concordat__v1__role__descriptor, (int)key.role, word), key.of);
    else
        doctor_well(doctor, "%s: whom it is for", path);
    keys_wipe(&key);
}

static void check_names_have_keys(struct doctor *doctor)
{
    char path[PATH_MAX];
    (void)doctor_path(doctor, SETUP_ETC "/keys", path);
    for (size_t i = 0; i < doctor->name_count && i < KEYS_LOOKED_AT_MAX; i++) {
        const struct doctor_name *name = &doctor->names[i];
        if (names_with_key[i])
            doctor_well(doctor, "%s: the %s \"%s\" has a key", path, name->role, name->id);
        else
            doctor_wrong(
                doctor,
                "%s: no key is for the %s \"%s\" of the policy, so they cannot answer; admit one (`concordat "
                "setup` makes it)",
                path, name->role, name->id);
    }
}

static void check_admitted(struct doctor *doctor)
{
    doctor_ask_of_policy(doctor);
    memset(names_with_key, 0, sizeof names_with_key);
    walk_keys(doctor, SETUP_ETC "/keys", ".key", check_admitted_key);
    if (doctor->name_count)
        check_names_have_keys(doctor);
    else
        doctor_unseen(doctor, "whether each desk of the policy has a key: the policy cannot be read");
}

void doctor_check_keys(struct doctor *doctor)
{
    check_keys_of_parts(doctor);
    if (doctor_part_of(doctor, PART_GATEWAY))
        check_keys_of_desks(doctor);
    walk_keys(doctor, SETUP_ETC "/private", ".key_secret", check_secret_key);
    walk_keys(doctor, SETUP_DESKS_FOLDER, ".key_secret", check_secret_key);
    if (doctor_part_of(doctor, PART_ROUTER)) {
        check_master_key(doctor);
        check_admitted(doctor);
    }
}
