/* utf8.h: text that every reader reads alike. */
#ifndef CONCORDAT_UTF8_H
#define CONCORDAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether text, size bytes with a NUL behind them, is UTF-8 (RFC 3629) without control characters. Newline
 * and tab are taken where lines is set. */
bool utf8_is_text(const char *text, size_t size, bool lines);

#endif
