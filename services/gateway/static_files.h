/* static_files.h: the files that pages refer to, as make_static.py compiles them into the program. Read-only,
 * so any thread. */
#ifndef CONCORDAT_GATEWAY_STATIC_FILES_H
#define CONCORDAT_GATEWAY_STATIC_FILES_H

#include <stddef.h>

struct static_file {
    const char *name, *type;    /* the name has a hash of what the file says */
    const unsigned char *bytes; /* gzip */
    size_t size;
};

extern const struct static_file static_files[];
extern const size_t static_files_count;

#endif
