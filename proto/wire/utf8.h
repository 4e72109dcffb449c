/* utf8.h: text that every reader reads alike. */
#ifndef CONCORDAT_UTF8_H
#define CONCORDAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Returns whether text (size bytes, and a NUL after them) is UTF-8 (RFC 3629) without control characters.
 * Newline and tab are allowed if lines is set. */
bool utf8_is_text(const char *text, size_t size, bool lines);

#endif
