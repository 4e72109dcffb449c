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
#include <time.h>

#include "proto/server/greeting.h"

#define KEY_SUFFIX ".key"

enum {
    PATH_BYTES = 4096,
    /* A file system's clock goes in steps: a file that changes twice within one can look the same. No step is
     * longer than this, on FAT and old network disks. */
    SETTLED_S = 2
};

/* A file as it was before it was read. While all of this is the same so is what the file says. */
struct keyring_file {
    bool settled; /* a later change cannot have the same times */
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct keyring_row {
    struct key key; /* first: a row is found by its key */
    struct keyring_file file;
    struct misuse misuse;
    atomic_bool withdrawn; /* its file is gone */
    bool is_double;        /* while reading: an earlier file has the same key */
};

struct keyring {
    struct keyring_row *rows; /* in the order of files while reading, then by name */
    size_t count;
    const struct key **by_bytes; /* their keys in the order of their bytes, then of files */
    char *complaints;
};

static int keyring_is_key_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > strlen(KEY_SUFFIX) &&
           strcmp(entry->d_name + length - strlen(KEY_SUFFIX), KEY_SUFFIX) == 0;
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

/* The search looks for bytes alone, so it has a comparison of its own. */
static int keyring_compare_just_bytes(const void *left, const void *right)
{
    const struct key *const *l = left, *const *r = right;
    return memcmp((*l)->public_bytes, (*r)->public_bytes, KEY_BYTES);
}

static int keyring_compare_bytes(const void *left, const void *right)
{
    const struct key *const *l = left, *const *r = right;
    int difference = keyring_compare_just_bytes(left, right);
    return difference ? difference : *l < *r ? -1 : *l > *r;
}

static struct keyring_row *keyring_row_of(const struct keyring *keyring, const struct key *key)
{
    struct keyring_row *row = (struct keyring_row *)(uintptr_t)key;
    assert(row >= keyring->rows && row < keyring->rows + keyring->count);
    return row;
}

/* A file's name may hold anything, also what would look like a line of its own. */
static void keyring_on_one_line(char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            *text = '?';
}

static void keyring_complain(FILE *complaints, char *text)
{
    keyring_on_one_line(text);
    fprintf(complaints, "not admitted: %s\n", text);
}

/* Looks at a file before it is read. Returns false if that cannot be done. */
static bool keyring_look(const char *path, struct keyring_file *file)
{
    struct stat about;
    struct timespec now;
    *file = (struct keyring_file){0};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || stat(path, &about) != 0)
        return false;
    *file = (struct keyring_file){now.tv_sec - about.st_ctim.tv_sec > SETTLED_S,
                                  about.st_dev,
                                  about.st_ino,
                                  about.st_size,
                                  about.st_mtim,
                                  about.st_ctim};
    return true;
}

