/* whole_file.h: writes a small file as a whole or not at all, for its own user alone. Any thread. */
#ifndef CONCORDAT_GATEWAY_WHOLE_FILE_H
#define CONCORDAT_GATEWAY_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Puts a new file, on disk and with mode 0600, in the place of the one before. False with errno if it cannot:
 * the file before stands. If root writes it, it stays its user's. Two writers at once need a lock of their
 * own. */
bool whole_file_write(const char *path, const char *text, size_t size);

/* The text of a file that only its user can read or write (and root, of any user), and a NUL after it: to be
 * wiped with `size` and freed by the caller. NULL with errno; EPERM if others have rights to it, EFBIG if it
 * is longer than bytes_max, EILSEQ if there is a NUL in it. */
char *whole_file_read(const char *path, size_t bytes_max, size_t *size);

#endif
