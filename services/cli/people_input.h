/* people_input.h: what was typed after `concordat people`. */
#ifndef CONCORDAT_CLI_PEOPLE_INPUT_H
#define CONCORDAT_CLI_PEOPLE_INPUT_H

#include <stdbool.h>

#include "proto/wire/wire.h"
#include "services/gateway/identity.h"

enum people_verb {
    PEOPLE_NONE,
    PEOPLE_ADD,
    PEOPLE_LIST,
    PEOPLE_DISABLE,
    PEOPLE_RESET,
    PEOPLE_TOKEN_ADD,
    PEOPLE_TOKEN_LIST,
    PEOPLE_TOKEN_END
};

enum { PEOPLE_WORDS = 4 };

struct people_input {
    const char *words[PEOPLE_WORDS];
    enum people_verb verb;
    const char *id, *token; /* two of the words: the person's id; NULL: of all. And the name of a token */
    const char *path, *of, *name, *issuer, *subject, *qr, *label, *role_text, *staff_text;
    struct identity identity;
    Concordat__V1__Role role;
    Concordat__V1__StaffRole staff;
    unsigned lock_minutes, days;
    bool password, json;
};

#endif
