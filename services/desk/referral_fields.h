/* referral_fields.h: the fields of a referral that a person types or fills in, and the message they become.
 *
 * Each field is a path into one JSON object, {"referral": {...}, "confidential": {...}} in the names of the
 * protocol, so that a file, options and a form cannot mean different things. Any thread, as long as each has
 * JSON of its own.
 */
#ifndef CONCORDAT_DESK_REFERRAL_FIELDS_H
#define CONCORDAT_DESK_REFERRAL_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/wire/wire.h"

enum referral_value {
    REFERRAL_TEXT,
    REFERRAL_FILE,        /* a text that a command line does not take but from a file */
    REFERRAL_YES,         /* takes no text */
    REFERRAL_SECTION_136, /* takes no text */
    REFERRAL_AGE,         /* "34" or "about 30" */
    REFERRAL_LIST,        /* with commas */
    REFERRAL_POSTCODE,
    REFERRAL_LANGUAGE /* a name or a code */
};

struct referral_field {
    const char *name;  /* such as "section-136-at" */
    const char *typed; /* how the value is called: "TIME"; NULL if there is none to give */
    const char *path;  /* "referral.legal.powerUsedAt" */
    const char *words; /* what it is and what may be given */
    enum referral_value value;
};

extern const struct referral_field referral_fields[];
extern const size_t referral_fields_count;

/* Sets the field in `json` (borrowed, an object, changed). `text` may be NULL if the field takes none. False
 * if it cannot be read; field->words says what can. Codes and times are checked by referral_message only. */
bool referral_field_set(json_t *json, const struct referral_field *field, const char *text);

/* Lays `given` (borrowed) over `json` (borrowed, an object, changed) and sets the id: `id` if it is not NULL,
 * otherwise a new one unless one stands there. The descriptor says whether it becomes a Submit or an Update,
 * which are written alike. Words that stand where a code is wanted are moved (referral_words.h). Returns a
 * message inside the arena, checked; or NULL. fault->text tells a person what is wrong, or else what was
 * moved; it is "" if there is nothing to tell. */
ProtobufCMessage *referral_message(json_t *json, json_t *given, const char *id,
                                   const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                   struct wire_fault *fault);

/* Sets the source to the one that a key is of, unless the referral names one. */
void referral_set_source(Concordat__V1__Referral *referral, const char *of);

#endif