static bool keyring_times_are_equal(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool keyring_files_are_equal(const struct keyring_file *a, const struct keyring_file *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           keyring_times_are_equal(a->modified, b->modified) &&
           keyring_times_are_equal(a->changed, b->changed);
}

/* Returns what the former ring read of this file, unless the file has changed since or may have. */
static const struct keyring_row *keyring_read_before(const struct keyring *former, const char *file,
                                                     const struct keyring_file *looks)
{
    char name[KEY_NAME_CHARS_MAX + 1];
    size_t length = strlen(file) - strlen(KEY_SUFFIX);
    if (!former || length >= sizeof name)
        return NULL;
    memcpy(name, file, length);
    name[length] = '\0';
    const struct keyring_row *row =
        bsearch(name, former->rows, former->count, sizeof *row, keyring_compare_name);
    return row && row->file.settled && keyring_files_are_equal(&row->file, looks) ? row : NULL;
}

/* Reads one file, and adds its key or a complaint. Returns false with a message if it cannot be read now. */
static bool keyring_add_file(struct keyring *keyring, const struct keyring *former, const char *folder,
                             const char *file, FILE *complaints, char *message, size_t message_size)
{
    char path[PATH_BYTES], complaint[2 * PATH_BYTES], expected[KEY_NAME_CHARS_MAX + 5];
    struct keyring_row *row = &keyring->rows[keyring->count];
    struct key *key = &row->key;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path) {
        fputs("not admitted: a file's path is too long\n", complaints);
        return true;
    }
    const struct keyring_row *before =
        keyring_look(path, &row->file) ? keyring_read_before(former, file, &row->file) : NULL;
    if (before) {
        row->key = before->key;
        row->file = before->file;
        keyring->count++;
        return true;
    }
    enum keys_status status = keys_read(path, key, complaint, sizeof complaint);
    if (status == KEYS_NOT_NOW) {
        keyring_on_one_line(complaint);
        snprintf(message, message_size, "%s", complaint);
        return false;
    }
    snprintf(expected, sizeof expected, "%s" KEY_SUFFIX, key->name);
    if (status == KEYS_GOOD && strcmp(file, expected) != 0) {
        snprintf(complaint, sizeof complaint, "%s: the key in it is named %s; rename the file to %s", path,
                 key->name, expected);
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
    keyring->rows = calloc(files + 1, sizeof *keyring->rows);
    keyring->by_bytes = calloc(files + 1, sizeof(const struct key *));
    if (!keyring->rows || !keyring->by_bytes)
        keyring_close(&keyring);
    return keyring;
}

static void keyring_sort_by_bytes(struct keyring *keyring)
{
    for (size_t i = 0; i < keyring->count; i++)
        keyring->by_bytes[i] = &keyring->rows[i].key;
    qsort(keyring->by_bytes, keyring->count, sizeof(const struct key *), keyring_compare_bytes);
}

/* Takes out each key that an earlier file has too. */
static void keyring_drop_doubles(struct keyring *keyring, const char *folder, FILE *complaints)
{
    char complaint[2 * PATH_BYTES];
    size_t first = 0, kept = 0;
    keyring_sort_by_bytes(keyring);
    for (size_t i = 1; i < keyring->count; i++) {
        const struct key *key = keyring->by_bytes[i], *same = keyring->by_bytes[first];
        if (memcmp(key->public_bytes, same->public_bytes, KEY_BYTES) != 0) {
            first = i;
            continue;
        }
        snprintf(complaint, sizeof complaint,
                 "%s/%s" KEY_SUFFIX ": %s" KEY_SUFFIX " has the same public key; remove one of them", folder,
                 key->name, same->name);
        keyring_complain(complaints, complaint);
        keyring_row_of(keyring, key)->is_double = true;
    }
    for (size_t i = 0; i < keyring->count; i++)
        if (!keyring->rows[i].is_double)
            keyring->rows[kept++] = keyring->rows[i];
    keyring->count = kept;
}

/* Reads the files into the ring. Returns false with a message if one cannot be read now. */
static bool keyring_add_files(struct keyring *keyring, const struct keyring *former, const char *folder,
                              struct dirent **entries, int files, char *message, size_t message_size)
{
    size_t size = 0;
    FILE *complaints = open_memstream(&keyring->complaints, &size);
    bool good = complaints;
    if (!complaints)
        snprintf(message, message_size, "%s: out of memory", folder);
    for (int i = 0; good && i < files; i++)
        good =
            keyring_add_file(keyring, former, folder, entries[i]->d_name, complaints, message, message_size);
    if (good)
        keyring_drop_doubles(keyring, folder, complaints);
    /* Without memory for the last of it the text is NULL, although fclose says that all is well. */
    bool whole = complaints && fclose(complaints) == 0 && keyring->complaints;
    if (complaints && !whole && good) {
        snprintf(message, message_size, "%s: out of memory", folder);
        good = false;
    }
    return good;
}

struct keyring *keyring_open(const char *folder, const struct keyring *former, char *message,
                             size_t message_size)
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
    else if (!keyring_add_files(keyring, former, folder, entries, files, message, message_size))
        keyring_close(&keyring);
    for (int i = 0; i < files; i++)
        free(entries[i]);
    free(entries);
    if (!keyring)
        return NULL;
    qsort(keyring->rows, keyring->count, sizeof *keyring->rows, keyring_compare_names);
    keyring_sort_by_bytes(keyring);
    return keyring;
}

void keyring_close(struct keyring **keyring)
{
    if (!*keyring)
        return;
    free((*keyring)->rows);
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
        struct keyring_row *row = &keyring->rows[i];
        if (row->withdrawn || !keyring_file_is_gone(folder, &row->key))
            continue;
        /* While somebody replaces the folder, every file is gone for a moment. */
        if (!keyring_folder_is(folder, &before))
            return any;
        atomic_store(&row->withdrawn, true);
        any = true;
        fprintf(stderr, "withdrawn: the key %s, whose file is gone\n", row->key.name);
    }
    return any;
}

/* Returns the key, unless it is withdrawn. */
static const struct key *keyring_unless_withdrawn(const struct keyring *keyring, const struct key *key)
{
    return key && !atomic_load(&keyring_row_of(keyring, key)->withdrawn) ? key : NULL;
}

const struct key *keyring_by_name(const struct keyring *keyring, const char *name)
{
    const struct keyring_row *row =
        bsearch(name, keyring->rows, keyring->count, sizeof *row, keyring_compare_name);
    return row ? keyring_unless_withdrawn(keyring, &row->key) : NULL;
}

const struct key *keyring_by_bytes(const struct keyring *keyring, const uint8_t bytes[KEY_BYTES])
{
    struct key wanted = {0};
    const struct key *address = &wanted;
    memcpy(wanted.public_bytes, bytes, KEY_BYTES);
    const struct key **found = bsearch(&address, keyring->by_bytes, keyring->count,
                                       sizeof(const struct key *), keyring_compare_just_bytes);
    return found ? keyring_unless_withdrawn(keyring, *found) : NULL;
}

struct misuse *keyring_misuse(const struct keyring *keyring, const struct key *key)
{
    return &keyring_row_of(keyring, key)->misuse;
}

void keyring_keep_misuse(struct keyring *keyring, const struct keyring *former)
{
    for (size_t i = 0; i < former->count; i++) {
        const struct key *key = keyring_by_bytes(keyring, former->rows[i].key.public_bytes);
        if (key)
            misuse_copy(keyring_misuse(keyring, key), &former->rows[i].misuse);
    }
}

bool keyring_lost(const struct keyring *former, const struct keyring *keyring)
{
    for (size_t i = 0; i < former->count; i++) {
        const struct greeting_peer peer = greeting_peer_of(&former->rows[i].key);
        if (!greeting_peer_has(&peer, keyring_by_name(keyring, peer.name)))
            return true;
    }
    return false;
}
