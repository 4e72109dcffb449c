/* check_rules.h: what each field of the schema may hold. */
#ifndef CONCORDAT_CHECK_RULES_H
#define CONCORDAT_CHECK_RULES_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The defaults. A text has one line of at most CHECK_TEXT_BYTES; bytes are empty or an id of 16; a list has
 * at most CHECK_ITEMS items; a time lies in the years 1970 to 9999; a number has no limit. */
enum { CHECK_TEXT_BYTES = 64, CHECK_ITEMS = 32 };

/* The shape of a text that is not empty. */
struct check_shape {
    const char *chars;               /* the characters that it may have, if values is NULL */
    size_t least, most;              /* bytes */
    const char *const *values;       /* or the texts that it may be, up to a NULL */
    bool (*holds)(const char *text); /* what else it must be, of a text that has such characters; or NULL */
    const char *says;                /* the same rule in words */
};

/* The limits of a field that differ from the defaults. A member that is zero means the default. */
struct check_rule {
    const char *field; /* full name; the table is sorted by it */
    const struct check_shape *shape;
    size_t bytes_max;   /* of a text or bytes */
    size_t bytes_exact; /* of bytes that are not empty */
    size_t items_max;
    uint32_t number_max;
    bool lines;  /* newline and tab are allowed */
    bool needed; /* may not be empty or unset */
};

/* The table, for the tests, which compare it with proto/README.md. */
const struct check_rule *check_rules(size_t *count);

/* Whether a text that is not empty, of so many bytes, has the shape. */
bool check_shape_fits(const struct check_shape *shape, const char *text, size_t size);

/* Returns the rules of a type's fields, in the order of the fields. The type must be part of Request, Message
 * or Event. Any thread may call this. */
const struct check_rule *const *check_rules_of(const ProtobufCMessageDescriptor *type);

#endif
