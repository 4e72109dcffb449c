/* cases.h: the cases that this device has been told of, so that an answer is to the very offer that was
 * shown.
 *
 * A table of fixed size, all zeros at first, for one thread. What the functions return is part of it and is
 * valid until the next call that notes something. */
#ifndef CONCORDAT_TEAM_CASES_H
#define CONCORDAT_TEAM_CASES_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/wire.h"
#include "proto/words/words.h"

enum { CASES_MAX = 512 };

struct known_case {
    uint8_t id[WIRE_ID_BYTES];
    char number[NUMBER_TEXT_BYTES];
    uint32_t attempt;      /* of the latest offer to this team; 0 if there was none */
    bool offered;          /* that offer waits for an answer */
    bool answered_here;    /* this device has answered that offer */
    bool seen_here;        /* this device has said that a person saw it */
    bool ours;             /* this team holds the case */
    uint64_t changed_seq;  /* of the latest changes that were shown here and not said to be seen; 0: none */
    uint64_t messages_seq; /* of the latest message to this team, likewise */
};

struct cases {
    struct known_case known[CASES_MAX];
    unsigned count;
};

/* The case, or NULL. `name` is its number or its id as text. */
struct known_case *cases_find(struct cases *cases, const char *name);
struct known_case *cases_find_id(struct cases *cases, const ProtobufCBinaryData *id);

/* Notes an offer. False if this offer had been noted before, so that it is shown and hooked once. */
bool cases_note_offer(struct cases *cases, const Concordat__V1__Offer *offer);
void cases_note_over(struct cases *cases, const Concordat__V1__OfferOver *over);
void cases_note_status(struct cases *cases, const Concordat__V1__CaseStatus *status, const char *team);

/* Notes which changes a status tells, and which messages to the team. True if they are news to this device,
 * and the case concerns its team. */
bool cases_note_changes(struct cases *cases, const Concordat__V1__CaseStatus *status);

/* The one case that waits for an answer (or, if `offered` is false, that this team holds); NULL if there is
 * none, or more than one. */
struct known_case *cases_only(struct cases *cases, bool offered);

#endif
