/* check.h: whether an unpacked message keeps to the schema's unwritten half: its limits.
 *
 * One table (check.c) has a row for each field that is bounded otherwise than by the defaults; one walk
 * over the descriptors applies it. protobuf-c itself accepts bad UTF-8, unknown enum values, embedded
 * NULs and unknown fields.
 */
#ifndef CONCORDAT_CHECK_H
#define CONCORDAT_CHECK_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "proto/wire.h"

/* True where all is well; otherwise *fault has the refusal and a text that names the field by its path,
 * such as "submit.referral.person.gender". */
bool check_message(const ProtobufCMessage *message, struct wire_fault *fault);

/* A message type that contains itself could nest without limit. False where one does; names it. */
bool check_not_recursive(const ProtobufCMessageDescriptor *descriptor, const char **type_name);

/* Unless its row says otherwise: a text has one line of at most CHECK_TEXT_BYTES, bytes are an id of 16 or
 * empty, a list has at most CHECK_ITEMS items, a time lies in the years 1970 to 9999, a number is any. */
enum { CHECK_TEXT_BYTES = 64, CHECK_ITEMS = 32 };

/* What a text is made of, where it is not empty. */
struct check_shape {
    const char *chars;         /* that it may have, or NULL: any */
    size_t least, most;        /* bytes */
    const char *const *values; /* or one of these, up to NULL */
    const char *says;          /* the same for people */
};

/* A field that is bounded otherwise than by the defaults. What is zero is the default. */
struct check_rule {
    const char *field; /* full name; the table is sorted by it */
    const struct check_shape *shape;
    size_t bytes_max;   /* of a text or bytes */
    size_t bytes_exact; /* of bytes that are not empty */
    size_t items_max;
    uint32_t number_max;
    bool lines;  /* newline and tab are taken */
    bool needed; /* never empty or unset */
};

/* The table, for tests and for the page that describes the protocol. */
const struct check_rule *check_rules(size_t *count);

#endif
