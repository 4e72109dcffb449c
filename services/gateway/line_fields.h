/* line_fields.h: the rest of a line of the people file: key=value, each field once, in the order of a table.
 * The last value goes on to the end of the line, because it has spaces. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_LINE_FIELDS_H
#define CONCORDAT_GATEWAY_LINE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

struct line_field {
    const char *name;
    bool (*read)(const char *value, void *row); /* false: the value is wrong */
    const char *wrong;                          /* in words that repeat nothing of the line */
};

/* Reads the fields into a row, and changes the text. NULL: the line has nothing more. Returns NULL, or what
 * is wrong. */
const char *line_fields_read(char *text, const struct line_field *fields, size_t count, void *row);

/* Copies a value that can be shown. False if it is empty, too long, or cannot. */
bool line_fields_copy(char *out, size_t room, const char *value);

#endif
