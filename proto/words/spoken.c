/* spoken.c: a short text as numbers, words and signs: see spoken.h. */
#include "proto/words/spoken.h"

#include <string.h>

static bool spoken_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A small letter for a letter of any size, otherwise NUL. */
static char spoken_letter(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c >= 'a' && c <= 'z' ? c : '\0';
}

static const char *spoken_split_number(const char *text, struct spoken_part *part)
{
    enum { DIGITS_MAX = 9 }; /* fits a number of 32 bits */
    part->kind = SPOKEN_NUMBER;
    for (; spoken_is_digit(*text); text++) {
        if (++part->digits > DIGITS_MAX)
            return NULL;
        part->number = part->number * 10 + (uint32_t)(*text - '0');
    }
    return text;
}

static const char *spoken_split_word(const char *text, struct spoken_part *part)
{
    size_t length = 0;
    part->kind = SPOKEN_WORD;
    for (; spoken_letter(*text); text++) {
        if (length + 1 == SPOKEN_WORD_BYTES)
            return NULL;
        part->word[length++] = spoken_letter(*text);
    }
    return text;
}

static const char *spoken_split_part(const char *text, struct spoken_part *part)
{
    if (spoken_is_digit(*text))
        return spoken_split_number(text, part);
    if (spoken_letter(*text))
        return spoken_split_word(text, part);
    if (*text < '!' || *text > '~')
        return NULL;
    part->kind = SPOKEN_SIGN;
    part->sign = *text;
    return text + 1;
}

bool spoken_split(const char *text, struct spoken *spoken)
{
    size_t count = 0;
    *spoken = (struct spoken){0};
    while (text) {
        text += strspn(text, " \t\r\n");
        if (!*text)
            return true;
        if (count == SPOKEN_PARTS_MAX)
            return false;
        text = spoken_split_part(text, &spoken->parts[count++]);
    }
    return false;
}

const struct spoken_part *spoken_next(const struct spoken *spoken)
{
    return &spoken->parts[spoken->at];
}

bool spoken_is_word(const struct spoken_part *part, const char *word)
{
    return part->kind == SPOKEN_WORD && strcmp(part->word, word) == 0;
}

bool spoken_is_sign(const struct spoken_part *part, char sign)
{
    return part->kind == SPOKEN_SIGN && part->sign == sign;
}

bool spoken_take_word(struct spoken *spoken, const char *word)
{
    bool is_next = spoken_is_word(spoken_next(spoken), word);
    spoken->at += is_next;
    return is_next;
}

bool spoken_take_sign(struct spoken *spoken, char sign)
{
    bool is_next = spoken_is_sign(spoken_next(spoken), sign);
    spoken->at += is_next;
    return is_next;
}

bool spoken_take_any(struct spoken *spoken, const char *const *words)
{
    for (; *words; words++)
        if (spoken_take_word(spoken, *words))
            return true;
    return false;
}

bool spoken_skip_fillers(struct spoken *spoken)
{
    static const char *const exact[] = {"at", "on", "the", "of", "aged", "age", "is", NULL};
    static const char *const inexact[] = {
        "about",  "abt",     "around",   "approx",     "approximately", "roughly",   "circa",   "ca",
        "maybe",  "perhaps", "probably", "looks",      "est",           "estimated", "c",       "possibly",
        "nearly", "almost",  "seems",    "apparently", "somewhere",     "say",       "thought", NULL};
    bool is_inexact = false;
    for (;;)
        if (spoken_take_any(spoken, inexact) || spoken_take_sign(spoken, '~') ||
            spoken_take_sign(spoken, '?'))
            is_inexact = true;
        else if (!spoken_take_any(spoken, exact) && !spoken_take_sign(spoken, ',') &&
                 !spoken_take_sign(spoken, '.'))
            return is_inexact;
}
