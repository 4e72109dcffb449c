/* utf8.c: text that every reader reads alike. */
#include "proto/wire/utf8.h"

#include <stdint.h>
#include <string.h>

/* Well-formed sequences, RFC 3629 section 4: the first byte, the second byte, and how many more follow. The
 * ranges of the second byte exclude overlong forms, surrogates and characters beyond U+10FFFF. */
static const struct {
    uint8_t first, last, second_from, second_to, then;
} sequences[] = {{0xc2, 0xdf, 0x80, 0xbf, 0}, {0xe0, 0xe0, 0xa0, 0xbf, 1}, {0xe1, 0xec, 0x80, 0xbf, 1},
                 {0xed, 0xed, 0x80, 0x9f, 1}, {0xee, 0xef, 0x80, 0xbf, 1}, {0xf0, 0xf0, 0x90, 0xbf, 2},
                 {0xf1, 0xf3, 0x80, 0xbf, 2}, {0xf4, 0xf4, 0x80, 0x8f, 2}};

/* Returns how many bytes the character at text has, or 0 if it is malformed. Stops at a NUL. */
static size_t utf8_sequence_length(const uint8_t *text)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        if (text[0] < sequences[i].first || text[0] > sequences[i].last)
            continue;
        if (text[1] < sequences[i].second_from || text[1] > sequences[i].second_to)
            return 0;
        for (size_t more = 0; more < sequences[i].then; more++)
            if (text[2 + more] < 0x80 || text[2 + more] > 0xbf)
                return 0;
        return 2u + sequences[i].then;
    }
    return 0;
}

/* Returns whether all eight bytes are plain (printable ASCII), as nearly all text is. */
static bool utf8_are_plain(const uint8_t *text)
{
    const uint64_t ones = UINT64_MAX / 0xff;
    uint64_t eight;
    memcpy(&eight, text, sizeof eight);
    /* A byte's high bit is set if it was set before, if the byte is below the first plain one (0x20), so that
     * subtracting borrows, or if the byte is DEL (0x7f), so that adding one carries. */
    return ((eight | (eight - ones * 0x20) | (eight + ones)) & (ones * 0x80)) == 0;
}

/* Characters without a shape of their own: they turn the direction in which the text around them reads, or
 * hide within a word, so that two names look alike and are not. Unicode calls most of them Bidi_Control or
 * Default_Ignorable_Code_Point. Not here are those that some languages write with: variation selectors, which
 * Japanese and Mongolian names need, and the two joiners. */
static const struct {
    uint32_t from, to;
} hidden[] = {
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200b},   /* zero width space */
    {0x200e, 0x200f},   /* left-to-right and right-to-left mark */
    {0x2028, 0x202e},   /* line and paragraph separator; embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates, deprecated format characters */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfeff, 0xfeff},   /* byte-order mark */
    {0xffa0, 0xffa0},   /* halfwidth Hangul filler */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0x1d173, 0x1d17a}, /* musical formatting */
    {0xe0000, 0xe007f}, /* tags */
};

enum { ZERO_WIDTH_NON_JOINER = 0x200c, ZERO_WIDTH_JOINER = 0x200d };

static bool utf8_is_joiner(uint32_t character)
{
    return character == ZERO_WIDTH_NON_JOINER || character == ZERO_WIDTH_JOINER;
}

/* Persian and the languages of India write some names with a joiner, also at the end of a word, but only
 * after a letter of theirs; `before` is the character before it. */
static bool utf8_is_hidden(uint32_t character, uint32_t before)
{
    if (utf8_is_joiner(character))
        return before < 0x80 || utf8_is_joiner(before);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (character >= hidden[i].from && character <= hidden[i].to)
            return true;
    return false;
}

/* The character in a well-formed sequence of two to four bytes. */
static uint32_t utf8_decode(const uint8_t *text, size_t length)
{
    uint32_t character = text[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++)
        character = character << 6 | (text[i] & 0x3f);
    return character;
}

bool utf8_is_text(const char *text, size_t size, bool lines)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + size;
    uint32_t before = 0;
    while (at < end) {
        size_t length = 1;
        uint32_t character = *at;
        if (end - at >= 8 && utf8_are_plain(at)) {
            at += 8;
            before = 0;
            continue;
        }
        if (*at < 0x20 || *at == 0x7f) {
            if (!lines || (*at != '\n' && *at != '\t'))
                return false;
        } else if (*at >= 0x80) {
            length = utf8_sequence_length(at);
            if (length == 0)
                return false;
            character = utf8_decode(at, length);
            if (character < 0xa0 || (!lines && utf8_is_hidden(character, before)))
                return false;
        }
        before = character;
        at += length;
    }
    return true;
}

void utf8_clean(char *text)
{
    uint8_t *to = (uint8_t *)text;
    uint32_t before = 0;
    for (const uint8_t *at = to; *at;) {
        size_t length = *at < 0x80 ? 1 : utf8_sequence_length(at);
        uint32_t character = length > 1 ? utf8_decode(at, length) : *at;
        bool is_control =
            length == 0 || (character < 0x20 && character != '\n') || (character >= 0x7f && character < 0xa0);
        length += !length;
        if (is_control) {
            *to++ = '?';
        } else if (length == 1 || !utf8_is_hidden(character, before)) {
            memmove(to, at, length);
            to += length;
            before = character;
        }
        at += length;
    }
    *to = '\0';
}
