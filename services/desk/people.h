/* people.h: the site's own people file, which turns the ids of people at work into names on a screen.
 *
 * A line for each person, the id and the name: "p117 Sam Okafor". Empty lines and lines that begin with # are
 * left out. No name from it is sent or stored. One thread.
 */
#ifndef CONCORDAT_DESK_PEOPLE_H
#define CONCORDAT_DESK_PEOPLE_H

#include <stddef.h>

#include "proto/wire/person_id.h"

enum {
    PEOPLE_MAX = 20000,         /* all who work at the sites of one region */
    PEOPLE_NAME_BYTES_MAX = 80, /* as the names of teams */
    PEOPLE_FAULT_BYTES = 400,
    PEOPLE_WORDS_BYTES = PEOPLE_NAME_BYTES_MAX + PERSON_ID_CHARS_MAX + 8
};

struct people {
    struct people_row {
        char id[PERSON_ID_CHARS_MAX + 1], name[PEOPLE_NAME_BYTES_MAX + 1];
    } * rows; /* owned; sorted by id */
    size_t count;
};

/* Reads the text of a people file, which is called `file` in faults. Bad lines are left out, because a slip
 * in one must not hide the names of all others: `fault` then names the first of them and says how many more
 * there are. It is "" if all is well. */
void people_read(struct people *people, const char *file, const char *text, char fault[PEOPLE_FAULT_BYTES]);
void people_close(struct people *people);

/* "Sam Okafor (p117)"; the id alone if there is no name, or people is NULL; "not recorded" if there is no id.
 * Returns out. */
const char *people_words(const struct people *people, const char *id, char out[PEOPLE_WORDS_BYTES]);

#endif
