/* spoken.h: a short text that a person typed, as numbers, words and signs: for the readers of dates, times
 * and ages, which take these apart. Pure: no clock, no I/O, no memory; any thread.
 */
#ifndef CONCORDAT_SPOKEN_H
#define CONCORDAT_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPOKEN_PARTS_MAX = 24, /* "Saturday the 28th of November 2026 at about 10:15 p.m." has 16 */
    SPOKEN_WORD_BYTES = 16 /* the longest word that a reader knows is "approximately" */
};

enum spoken_kind { SPOKEN_END, SPOKEN_NUMBER, SPOKEN_WORD, SPOKEN_SIGN };

struct spoken_part {
    enum spoken_kind kind;
    uint32_t number;
    unsigned digits;              /* how many the number was written with */
    char word[SPOKEN_WORD_BYTES]; /* in small letters */
    char sign;
};

struct spoken {
    struct spoken_part parts[SPOKEN_PARTS_MAX + 1]; /* behind the last stands an end */
    size_t at;                                      /* the next that a reader takes */
};

/* Takes a text apart; spaces only separate. False if it has too many parts, a word or a number that is too
 * long, or a character beyond ASCII. */
bool spoken_split(const char *text, struct spoken *spoken);

/* The next part; it stays the next. */
const struct spoken_part *spoken_next(const struct spoken *spoken);
bool spoken_is_word(const struct spoken_part *part, const char *word);
bool spoken_is_sign(const struct spoken_part *part, char sign);

/* Takes the next part if it is that. */
bool spoken_take_word(struct spoken *spoken, const char *word);
bool spoken_take_sign(struct spoken *spoken, char sign);

/* Takes the next part if it is one of these words, which end with a NULL. */
bool spoken_take_any(struct spoken *spoken, const char *const *words);

/* Takes every "at", "about", "~" and the like. True if one of them says that what follows is not exact. */
bool spoken_skip_fillers(struct spoken *spoken);

#endif
