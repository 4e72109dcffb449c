/* desks_file.h: which keys this gateway speaks with, in a text file that its operator writes.
 *
 * A line for each desk: the secret key file, and for a desk at an intake the intake's endpoint and its public
 * key file. Empty lines and lines that begin with # are left out. Any thread.
 */
#ifndef CONCORDAT_GATEWAY_DESKS_FILE_H
#define CONCORDAT_GATEWAY_DESKS_FILE_H

#include <stddef.h>

#include "services/gateway/limits.h"

struct desks_file {
    char *text; /* owned; the rows point into it */
    struct desks_file_row {
        const char *key_path;
        const char *endpoint, *server_key_path; /* NULL: the broker's */
    } rows[DESKS_MAX];
    size_t count;
};

/* Reads a file: 0, or -1 with a message that names the line. It is ended by desks_file_close either way. */
int desks_file_read(struct desks_file *file, const char *path, char *message, size_t message_size);
void desks_file_close(struct desks_file *file);

#endif
