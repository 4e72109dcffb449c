/* said.h: what was answered to the latest commands, for the page that a person is sent to after a form.
 *
 * It is kept by the id of the command, for the person who sent it alone, and holds nothing personal. The
 * latest SAID_MAX are kept. One thread. */
#ifndef CONCORDAT_GATEWAY_SAID_H
#define CONCORDAT_GATEWAY_SAID_H

#include "proto/wire/person_id.h"
#include "proto/wire/wire.h"
#include "proto/words/words.h"

enum { SAID_TEXT_BYTES = 600, SAID_ID_BYTES = UUID_TEXT_BYTES };

struct said_row {
    uint8_t command_id[WIRE_ID_BYTES];
    char person[PERSON_ID_CHARS_MAX + 1];
    char text[SAID_TEXT_BYTES];
};

struct said;

struct said *said_open(void); /* NULL if there is no memory */
void said_close(struct said **said);

void said_keep(struct said *said, const uint8_t command_id[WIRE_ID_BYTES], const char *person,
               const char *text);
/* The text for an id, written as in a query; NULL if there is none of this person's, or no id. */
const char *said_find(const struct said *said, const char *written, const char *person);

#endif
