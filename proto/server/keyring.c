/* keyring.c: the public keys of one folder, sorted by name and by key. */
#include "proto/server/keyring.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/server/greeting.h"

enum { PATH_BYTES = 4096 };

struct keyring {
    struct key *keys;       /* in the order of files while reading, then by name */
    struct misuse *misuses; /* one for each key */
    atomic_bool *withdrawn; /* one for each key: its file is gone */
    size_t count;
    const struct key **by_bytes; /* the same keys in the order of their bytes */
    char *complaints;
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

/* Returns the key of the ring that has the same bytes, or NULL. */
static const struct key *keyring_find_double(const struct keyring *keyring, const struct key *key)
{
    for (size_t i = 0; i < keyring->count; i++)
        if (memcmp(keyring->keys[i].public_bytes, key->public_bytes, KEY_BYTES) == 0)
            return &keyring->keys[i];
    return NULL;
}

/* Writes a line of complaint. A file's name may hold anything, also what would look like a line of its own.
 */
static void keyring_complain(FILE *complaints, const char *text)
{
    fputs("not admitted: ", complaints);
    for (; *text; text++)
        fputc(iscntrl((unsigned char)*text) ? '?' : *text, complaints);
    fputc('\n', complaints);
}

/* Reads one file, and adds its key or a complaint. Returns false with a message if it cannot be read now. */
static bool keyring_add_file(struct keyring *keyring, const char *folder, const char *file, FILE *complaints,
                             char *message, size_t message_size)
{
    char path[PATH_BYTES], complaint[2 * PATH_BYTES], expected[KEY_NAME_CHARS_MAX + 5];
    struct key *key = &keyring->keys[keyring->count];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path) {
        keyring_complain(complaints, "a file's path is too long");
        return true;
    }
    enum keys_status status = keys_read(path, key, complaint, sizeof complaint);
    if (status == KEYS_NOT_NOW) {
        snprintf(message, message_size, "%s", complaint);
        return false;
    }
    snprintf(expected, sizeof expected, "%s.key", key->name);
    const struct key *same = NULL;
    if (status == KEYS_GOOD && strcmp(file, expected) != 0) {
        snprintf(complaint, sizeof complaint, "%s: the key in it is named %s; rename the file to %s", path,
                 key->name, expected);
        status = KEYS_WRONG;
    } else if (status == KEYS_GOOD && (same = keyring_find_double(keyring, key))) {
        snprintf(complaint, sizeof complaint, "%s: %s.key has the same public key; remove one of them", path,
                 same->name);
        status = KEYS_WRONG;
    }
    if (status != KEYS_GOOD)
        keyring_complain(complaints, complaint);
    else if (!key->is_server)
        keyring->count++;
    explicit_bzero(key->secret_text, sizeof key->secret_text);
    key->has_secret = false;
    return true;
}

