/* language.h: the codes of languages: ISO 639-1, two letters, and ISO 639-3, three. */
#ifndef CONCORDAT_LANGUAGE_H
#define CONCORDAT_LANGUAGE_H

#include <stdbool.h>

enum { LANGUAGE_CODE_BYTES = 4 };

/* Whether a text is written as a code is: two or three small letters. */
bool language_is_code(const char *text);

/* The code by which two codes of one language are compared: of two letters if the language has one ("pol"
 * gives "pl"), else the code itself ("bfi", British Sign Language). Borrows the code. */
const char *language_shortest(const char *code);

#endif
