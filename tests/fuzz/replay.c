/* replay.c: runs a target over files and folders of inputs, without libFuzzer: for compilers that lack it,
 * and to test former findings for ever. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static unsigned run(const char *path)
{
    size_t size;
    uint8_t *bytes = fuzz_read_file(path, &size);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 1;
}

static unsigned run_folder(const char *path)
{
    unsigned count = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char name[4096];
        struct stat about;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (stat(name, &about) == 0 && S_ISREG(about.st_mode))
            count += run(name);
    }
    if (folder)
        closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        struct stat about;
        if (stat(argv[i], &about)) {
            perror(argv[i]);
            return 100;
        }
        count += S_ISDIR(about.st_mode) ? run_folder(argv[i]) : run(argv[i]);
    }
    printf("%u inputs\n", count);
    return count ? 0 : 100;
}
