/* check_rules.h: what each field of the schema may hold. */
#ifndef CONCORDAT_CHECK_RULES_H
#define CONCORDAT_CHECK_RULES_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* The rules of a type's fields, in their order; of any type that a Request, Message or Event is made of. Safe
 * from any thread. */
const struct check_rule *const *check_rules_of(const ProtobufCMessageDescriptor *type);

#endif
