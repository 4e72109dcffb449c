/* inside_folder.c: tells whether a file stands in a folder, whatever links and names lead there. */
#include "proto/words/inside_folder.h"

#include <stdlib.h>
#include <string.h>

bool is_inside_folder(const char *path, const char *folder)
{
    char *file = realpath(path, NULL), *above = realpath(folder, NULL);
    size_t length = above ? strlen(above) : 0;
    bool inside = file && above && strncmp(file, above, length) == 0 &&
                  (file[length] == '/' || (length > 0 && above[length - 1] == '/'));
    free(file);
    free(above);
    return inside;
}
