/* people_desk.c: see people_desk.h. */
#include "services/cli/people_desk.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/keys/keys.h"
#include "proto/words/words.h"
#include "services/cli/desk_lines.h"

/* The folder under which the site stands, "" for this machine. False if the file is no such site's. */
static bool find_site_of(const char *people_path, char root[PATH_MAX])
{
    static const char ending[] = "/var/lib/concordat-gateway/people";
    if (!realpath(people_path, root) || strlen(root) < strlen(ending))
        return false;
    char *end = root + strlen(root) - strlen(ending);
    if (strcmp(end, ending) != 0)
        return false;
    *end = '\0';
    return true;
}

/* NULL if it cannot be read. */
static char *desks_text(const char *root)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    FILE *file = snprintf(path, sizeof path, "%s/etc/concordat/desks", root) < (int)sizeof path
                     ? fopen(path, "re")
                     : NULL;
    ssize_t got = file ? getdelim(&text, &size, '\0', file) : -1;
    if (file)
        fclose(file);
    if (got >= 0)
        return text;
    free(text);
    return NULL;
}

/* Reads the key of a desk, which says whose it is. False if the key cannot be read. */
static bool read_desk_key(const char *root, const char *name, struct key *key)
{
    char path[PATH_MAX], message[2 * PATH_MAX];
    return snprintf(path, sizeof path, "%s/etc/concordat/private/desks/%s.key_secret", root, name) <
               (int)sizeof path &&
           keys_read(path, key, message, sizeof message) == KEYS_GOOD;
}

/* Whether the desk is there; otherwise writes which there are of the role. False too if a key cannot be read,
 * and then nothing is known. */
static bool look_for_desk(const char *root, const char *text, Concordat__V1__Role role, const char *of,
                          bool *is_known, FILE *others)
{
    char name[DESK_NAME_BYTES];
    bool found = false;
    *is_known = true;
    while (desk_lines_take(&text, name)) {
        struct key key;
        if (!*name)
            continue;
        if (!read_desk_key(root, name, &key)) {
            *is_known = false;
            continue;
        }
        found |= key.role == role && strcmp(key.of, of) == 0;
        if (key.role == role)
            fprintf(others, "%s%s", ftell(others) > 0 ? ", " : "", key.of);
        keys_wipe(&key);
    }
    return found;
}

void people_desk_warn(const char *people_path, Concordat__V1__Role role, const char *of)
{
    char root[PATH_MAX], word[WORDS_MAX], *text, *others = NULL;
    bool works_at_desk = role == CONCORDAT__V1__ROLE__ROLE_REFERRER ||
                         role == CONCORDAT__V1__ROLE__ROLE_TEAM ||
                         role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    size_t size = 0;
    if (!works_at_desk || !find_site_of(people_path, root) || !(text = desks_text(root)))
        return;
    FILE *out = open_memstream(&others, &size);
    bool is_known = false, found = out && look_for_desk(root, text, role, of, &is_known, out);
    if (out && fclose(out) == 0 && is_known && !found)
        fprintf(
            stderr,
            "concordat: they are added, but no %s desk of this gateway has the id \"%s\", so they could not work yet. "
            "%s%s. Disable them and add them under another id with the right --of; or connect the desk: `concordat setup` "
            "does, for a team of the policy\n",
            words_for(&concordat__v1__role__descriptor, (int)role, word), of,
            *others ? "There are: " : "There is none", others);
    free(others);
    free(text);
}
