/* sync_folder.h: keeps a new file in its folder, whatever happens to the power. */
#ifndef CONCORDAT_SYNC_FOLDER_H
#define CONCORDAT_SYNC_FOLDER_H

#include <stdbool.h>

/* Syncs the folder in which a file stands: without that, a crash can take a new file out of its folder again,
 * although the file itself was synced. False with errno if it cannot. Any thread. */
bool sync_folder_of(const char *path);

#endif
