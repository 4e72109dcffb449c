/* folder.h: a temporary folder for the files of one test. One thread. */
#ifndef CONCORDAT_TESTS_FOLDER_H
#define CONCORDAT_TESTS_FOLDER_H

enum { FOLDER_PATH_BYTES = 64 };

/* Makes an empty folder in /tmp, with the test's name in its own, and writes its path. 0, or -1. */
int folder_make(char path[FOLDER_PATH_BYTES], const char *test);

/* The path of a file in a folder; valid until the third call after this one. */
const char *folder_file(const char *folder, const char *name);

/* Removes a folder with everything in it. 0, or -1. */
int folder_remove(const char *path);

#endif
