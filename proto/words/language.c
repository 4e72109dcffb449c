/* language.c: the codes of languages. */
#include "proto/words/language.h"

#include <stdlib.h>
#include <string.h>

#include "proto/words/language_pairs.h"

static int compare_codes(const void *code, const void *pair)
{
    return strcmp(code, ((const struct language_pair *)pair)->three);
}

bool language_is_code(const char *text)
{
    size_t size = strlen(text);
    return (size == 2 || size == 3) && strspn(text, "abcdefghijklmnopqrstuvwxyz") == size;
}

const char *language_shortest(const char *code)
{
    const struct language_pair *pair = NULL;
    if (strlen(code) == 3)
        pair = bsearch(code, language_pairs, language_pairs_count, sizeof *language_pairs, compare_codes);
    return pair ? pair->two : code;
}
