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
#include "services/desk/referral_reading.h"

enum referral_value {
    REFERRAL_TEXT,       /* whatever a person types: the reader makes of it what it can */
    REFERRAL_LINE,       /* a line about somebody, which a command line does not take but from a file */
    REFERRAL_FILE,       /* a text of many lines, likewise */
    REFERRAL_YES,        /* takes no text */
    REFERRAL_SECTION_136 /* takes no text */
};

/* What fields are about: so a screen can put them together. */
enum referral_group {
    REFERRAL_GROUP_NEED,
    REFERRAL_GROUP_PERSON,
    REFERRAL_GROUP_DETENTION,
    REFERRAL_GROUP_STREET,
    REFERRAL_GROUP_LIAISON,
    REFERRAL_GROUP_DEPARTMENT,
    REFERRAL_GROUP_REFERRER,
    REFERRAL_GROUPS
};
extern const char *const referral_group_titles[REFERRAL_GROUPS];

struct referral_field {
    enum referral_group group;
    const char *name;  /* such as "section-136-at" */
    const char *typed; /* how the value is called: "TIME"; NULL if there is none to give */
    const char *path;  /* "referral.legal.powerUsedAt" */
    const char *words; /* what it is and what may be given */
    enum referral_value value;
};

extern const struct referral_field referral_fields[];
extern const size_t referral_fields_count;

/* Sets the field in `json` (borrowed, an object, changed). `text` may be NULL if the field takes none; bytes
 * that are not UTF-8 are taken for Latin-1. False if memory runs out. What was typed is read by
 * referral_message. */
bool referral_field_set(json_t *json, const struct referral_field *field, const char *text);

enum { REFERRAL_PATH_BYTES = 65 };
/* The protocol's path of a field that an update takes away: "referral.legal.status" of the option's name
 * "section-136", of "legal.status" or of "referral.legal.status". False if there is no such field. */
bool referral_field_path(const char *text, char path[REFERRAL_PATH_BYTES]);

/* Lays `given` (borrowed) over `json` (borrowed, an object, changed), sets the source to the one that a key
 * is of
 * (`of`; NULL: not known) unless the referral names one, and the id: `id` if it is not NULL, otherwise a new
 * one unless one stands there. The descriptor says whether it becomes a Submit or an Update, which are
 * written alike. Then reads it (referral_reader.h); *reading says what was made of it. Returns a message
 * inside the arena, checked; NULL with *fault filled in only if memory ran out. `now_ms` is UTC. */
ProtobufCMessage *referral_message(json_t *json, json_t *given, const char *id, const char *of,
                                   int64_t now_ms, const ProtobufCMessageDescriptor *descriptor,
                                   struct arena *arena, struct referral_reading *reading,
                                   struct wire_fault *fault);

#endif
