/* near.c: the word that somebody meant: see near.h. */
#include "proto/words/near.h"

#include <string.h>

#include "proto/words/words.h"

/* A short word becomes another one by one letter, so it has to be right; a long one hardly does. */
enum { ONE_ERROR_LETTERS = 5, TWO_ERRORS_LETTERS = 9 };

static bool near_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Keeps letters and digits, in small letters. Anything beyond ASCII, or too much, leaves nothing. */
static void near_squeeze(const char *text, char out[NEAR_BYTES])
{
    size_t length = 0;
    for (; *text; text++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        if (c < 0 || length == NEAR_BYTES - 1) {
            length = 0;
            break;
        }
        if (near_is_digit(c) || (c >= 'a' && c <= 'z'))
            out[length++] = c;
    }
    out[length] = '\0';
}

static bool near_same_digits(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && !near_is_digit(*a))
            a++;
        while (*b && !near_is_digit(*b))
            b++;
        if (*a != *b || !*a)
            return *a == *b;
    }
}

static size_t near_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters left out, added, put for another or swapped with their neighbour, by the rule of optimal string
 * alignment. */
static size_t near_errors(const char *a, const char *b)
{
    size_t rows[3][NEAR_BYTES], *before = rows[0], *last = rows[1], *now = rows[2];
    size_t size = strlen(b);
    for (size_t j = 0; j <= size; j++)
        last[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        now[0] = i;
        for (size_t j = 1; j <= size; j++) {
            bool is_same = a[i - 1] == b[j - 1];
            now[j] = near_least(last[j - 1] + !is_same, near_least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = near_least(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[size];
}

static size_t near_errors_allowed(const char *wanted, const char *word)
{
    size_t letters = near_least(strlen(wanted), strlen(word));
    return letters >= TWO_ERRORS_LETTERS ? 2 : letters >= ONE_ERROR_LETTERS;
}

void near_begin(struct near_search *search, const char *text)
{
    *search = (struct near_search){.best = NEAR_BYTES};
    near_squeeze(text, search->wanted);
}

void near_try(struct near_search *search, const char *word, long value)
{
    char squeezed[NEAR_BYTES];
    near_squeeze(word, squeezed);
    if (!search->wanted[0] || !squeezed[0] || !near_same_digits(search->wanted, squeezed))
        return;
    size_t errors = near_errors(search->wanted, squeezed);
    if (errors > near_errors_allowed(search->wanted, squeezed) || errors > search->best)
        return;
    if (errors == search->best) {
        search->ambiguous = search->ambiguous || value != search->value;
        return;
    }
    search->best = errors;
    search->value = value;
    search->ambiguous = false;
}

bool near_end(const struct near_search *search, long *value)
{
    *value = search->value;
    return search->best < NEAR_BYTES && !search->ambiguous;
}

void near_try_values(struct near_search *search, const ProtobufCEnumDescriptor *descriptor)
{
    char word[WORDS_MAX];
    for (unsigned i = 0; i < descriptor->n_values; i++)
        if (descriptor->values[i].value != 0)
            near_try(search, words_for(descriptor, descriptor->values[i].value, word),
                     descriptor->values[i].value);
}
