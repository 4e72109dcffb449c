/* desk_lines.h: the lines of a gateway's desks file (services/gateway/desks_file.h), by the names of their
 * keys: a line begins with the path of a secret key, .../NAME.key_secret, or as a credential
 * .../desks_NAME.key_secret. Any thread. */
#ifndef CONCORDAT_CLI_DESK_LINES_H
#define CONCORDAT_CLI_DESK_LINES_H

#include <stdbool.h>

#include "proto/keys/keys.h"

enum { DESK_NAME_BYTES = KEY_NAME_CHARS_MAX + 1 };

/* Takes the next line of a text: the name of its key, or "" if the line is empty, a comment, or names a file
 * that is called otherwise. False at the end. */
bool desk_lines_take(const char **text, char name[DESK_NAME_BYTES]);

/* What became of the lines that a file should have: their names, with commas between them; "": none. */
struct desk_changes {
    char *text;         /* the file with what was added at its end */
    char *added, *left; /* `left`: a comment has the line, so somebody took it out, and it stays out */
};

/* Compares what a file has with the lines that it should have. Nothing of the file is changed or taken away.
 * False if there is no memory. Ended by desk_changes_close either way. */
bool desk_changes_find(struct desk_changes *changes, const char *there, const char *wanted);
void desk_changes_close(struct desk_changes *changes);

#endif
