/* postcode.c: see postcode.h. */
#include "services/intake/postcode.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { POSTCODE_CHARS_MAX = 7 };

/* Letters and digits of the text in capitals; 0 where there are other characters, or too many. */
static size_t squeeze(const char *text, char out[POSTCODE_CHARS_MAX + 1])
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        if (length == POSTCODE_CHARS_MAX || !isascii(*text) || !isalnum((unsigned char)*text))
            return 0;
        out[length++] = (char)toupper((unsigned char)*text);
    }
    out[length] = '\0';
    return length;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) != 0;
}

static bool is_digit(char c)
{
    return isdigit((unsigned char)c) != 0;
}

/* One or two letters, a digit, and perhaps one more letter or digit. */
static bool is_outward(const char *text, size_t length)
{
    size_t letters = length > 1 && is_letter(text[1]) ? 2 : 1;
    if (length < letters + 1 || length > letters + 2)
        return false;
    return is_letter(text[0]) && is_digit(text[letters]);
}

static bool is_inward(const char *text)
{
    return is_digit(text[0]) && is_letter(text[1]) && is_letter(text[2]);
}

bool postcode_district(const char *text, char district[POSTCODE_DISTRICT_BYTES])
{
    char squeezed[POSTCODE_CHARS_MAX + 1];
    size_t length = squeeze(text, squeezed);
    size_t outward = length;
    if (length >= 5 && is_inward(squeezed + length - 3))
        outward = length - 3;
    district[0] = '\0';
    if (!is_outward(squeezed, outward) || (outward == 4 && memcmp(squeezed, "ZZ99", 4) == 0))
        return false;
    memcpy(district, squeezed, outward);
    district[outward] = '\0';
    return true;
}
