/* scan.c: reads protobuf's raw bytes field by field. */
#include "proto/wire/scan.h"

#include <assert.h>
#include <string.h>

enum { VARINT_BYTES_MAX = 10 };

/* The lowest three bits of a tag: the form of what follows it. proto3 has no groups (3 and 4). */
enum wire_type { WIRE_VARINT = 0, WIRE_FIXED_64 = 1, WIRE_BYTES = 2, WIRE_FIXED_32 = 5 };

/* Sets *shortest to false if the varint has more bytes than its value needs, or more than 64 bits. */
static bool scan_varint(struct scan *scan, uint64_t *value, bool *shortest)
{
    *value = 0;
    if (scan->at < scan->end && *scan->at < 0x80) { /* nearly every varint has one byte */
        *value = *scan->at++;
        return true;
    }
    for (unsigned i = 0; i < VARINT_BYTES_MAX && scan->at < scan->end; i++) {
        uint8_t byte = *scan->at++;
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        if (i > 0 && (byte == 0 || (i == VARINT_BYTES_MAX - 1 && byte > 1)))
            *shortest = false;
        return true;
    }
    return false;
}

static bool scan_bytes(struct scan *scan, uint64_t size, struct scan_field *field)
{
    if (size > (uint64_t)(scan->end - scan->at))
        return false;
    field->bytes = scan->at;
    field->size = (size_t)size;
    scan->at += size;
    return true;
}

enum scan_result scan_next(struct scan *scan, struct scan_field *field)
{
    uint64_t tag, size;
    bool good = false;
    assert(scan->at <= scan->end);
    *field = (struct scan_field){.is_shortest = true};
    if (scan->at == scan->end)
        return SCAN_END;
    if (!scan_varint(scan, &tag, &field->is_shortest) || tag > UINT32_MAX || tag >> 3 == 0)
        return SCAN_MALFORMED;
    field->number = (uint32_t)(tag >> 3);
    field->value = scan->at;
    switch (tag & 7) {
    case WIRE_VARINT:
        field->has_varint = true;
        good = scan_varint(scan, &field->varint, &field->is_shortest);
        break;
    case WIRE_FIXED_64:
        good = scan_bytes(scan, 8, field);
        break;
    case WIRE_FIXED_32:
        good = scan_bytes(scan, 4, field);
        break;
    case WIRE_BYTES:
        field->has_bytes = true;
        good = scan_varint(scan, &size, &field->is_shortest) && scan_bytes(scan, size, field);
        break;
    default:
        break;
    }
    field->value_size = (size_t)(scan->at - field->value);
    return good ? SCAN_FIELD : SCAN_MALFORMED;
}

/* --- would protobuf-c pack the same bytes? ----------------------------------------------------------- */

/* The last field of a message so far. */
struct field_order {
    uint32_t number;
    bool has_oneof;
};

/* Fields must come in the order of their numbers, each once, and only one of a oneof. (This would take two
 * oneofs in one message for one.) */
static bool field_is_in_order(struct field_order *order, const ProtobufCFieldDescriptor *known)
{
    bool may_repeat =
        known->label == PROTOBUF_C_LABEL_REPEATED && !(known->flags & PROTOBUF_C_FIELD_FLAG_PACKED);
    bool of_oneof = known->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
    bool good = (known->id > order->number || (may_repeat && known->id == order->number)) &&
                !(of_oneof && order->has_oneof);
    order->number = known->id;
    order->has_oneof |= of_oneof;
    return good;
}

/* Knows the types that this protocol uses; for any other it cannot tell how protobuf-c would pack it. */
static bool number_fits(ProtobufCType type, uint64_t varint)
{
    switch ((int)type) {
    case PROTOBUF_C_TYPE_BOOL:
        return varint <= 1;
    case PROTOBUF_C_TYPE_ENUM:
        return varint <= INT32_MAX;
    case PROTOBUF_C_TYPE_UINT32:
        return varint <= UINT32_MAX;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return true;
    default:
        return false;
    }
}

static bool packed_numbers_fit(ProtobufCType type, const struct scan_field *field)
{
    struct scan scan = {field->bytes, field->bytes + field->size};
    uint64_t varint;
    bool shortest = true;
    while (scan.at != scan.end)
        if (!scan_varint(&scan, &varint, &shortest) || !shortest || !number_fits(type, varint))
            return false;
    return field->size > 0;
}

static bool field_is_as_packed(const struct scan_field *field, const ProtobufCFieldDescriptor *known)
{
    bool never_empty = known->label == PROTOBUF_C_LABEL_NONE && !(known->flags & PROTOBUF_C_FIELD_FLAG_ONEOF);
    if (!field->is_shortest)
        return false;
    if (known->type == PROTOBUF_C_TYPE_MESSAGE)
        return field->has_bytes;
    if (known->type == PROTOBUF_C_TYPE_STRING || known->type == PROTOBUF_C_TYPE_BYTES)
        return field->has_bytes && !(never_empty && field->size == 0);
    if (known->label == PROTOBUF_C_LABEL_REPEATED)
        return known->flags & PROTOBUF_C_FIELD_FLAG_PACKED && field->has_bytes &&
               packed_numbers_fit(known->type, field);
    return field->has_varint && !(never_empty && field->varint == 0) &&
           number_fits(known->type, field->varint);
}

/* --- a whole message --------------------------------------------------------------------------------- */

enum scan_result scan_message(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size,
                              const char **field_name, bool *as_packed)
{
    struct scan scan = {.at = bytes, .end = bytes + size};
    struct scan_field field;
    struct field_order order = {0, false};
    enum scan_result result;
    while ((result = scan_next(&scan, &field)) == SCAN_FIELD) {
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(descriptor, field.number);
        *as_packed =
            *as_packed && known && field_is_in_order(&order, known) && field_is_as_packed(&field, known);
        if (!known || !field.has_bytes)
            continue;
        /* The schema limits the depth, because no message type contains itself. */
        if (known->type == PROTOBUF_C_TYPE_MESSAGE) {
            result = scan_message(known->descriptor, field.bytes, field.size, field_name, as_packed);
            if (result != SCAN_END)
                return result;
        } else if (known->type == PROTOBUF_C_TYPE_STRING && memchr(field.bytes, '\0', field.size)) {
            *field_name = known->name;
            return SCAN_FIELD;
        }
    }
    return result;
}
