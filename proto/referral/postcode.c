/* postcode.c: the district of a postcode. */
#include <stddef.h>
#include <string.h>

#include "proto/referral/referral_rules.h"
#include "proto/referral/rule_parts.h"

enum { POSTCODE_CHARS_MAX = 7 };

static bool postcode_is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool postcode_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Spaces, hyphens, commas and the like, which people put between the halves and after them. */
static bool postcode_is_separator(char c)
{
    return c > 0 && c < 0x7f && !postcode_is_letter(c) && !postcode_is_digit(c);
}

/* Writes the letters and digits of the text in capitals. Returns how many; 0 if it has characters beyond
 * ASCII, or too many. *first is how many stand before the first separator within the text. */
static size_t postcode_squeeze(const char *text, char out[POSTCODE_CHARS_MAX + 1], size_t *first)
{
    size_t length = 0;
    *first = 0;
    for (; *text; text++) {
        char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
        if (postcode_is_separator(c)) {
            *first = *first ? *first : length;
            continue;
        }
        if (length == POSTCODE_CHARS_MAX || (!postcode_is_letter(c) && !postcode_is_digit(c)))
            return 0;
        out[length++] = c;
    }
    out[length] = '\0';
    return length;
}

/* One or two letters, a digit, and perhaps one more letter or digit. */
static bool postcode_is_outward(const char *text, size_t length)
{
    size_t letters = length > 1 && postcode_is_letter(text[1]) ? 2 : 1;
    if (length < letters + 1 || length > letters + 2)
        return false;
    return postcode_is_letter(text[0]) && postcode_is_digit(text[letters]);
}

static bool postcode_is_inward(const char *text)
{
    return postcode_is_digit(text[0]) && postcode_is_letter(text[1]) && postcode_is_letter(text[2]);
}

/* How long the outward half is, if the characters begin with one. */
static size_t postcode_outward_length(const char *squeezed, size_t length, size_t first)
{
    if (length >= 5 && postcode_is_inward(squeezed + length - 3))
        return length - 3;
    /* The second half was not finished, or has one character too many. A number alone could be a house's, or
     * a junction's of a motorway whose name reads like a district. */
    bool has_half = first && length - first >= 2 && length - first <= 4 &&
                    postcode_is_digit(squeezed[first]) && postcode_is_letter(squeezed[first + 1]);
    return has_half && postcode_is_outward(squeezed, first) ? first : length;
}

bool postcode_district(const char *text, char district[POSTCODE_DISTRICT_BYTES])
{
    char squeezed[POSTCODE_CHARS_MAX + 1];
    size_t first;
    size_t length = postcode_squeeze(text, squeezed, &first);
    size_t outward = postcode_outward_length(squeezed, length, first);
    district[0] = '\0';
    if (!postcode_is_outward(squeezed, outward) || (outward == 4 && memcmp(squeezed, "ZZ99", 4) == 0))
        return false;
    memcpy(district, squeezed, outward);
    district[outward] = '\0';
    return true;
}
