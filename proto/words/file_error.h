/* file_error.h: tells a wrong file from a machine that could not read it now. */
#ifndef CONCORDAT_FILE_ERROR_H
#define CONCORDAT_FILE_ERROR_H

#include <stdbool.h>

/* Returns whether an error of open(2) or read(2) says something about the file. Any other says something
 * about the machine's state (no free descriptor, no memory, a disk that fails): the file itself may be good.
 */
bool file_error_is_the_files(int error);

#endif
