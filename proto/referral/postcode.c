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

bool postcode_is_pseudo(const char *text)
{
    char squeezed[POSTCODE_CHARS_MAX + 1];
    size_t first;
    return postcode_squeeze(text, squeezed, &first) >= 4 && memcmp(squeezed, "ZZ99", 4) == 0;
}

/* --- a postcode somewhere in a text -------------------------------------------------------------------- */

/* How sure it is that a word of a text is the outward half of a postcode. */
enum postcode_sureness { SURE_NOT, SURE_BY_SHAPE, SURE_BY_BEGINNING, SURE_WHOLE };

enum { POSTCODE_WORD_BYTES = POSTCODE_CHARS_MAX + 1 };

/* Reads the next word in capitals, and moves on; "" if it can be no part of a postcode. False at the end. A
 * character beyond ASCII belongs to the word, which is then a name. */
static bool postcode_next_word(const char **text, char word[POSTCODE_WORD_BYTES])
{
    size_t length = 0;
    bool fits = true;
    while (**text && postcode_is_separator(**text >= 'a' && **text <= 'z' ? 'A' : **text))
        ++*text;
    bool is_word = **text;
    for (; **text; ++*text) {
        char c = **text >= 'a' && **text <= 'z' ? (char)(**text - 'a' + 'A') : **text;
        if (postcode_is_separator(c))
            break;
        fits = fits && length < POSTCODE_CHARS_MAX && (postcode_is_letter(c) || postcode_is_digit(c));
        if (fits)
            word[length++] = c;
    }
    word[fits ? length : 0] = '\0';
    return is_word;
}

/* Judges a word by itself and by the one behind it. One letter and a number are as often a road's, so they
 * need a second half. */
static enum postcode_sureness postcode_judge(const char *word, const char *then, size_t *outward)
{
    size_t length = strlen(word);
    *outward = length;
    if (length >= 5 && postcode_is_inward(word + length - 3) && postcode_is_outward(word, length - 3)) {
        *outward = length - 3;
        return SURE_WHOLE;
    }
    if (!postcode_is_outward(word, length))
        return SURE_NOT;
    if (strlen(then) == 3 && postcode_is_inward(then))
        return SURE_WHOLE;
    if (strlen(then) == 2 && postcode_is_digit(then[0]) && postcode_is_letter(then[1]))
        return SURE_BY_BEGINNING;
    return postcode_is_letter(word[1]) ? SURE_BY_SHAPE : SURE_NOT;
}

/* Finds the one district of which the text is surest. If there are two, nobody knows which is meant. */
static bool postcode_search(const char *text, char district[POSTCODE_DISTRICT_BYTES])
{
    char word[POSTCODE_WORD_BYTES], then[POSTCODE_WORD_BYTES];
    enum postcode_sureness best = SURE_BY_SHAPE;
    bool has_word = postcode_next_word(&text, word), is_one = true;
    district[0] = '\0';
    while (has_word) {
        size_t outward;
        bool has_then = postcode_next_word(&text, then);
        enum postcode_sureness sure = postcode_judge(word, has_then ? then : "", &outward);
        word[outward] = '\0';
        if (sure >= best && !postcode_is_pseudo(word)) {
            is_one = sure > best || !district[0] || (is_one && strcmp(district, word) == 0);
            memcpy(district, word, outward + 1);
            best = sure;
        }
        memcpy(word, then, sizeof word);
        has_word = has_then;
    }
    if (!is_one)
        district[0] = '\0';
    return district[0];
}

bool postcode_district(const char *text, char district[POSTCODE_DISTRICT_BYTES])
{
    char squeezed[POSTCODE_CHARS_MAX + 1];
    size_t first;
    size_t length = postcode_squeeze(text, squeezed, &first);
    size_t outward = postcode_outward_length(squeezed, length, first);
    district[0] = '\0';
    if (postcode_is_pseudo(text))
        return false;
    if (!postcode_is_outward(squeezed, outward))
        return postcode_search(text, district);
    memcpy(district, squeezed, outward);
    district[outward] = '\0';
    return true;
}
