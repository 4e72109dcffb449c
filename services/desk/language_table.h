/* language_table.h: the table of the names of living languages; proto/words/make_languages.py makes it from
 * Debian's iso-codes. */
#ifndef CONCORDAT_DESK_LANGUAGE_TABLE_H
#define CONCORDAT_DESK_LANGUAGE_TABLE_H

#include <stddef.h>

struct language_name {
    char code[4]; /* the shortest */
    const char *name;
};

extern const struct language_name language_names[];
extern const size_t language_names_count;

#endif
