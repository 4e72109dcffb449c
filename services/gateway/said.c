/* said.c: see said.h. */
#include "services/gateway/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/limits.h"

struct said {
    struct said_row rows[SAID_MAX];
    size_t next;
};

struct said *said_open(void)
{
    return calloc(1, sizeof(struct said));
}

void said_close(struct said **said)
{
    free(*said);
    *said = NULL;
}

void said_keep(struct said *said, const uint8_t command_id[WIRE_ID_BYTES], const char *person,
               const char *text)
{
    struct said_row *row = &said->rows[said->next++ % SAID_MAX];
    memcpy(row->command_id, command_id, WIRE_ID_BYTES);
    snprintf(row->person, sizeof row->person, "%s", person);
    snprintf(row->text, sizeof row->text, "%s", text);
}

const char *said_find(const struct said *said, const char *written, const char *person)
{
    uint8_t id[WIRE_ID_BYTES];
    if (!written || !words_parse_uuid(written, id))
        return NULL;
    for (size_t i = 0; i < SAID_MAX; i++) {
        const struct said_row *row = &said->rows[i];
        if (memcmp(row->command_id, id, sizeof id) == 0 && strcmp(row->person, person) == 0)
            return row->text;
    }
    return NULL;
}
