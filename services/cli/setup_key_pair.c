/* setup_key_pair.c: see setup_key_pair.h. */
#include "services/cli/setup_key_pair.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/keys/keys.h"
#include "proto/words/sync_folder.h"
#include "proto/words/words.h"

/* `made` is where keys_make leaves the public half. */
struct pair_paths {
    char secret[PATH_MAX], made[PATH_MAX];
};

static bool pair_paths_of(const struct key_pair *pair, struct pair_paths *paths)
{
    return snprintf(paths->secret, PATH_MAX, "%s/%s.key_secret", pair->secret_folder, pair->name) <
               PATH_MAX &&
           snprintf(paths->made, PATH_MAX, "%s/%s.key", pair->secret_folder, pair->name) < PATH_MAX;
}

static enum found pair_is_wrong(char *message, size_t size, const char *path, const char *why)
{
    snprintf(message, size, "%s: %s", path, why);
    return FOUND_WRONG;
}

static bool is_key_of(const struct key *key, const struct key_pair *pair)
{
    char role[WORDS_MAX];
    const char *has =
        key->is_server ? "server" : words_for(&concordat__v1__role__descriptor, (int)key->role, role);
    return strcmp(has, pair->role) == 0 && strcmp(key->of, pair->of) == 0 &&
           strcmp(key->name, pair->name) == 0;
}

/* Looks at the public half, wherever it is, beside a secret one that is good. */
static enum found look_at_public(const struct key_pair *pair, const struct pair_paths *paths,
                                 const struct key *secret, char *message, size_t size)
{
    struct key key;
    bool stands = access(pair->public_path, F_OK) == 0;
    const char *path = stands ? pair->public_path : paths->made;
    if (access(path, F_OK) != 0)
        return pair_is_wrong(
            message, size, paths->secret,
            "its public half is not there; put it back, or move this key away and a new pair is made");
    if (keys_read(path, &key, message, size) != KEYS_GOOD)
        return FOUND_WRONG;
    bool belongs = strcmp(key.public_text, secret->public_text) == 0;
    keys_wipe(&key);
    if (!belongs)
        return pair_is_wrong(
            message, size, path,
            "the name is taken: this is not the public half of the secret key that is here; move one of "
            "the two away");
    return stands ? FOUND_IT : FOUND_HALF;
}

enum found key_pair_look(const struct key_pair *pair, char *message, size_t size)
{
    struct pair_paths paths;
    struct key secret;
    if (!pair_paths_of(pair, &paths))
        return pair_is_wrong(message, size, pair->name, "the path is too long");
    if (access(paths.secret, F_OK) != 0 && errno == ENOENT) {
        if (access(pair->public_path, F_OK) != 0 && access(paths.made, F_OK) != 0)
            return FOUND_NOTHING;
        return pair_is_wrong(
            message, size, pair->public_path,
            "the name is taken: there is such a public key, and its secret half is not here; put it back, or "
            "move the public key away and a new pair is made");
    }
    if (keys_read(paths.secret, &secret, message, size) != KEYS_GOOD)
        return FOUND_WRONG;
    enum found found = secret.has_secret && is_key_of(&secret, pair)
                           ? look_at_public(pair, &paths, &secret, message, size)
                           : pair_is_wrong(message, size, paths.secret,
                                           "the name is taken by a key of another; move it away");
    keys_wipe(&secret);
    return found;
}

bool key_pair_make(const struct key_pair *pair, enum found found, char *message, size_t size)
{
    struct pair_paths paths;
    if (!pair_paths_of(pair, &paths)) {
        snprintf(message, size, "%s: the path is too long", pair->name);
        return false;
    }
    if (found == FOUND_NOTHING &&
        keys_make(pair->secret_folder, pair->name, pair->role, pair->of, message, size) != 0)
        return false;
    if (rename(paths.made, pair->public_path) == 0 && sync_folder_of(pair->public_path) &&
        sync_folder_of(paths.secret))
        return true;
    snprintf(message, size, "%s: %s", pair->public_path, strerror(errno));
    return false;
}
