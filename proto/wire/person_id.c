/* person_id.c: see person_id.h. */
#include "proto/wire/person_id.h"

#include <assert.h>
#include <string.h>

static_assert(PERSON_ID_LETTERS_MAX == 4 && PERSON_ID_DIGITS_MIN == 2 && PERSON_ID_DIGITS_MAX == 8,
              "PERSON_ID_RULE says so");

bool person_id_is(const char *text)
{
    size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    size_t digits = strspn(text + letters, "0123456789");
    return letters >= 1 && letters <= PERSON_ID_LETTERS_MAX && digits >= PERSON_ID_DIGITS_MIN &&
           digits <= PERSON_ID_DIGITS_MAX && text[letters + digits] == '\0';
}
