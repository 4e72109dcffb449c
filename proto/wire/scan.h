/* scan.h: protobuf's raw bytes, field by field, before anything is unpacked. */
#ifndef CONCORDAT_SCAN_H
#define CONCORDAT_SCAN_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan {
    const uint8_t *at;
    const uint8_t *end;
};

struct scan_field {
    uint32_t number;
    bool has_bytes; /* length-delimited: text, bytes, a message or packed numbers */
    const uint8_t *bytes;
    size_t size;
    bool has_varint;
    uint64_t varint;
    bool is_shortest;     /* its tag, length and varint have no more bytes than they need */
    const uint8_t *value; /* all that stands behind the tag, a length too: as it is under any other tag */
    size_t value_size;
};

enum scan_result { SCAN_FIELD, SCAN_END, SCAN_MALFORMED };

/* Takes the next field; never reads beyond the end. */
enum scan_result scan_next(struct scan *scan, struct scan_field *field);

/* Whether the bytes are fields within fields as the descriptor has them, and no text among them holds a
 * NUL, behind which protobuf-c would hide the rest of it. SCAN_END where all is well, SCAN_MALFORMED where
 * they are not this protocol, SCAN_FIELD with the name of the text that holds a NUL. *as_packed becomes false
 * where protobuf-c would pack what it reads there to other bytes: fields in another order, twice, unknown or
 * empty, numbers longer than need be. */
enum scan_result scan_message(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size,
                              const char **field_name, bool *as_packed);

#endif
