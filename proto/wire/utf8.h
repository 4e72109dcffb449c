/* utf8.h: text that every reader reads alike. */
#ifndef CONCORDAT_UTF8_H
#define CONCORDAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Returns whether text (size bytes, and a NUL after them) is UTF-8 (RFC 3629) without control characters.
 * If lines is set, newline and tab are allowed; otherwise characters that nobody sees, or that turn the
 * direction of writing, are not, because one line is what identifies somebody or something. The zero width
 * joiner and non-joiner are allowed after a character beyond ASCII: some people's names have them. */
bool utf8_is_text(const char *text, size_t size, bool lines);

/* Makes a text fit to be shown, in place: leaves out the characters that nobody sees or that turn the
 * direction of writing, and puts a question mark for each control character other than newline and for each
 * byte that is not UTF-8. */
void utf8_clean(char *text);

#endif
