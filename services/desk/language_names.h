/* language_names.h: languages by the names that people know, in English. Any thread may call these. */
#ifndef CONCORDAT_DESK_LANGUAGE_NAMES_H
#define CONCORDAT_DESK_LANGUAGE_NAMES_H

/* The shortest code of a language that is given by its code or its name, in any case: "Polish", "POL" and
 * "pl" give "pl"; "BSL" and "British Sign Language" give "bfi". A small typing error in a name
 * does not matter. NULL if no living language is called so. Static. */
const char *language_names_find(const char *text);

/* What a language is called, or the code itself if that is not known. Borrows the code. */
const char *language_names_of(const char *code);

#endif
