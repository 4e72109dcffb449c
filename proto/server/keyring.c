/* keyring.c: the public keys of one folder, sorted by name and by key. */
#include "proto/server/keyring.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keyring {
    struct key *keys;       /* in the order of files while reading, then by name */
    struct misuse *misuses; /* one for each key */
    size_t count;
    const struct key **by_bytes; /* the same keys in the order of their bytes */
};

static int keyring_is_key_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 4 && strcmp(entry->d_name + length - 4, ".key") == 0;
}

/* Compares bytes, not letters as alphasort does: which of two files counts must not depend on the locale. */
static int keyring_compare_files(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int keyring_compare_names(const void *left, const void *right)
{
    return strcmp(((const struct key *)left)->name, ((const struct key *)right)->name);
}

static int keyring_compare_name(const void *name, const void *key)
{
    return strcmp(name, ((const struct key *)key)->name);
}

static int keyring_compare_bytes(const void *left, const void *right)
{
    const struct key *const *l = left, *const *r = right;
    return memcmp((*l)->public_bytes, (*r)->public_bytes, KEY_BYTES);
}

/* Returns what the key has in common with one that is in the keyring, or NULL. */
static const char *keyring_find_double(const struct keyring *keyring, const struct key *key)
{
    for (size_t i = 0; i < keyring->count; i++) {
        if (strcmp(keyring->keys[i].name, key->name) == 0)
            return "name";
        if (memcmp(keyring->keys[i].public_bytes, key->public_bytes, KEY_BYTES) == 0)
            return "public key";
    }
    return NULL;
}

static void keyring_add_file(struct keyring *keyring, const char *folder, const char *name)
{
    char path[4096], message[4352];
    struct key *key = &keyring->keys[keyring->count];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path) {
        fprintf(stderr, "%s/%s: not admitted: its path is too long\n", folder, name);
        return;
    }
    if (keys_read(path, key, message, sizeof message) != 0) {
        fprintf(stderr, "not admitted: %s\n", message);
        return;
    }
    const char *same = keyring_find_double(keyring, key);
    if (same)
        fprintf(stderr, "not admitted: %s: another file has the same %s\n", path, same);
    else if (!key->is_server)
        keyring->count++;
    explicit_bzero(key->secret_text, sizeof key->secret_text);
    key->has_secret = false;
}

struct keyring *keyring_open(const char *folder, char *message, size_t message_size)
{
    struct dirent **entries = NULL;
    int files = scandir(folder, &entries, keyring_is_key_file, keyring_compare_files);
    if (files < 0) {
        snprintf(message, message_size, "%s: cannot read the folder of keys: %s", folder, strerror(errno));
        return NULL;
    }
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring) {
        keyring->keys = calloc((size_t)files + 1, sizeof *keyring->keys);
        keyring->misuses = calloc((size_t)files + 1, sizeof *keyring->misuses);
        keyring->by_bytes = calloc((size_t)files + 1, sizeof(const struct key *));
    }
    bool good = keyring && keyring->keys && keyring->misuses && keyring->by_bytes;
    for (int i = 0; i < files; i++) {
        if (good)
            keyring_add_file(keyring, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (!good) {
        snprintf(message, message_size, "%s: out of memory", folder);
        keyring_close(&keyring);
        return NULL;
    }
    qsort(keyring->keys, keyring->count, sizeof *keyring->keys, keyring_compare_names);
    for (size_t i = 0; i < keyring->count; i++)
        keyring->by_bytes[i] = &keyring->keys[i];
    qsort(keyring->by_bytes, keyring->count, sizeof(const struct key *), keyring_compare_bytes);
    return keyring;
}

void keyring_close(struct keyring **keyring)
{
    if (!*keyring)
        return;
    free((*keyring)->keys);
    free((*keyring)->misuses);
    free((*keyring)->by_bytes);
    free(*keyring);
    *keyring = NULL;
}

const struct key *keyring_by_name(const struct keyring *keyring, const char *name)
{
    return bsearch(name, keyring->keys, keyring->count, sizeof *keyring->keys, keyring_compare_name);
}

const struct key *keyring_by_bytes(const struct keyring *keyring, const uint8_t bytes[KEY_BYTES])
{
    struct key wanted = {0};
    const struct key *address = &wanted;
    memcpy(wanted.public_bytes, bytes, KEY_BYTES);
    const struct key **found = bsearch(&address, keyring->by_bytes, keyring->count,
                                       sizeof(const struct key *), keyring_compare_bytes);
    return found ? *found : NULL;
}

struct misuse *keyring_misuse(const struct keyring *keyring, const struct key *key)
{
    assert(key >= keyring->keys && key < keyring->keys + keyring->count);
    return &keyring->misuses[key - keyring->keys];
}
