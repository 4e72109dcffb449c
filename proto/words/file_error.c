/* file_error.c: see file_error.h. */
#include "proto/words/file_error.h"

#include <errno.h>
#include <stddef.h>

bool file_error_is_the_files(int error)
{
    static const int errors[] = {ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENXIO, ENODEV, EISDIR};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i] == error)
            return true;
    return false;
}