/* Returns whether nobody else can put a key into the folder. If not, returns a message. */
static bool keyring_trusts_folder(const char *folder, char *message, size_t message_size)
{
    struct stat about;
    if (stat(folder, &about) != 0) {
        snprintf(message, message_size, "%s: cannot read the folder of keys: %s", folder, strerror(errno));
        return false;
    }
    if (!(about.st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    snprintf(message, message_size,
             "%s: others may write in this folder of keys, and so admit anybody; `chmod go-w` it", folder);
    return false;
}

static struct keyring *keyring_make(size_t files)
{
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (!keyring)
        return NULL;
    keyring->keys = calloc(files + 1, sizeof *keyring->keys);
    keyring->misuses = calloc(files + 1, sizeof *keyring->misuses);
    keyring->withdrawn = calloc(files + 1, sizeof *keyring->withdrawn);
    keyring->by_bytes = calloc(files + 1, sizeof(const struct key *));
    if (!keyring->keys || !keyring->misuses || !keyring->withdrawn || !keyring->by_bytes)
        keyring_close(&keyring);
    return keyring;
}

/* Reads the files into the ring. Returns false with a message if one cannot be read now. */
static bool keyring_add_files(struct keyring *keyring, const char *folder, struct dirent **entries, int files,
                              char *message, size_t message_size)
{
    size_t size = 0;
    FILE *complaints = open_memstream(&keyring->complaints, &size);
    bool good = complaints;
    if (!complaints)
        snprintf(message, message_size, "%s: out of memory", folder);
    for (int i = 0; good && i < files; i++)
        good = keyring_add_file(keyring, folder, entries[i]->d_name, complaints, message, message_size);
    if (complaints && fclose(complaints) != 0 && good) {
        snprintf(message, message_size, "%s: out of memory", folder);
        good = false;
    }
    return good;
}

struct keyring *keyring_open(const char *folder, char *message, size_t message_size)
{
    struct dirent **entries = NULL;
    if (!keyring_trusts_folder(folder, message, message_size))
        return NULL;
    int files = scandir(folder, &entries, keyring_is_key_file, keyring_compare_files);
    if (files < 0) {
        snprintf(message, message_size, "%s: cannot read the folder of keys: %s", folder, strerror(errno));
        return NULL;
    }
    struct keyring *keyring = keyring_make((size_t)files);
    if (!keyring)
        snprintf(message, message_size, "%s: out of memory", folder);
    else if (!keyring_add_files(keyring, folder, entries, files, message, message_size))
        keyring_close(&keyring);
    for (int i = 0; i < files; i++)
        free(entries[i]);
    free(entries);
    if (!keyring)
        return NULL;
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
    free((*keyring)->withdrawn);
    free((*keyring)->complaints);
    free((*keyring)->by_bytes);
    free(*keyring);
    *keyring = NULL;
}

const char *keyring_complaints(const struct keyring *keyring)
{
    return keyring->complaints;
}

/* Returns whether the key's file is gone. Any other reason not to find it, such as a disk that fails, is not
 * that. */
static bool keyring_file_is_gone(const char *folder, const struct key *key)
{
    char path[PATH_BYTES];
    struct stat about;
    return (size_t)snprintf(path, sizeof path, "%s/%s.key", folder, key->name) < sizeof path &&
           stat(path, &about) != 0 && errno == ENOENT;
}

/* Returns whether the name still stands for this folder. */
static bool keyring_folder_is(const char *folder, const struct stat *wanted)
{
    struct stat about;
    return stat(folder, &about) == 0 && S_ISDIR(about.st_mode) && about.st_dev == wanted->st_dev &&
           about.st_ino == wanted->st_ino;
}

bool keyring_withdraw_removed(struct keyring *keyring, const char *folder)
{
    struct stat before;
    bool any = false;
    if (stat(folder, &before) != 0)
        return false;
    for (size_t i = 0; i < keyring->count; i++) {
        if (keyring->withdrawn[i] || !keyring_file_is_gone(folder, &keyring->keys[i]))
            continue;
        /* While somebody replaces the folder, every file is gone for a moment. */
        if (!keyring_folder_is(folder, &before))
            return any;
        atomic_store(&keyring->withdrawn[i], true);
        any = true;
        fprintf(stderr, "withdrawn: the key %s, whose file is gone\n", keyring->keys[i].name);
    }
    return any;
}

/* Returns the key, unless it is withdrawn. */
static const struct key *keyring_unless_withdrawn(const struct keyring *keyring, const struct key *key)
{
    return key && !atomic_load(&keyring->withdrawn[key - keyring->keys]) ? key : NULL;
}

const struct key *keyring_by_name(const struct keyring *keyring, const char *name)
{
    return keyring_unless_withdrawn(
        keyring, bsearch(name, keyring->keys, keyring->count, sizeof *keyring->keys, keyring_compare_name));
}

const struct key *keyring_by_bytes(const struct keyring *keyring, const uint8_t bytes[KEY_BYTES])
{
    struct key wanted = {0};
    const struct key *address = &wanted;
    memcpy(wanted.public_bytes, bytes, KEY_BYTES);
    const struct key **found = bsearch(&address, keyring->by_bytes, keyring->count,
                                       sizeof(const struct key *), keyring_compare_bytes);
    return found ? keyring_unless_withdrawn(keyring, *found) : NULL;
}

struct misuse *keyring_misuse(const struct keyring *keyring, const struct key *key)
{
    assert(key >= keyring->keys && key < keyring->keys + keyring->count);
    return &keyring->misuses[key - keyring->keys];
}

void keyring_keep_misuse(struct keyring *keyring, const struct keyring *former)
{
    for (size_t i = 0; i < former->count; i++) {
        const struct key *key = keyring_by_bytes(keyring, former->keys[i].public_bytes);
        if (key)
            misuse_copy(keyring_misuse(keyring, key), &former->misuses[i]);
    }
}

bool keyring_lost(const struct keyring *former, const struct keyring *keyring)
{
    for (size_t i = 0; i < former->count; i++) {
        const struct greeting_peer peer = greeting_peer_of(&former->keys[i]);
        if (!greeting_peer_has(&peer, keyring_by_name(keyring, peer.name)))
            return true;
    }
    return false;
}
