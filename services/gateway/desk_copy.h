/* desk_copy.h: a copy of a desk's open cases, kept from the news of its connection, and of what its board
 * says beside the cases.
 *
 * A team's copy has what it is asked about and what it has. News can be lost, so whenever a connection begins
 * and from time to time the board is asked for: what it has not goes. Memory is wiped when it is given back.
 * One thread. Messages that are taken are borrowed.
 */
#ifndef CONCORDAT_GATEWAY_DESK_COPY_H
#define CONCORDAT_GATEWAY_DESK_COPY_H

#include <stdbool.h>

#include "proto/keys/keys.h"
#include "proto/wire/wire.h"

struct desk_case {
    uint8_t id[WIRE_ID_BYTES];
    Concordat__V1__CaseStatus *status; /* owned */
    Concordat__V1__Offer *offer;       /* owned; the live offer to this team, or NULL */
    bool heard;                        /* of since the board was asked for */
};

struct desk_copy {
    struct desk_case *cases; /* owned, in no order */
    size_t count, room;
    Concordat__V1__Role role;
    char of[KEY_OF_CHARS_MAX + 1];
    Concordat__V1__Board *board; /* owned; the latest, without its cases; NULL: none came yet */
    bool is_old;                 /* something beside the cases has changed: the board is to be asked for */
    /* Told of each case that was changed, came or went; of id NULL if something else on the board did. */
    void (*changed)(void *context, const uint8_t *id);
    void *context;
};

void desk_copy_close(struct desk_copy *copy);

/* The board is asked for: what is not heard of from now on, and not on it, goes. */
void desk_copy_begin(struct desk_copy *copy);
/* Takes news, or an answer to anybody at the desk. */
void desk_copy_take(struct desk_copy *copy, const Concordat__V1__Message *message);

/* NULL if it has no such case. Valid until the next message is taken. */
const struct desk_case *desk_copy_find(const struct desk_copy *copy, const uint8_t id[WIRE_ID_BYTES]);

#endif
