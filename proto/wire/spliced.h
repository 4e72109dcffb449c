/* spliced.h: a field that is packed already becomes part of another message without being unpacked.
 *
 * protobuf-c packs what stands among a message's unknown fields as it is. So a status is packed once for
 * every message that tells it, and a referral goes from the request into the ledger and from there into
 * offers with the bytes in which it came. The reader sees an ordinary field: the order of fields does not
 * matter to it. A spliced field borrows its bytes; bytes and field must live until the message is packed.
 */
#ifndef CONCORDAT_SPLICED_H
#define CONCORDAT_SPLICED_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

typedef ProtobufCMessageUnknownField spliced_field;

/* A text, bytes or a message as field `number`. `value` is what stands behind the tag of the packed field:
 * its length, then its bytes (scan_field.value). */
static inline spliced_field spliced_as(uint32_t number, const uint8_t *value, size_t size)
{
    return (spliced_field){.tag = number,
                           .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
                           .len = size,
                           .data = (uint8_t *)(uintptr_t)value};
}

/* Packs a message, given by its base, with these fields. */
static inline void spliced_into(ProtobufCMessage *base, const spliced_field *fields, size_t count)
{
    base->unknown_fields = (spliced_field *)(uintptr_t)fields;
    base->n_unknown_fields = (unsigned)count;
}

#endif
