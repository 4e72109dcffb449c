/* referral_form.h: how the fields of a referral stand on a form: in which order, on which page, under which
 * label.
 *
 * The fields are those of referral_fields.h, which alone says what becomes of them. Pure; any thread.
 */
#ifndef CONCORDAT_DESK_REFERRAL_FORM_H
#define CONCORDAT_DESK_REFERRAL_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/wire/wire.h"
#include "services/desk/referral_fields.h"

enum referral_ask {
    REFERRAL_ASK_LINE,
    REFERRAL_ASK_CALLBACK, /* a telephone number of the person who types */
    REFERRAL_ASK_LINES,    /* a text of several lines */
    REFERRAL_ASK_ONE,      /* one of few choices, all to be seen */
    REFERRAL_ASK_LIST,     /* one of many choices */
    REFERRAL_ASK_SOME,     /* any number of choices; sent with commas between them */
    REFERRAL_ASK_YES       /* a box to tick */
};

struct referral_question {
    const char *name; /* of its field */
    enum referral_ask ask;
    const char *label, *hint; /* for people; no hint: NULL */
};

/* One question of a form, or NULL if that field is in none. */
const struct referral_question *referral_question_find(const char *name);
/* False for what is of use only if a power to detain is used, and `legal`, the answer to that, is none of
 * these. NULL: nobody has said. */
bool referral_question_goes_with(const struct referral_question *question, const char *legal);
/* The field of a question. */
const struct referral_field *referral_question_field(const struct referral_question *question);

struct referral_part {
    Concordat__V1__Source source;
    unsigned page;     /* from 1 */
    bool folded;       /* closed at first: nobody needs it in a hurry */
    const char *title; /* for people */
    const char *names; /* of its fields in their order, with a space between */
};

/* The parts of all forms; those of a source stand together, in their order. */
extern const struct referral_part referral_parts[];
extern const size_t referral_parts_count;

/* How many pages the form of a source has; one that is sent from its only page has 1. */
unsigned referral_form_pages(Concordat__V1__Source source);

/* Walks through the questions of a part: returns the next one, and moves *at on, which begins as the part's
 * names. NULL at the end. */
const struct referral_question *referral_part_next(const char **at);

#endif
