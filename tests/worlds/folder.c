/* folder.c: a temporary folder for the files of one test. */
#include "tests/worlds/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { DESCRIPTORS = 8, PATH_BYTES = 300, PATHS = 3 };

int folder_make(char path[FOLDER_PATH_BYTES], const char *test)
{
    snprintf(path, FOLDER_PATH_BYTES, "/tmp/concordat-%s-XXXXXX", test);
    return mkdtemp(path) ? 0 : -1;
}

const char *folder_file(const char *folder, const char *name)
{
    static char paths[PATHS][PATH_BYTES];
    static int next;
    char *path = paths[next++ % PATHS];
    snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    return path;
}

static int folder_remove_entry(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about, (void)type, (void)where;
    return remove(path);
}

int folder_remove(const char *path)
{
    return nftw(path, folder_remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}
