/* telephone.c: see telephone.h. */
#include "proto/words/telephone.h"

#include <stdbool.h>
#include <string.h>

static const char digit_chars[] = "0123456789";

enum telephone_fault telephone_look(const char *text)
{
    static const char *const beginnings[] = {"0", "+", "18001", "18002"};
    size_t digits = 0;
    for (const char *c = text; *c; c++)
        digits += strchr(digit_chars, *c) != NULL;
    if (digits < TELEPHONE_DIGITS_MIN || strspn(text, "0123456789 +()-.ext") != strlen(text))
        return TELEPHONE_NO_NUMBER;
    const char *first = strpbrk(text, "+0123456789");
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(first, beginnings[i], strlen(beginnings[i])) == 0)
            return TELEPHONE_GOOD;
    return digits < TELEPHONE_LONG_DIGITS_MIN ? TELEPHONE_GOOD : TELEPHONE_NO_ZERO;
}
