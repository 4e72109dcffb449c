/* scan.h: reads protobuf's raw bytes field by field, before anything is unpacked. */
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
    bool is_shortest;     /* tag, length and varint have no more bytes than they need */
    const uint8_t *value; /* all bytes after the tag, with the length: they can be put under another tag */
    size_t value_size;
};

enum scan_result { SCAN_FIELD, SCAN_END, SCAN_MALFORMED };

/* Takes the next field. Never reads beyond the end. */
enum scan_result scan_next(struct scan *scan, struct scan_field *field);

/* Scans a whole message and the messages inside it. Returns
 *
 *   SCAN_END        if the bytes are fields, nested as the descriptor says;
 *   SCAN_MALFORMED  if they are not this protocol;
 *   SCAN_FIELD      if a text contains a NUL, after which protobuf-c would hide the rest; *field_name is its
 * name.
 *
 * Sets *as_packed to false if protobuf-c would pack the message that it reads from here to other bytes:
 * because fields are out of order, given twice, unknown or empty, or because numbers are longer than they
 * need be. */
enum scan_result scan_message(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size,
                              const char **field_name, bool *as_packed);

#endif
