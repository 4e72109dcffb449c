/* asking.h: a request that is being answered: its sender, its content, and what was done for it. */
#ifndef CONCORDAT_ASKING_H
#define CONCORDAT_ASKING_H

#include "broker/core/command.h"
#include "broker/shell/ports.h"
#include "broker/shell/sessions.h"
#include "proto/wire/wire.h"

/* The connection that an answer goes to, and the command that it answers. Borrows both. */
struct answer_to {
    const struct server_route *route;
    const uint8_t *command_id; /* ID_BYTES; NULL: not known, so that no answer can be addressed */
};

/* The person who was at the keyboard when a request was sent (NULL: one that cannot be read). Borrows. */
static inline struct person asking_person(const Concordat__V1__Request *request)
{
    const Concordat__V1__Person *person = request ? request->person : NULL;
    return person ? (struct person){person->id, (int)person->role} : (struct person){"", 0};
}

struct asking {
    struct answer_to to;
    const struct key *key;
    const Concordat__V1__Request *request;
    const uint8_t *packed; /* the request's own bytes, as record_read_command takes them */
    size_t packed_size;
    enum party party;
    uint16_t slot;           /* of the team or coordinator; SLOT_NONE for others */
    struct session *session; /* NULL only for the first hello of a connection */
    struct now now;
};

/* The outcome of a request, as its answer says it. */
struct done {
    uint64_t seq;        /* of the first event that the command caused, now or before; 0: none */
    bool repeated;       /* had been done before */
    uint64_t flags;      /* flag_bit: raised at the receipt, for the referrer to put right */
    bool key_remains;    /* of an Erase: on the disk, which did not let it be overwritten */
    bool late;           /* an acceptance whose time had ended */
    bool before_receipt; /* a contact that was before the receipt */
    const char *note;    /* for a person to read; NULL: nothing */
};

#endif
