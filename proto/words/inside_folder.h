/* inside_folder.h: tells whether a file stands in a folder, whatever links and names lead there. */
#ifndef CONCORDAT_INSIDE_FOLDER_H
#define CONCORDAT_INSIDE_FOLDER_H

#include <stdbool.h>

/* Returns whether a path leads to a file inside a folder, or deeper below it. False if either is not there.
 * Any thread. */
bool is_inside_folder(const char *path, const char *folder);

#endif
