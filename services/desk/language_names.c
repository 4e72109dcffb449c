/* language_names.c: languages by name. */
#include "services/desk/language_names.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "proto/words/language.h"
#include "proto/words/near.h"
#include "services/desk/language_table.h"

/* Names that people use and the standard does not. "bsl" is also the code of a language that nobody speaks
 * any more. */
static const struct language_name spoken_names[] = {
    {"bfi", "BSL"}, {"bfi", "sign language"}, {"fa", "Farsi"}, {"pa", "Punjabi"}, {"zh", "Mandarin"},
};

static const char *code_of_name(const struct language_name *names, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i].name, text) == 0)
            return names[i].code;
    return NULL;
}

static const char *code_of_code(const char *text)
{
    const char *code = language_shortest(text);
    for (size_t i = 0; i < language_names_count; i++)
        if (strcasecmp(language_names[i].code, code) == 0)
            return language_names[i].code;
    return NULL;
}

/* A name with a small typing error, of a language that has a code of two letters: of the seven thousand
 * others too many are called alike. */
static const char *code_of_near_name(const char *text)
{
    struct near_search search;
    long which;
    near_begin(&search, text);
    for (size_t i = 0; i < language_names_count; i++)
        if (strlen(language_names[i].code) == 2)
            near_try(&search, language_names[i].name, (long)i);
    return near_end(&search, &which) ? language_names[which].code : NULL;
}

const char *language_names_find(const char *text)
{
    char small[LANGUAGE_CODE_BYTES] = "";
    const char *code = code_of_name(spoken_names, sizeof spoken_names / sizeof *spoken_names, text);
    for (size_t i = 0; strlen(text) < sizeof small && text[i]; i++)
        small[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    if (!code && language_is_code(small))
        code = code_of_code(small);
    if (!code)
        code = code_of_name(language_names, language_names_count, text);
    return code ? code : code_of_near_name(text);
}

const char *language_names_of(const char *code)
{
    const char *shortest = language_shortest(code);
    for (size_t i = 0; i < language_names_count; i++)
        if (strcmp(language_names[i].code, shortest) == 0)
            return language_names[i].name;
    return code;
}
