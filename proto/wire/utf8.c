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

bool utf8_is_text(const char *text, size_t size, bool lines)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + size;
    while (at < end) {
        size_t length = 1;
        if (end - at >= 8 && utf8_are_plain(at)) {
            at += 8;
            continue;
        }
        if (*at < 0x20 || *at == 0x7f) {
            if (!lines || (*at != '\n' && *at != '\t'))
                return false;
        } else if (*at >= 0x80) {
            length = utf8_sequence_length(at);
            if (length == 0 || (at[0] == 0xc2 && at[1] < 0xa0)) /* the control characters U+0080 to U+009F */
                return false;
        }
        at += length;
    }
    return true;
}
