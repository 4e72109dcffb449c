/* scan.c: protobuf's raw bytes, field by field. */
#include "proto/scan.h"

#include <string.h>

enum { VARINT_BYTES_MAX = 10 };

/* What follows a tag, by its lowest three bits. Groups (3 and 4) are not in proto3. */
enum wire_type { WIRE_VARINT = 0, WIRE_FIXED_64 = 1, WIRE_BYTES = 2, WIRE_FIXED_32 = 5 };

static bool take_varint(struct scan *scan, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX && scan->at < scan->end; i++) {
        uint8_t byte = *scan->at++;
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool take_bytes(struct scan *scan, uint64_t size, struct scan_field *field)
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
    uint64_t tag, value;
    bool good = false;
    *field = (struct scan_field){0};
    if (scan->at == scan->end)
        return SCAN_END;
    if (!take_varint(scan, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
        return SCAN_MALFORMED;
    field->number = (uint32_t)(tag >> 3);
    field->value = scan->at;
    switch (tag & 7) {
    case WIRE_VARINT:
        good = take_varint(scan, &value);
        break;
    case WIRE_FIXED_64:
        good = take_bytes(scan, 8, field);
        break;
    case WIRE_FIXED_32:
        good = take_bytes(scan, 4, field);
        break;
    case WIRE_BYTES:
        field->has_bytes = true;
        good = take_varint(scan, &value) && take_bytes(scan, value, field);
        break;
    default:
        break;
    }
    field->value_size = (size_t)(scan->at - field->value);
    return good ? SCAN_FIELD : SCAN_MALFORMED;
}

enum scan_result scan_message(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size,
                              const char **field_name)
{
    struct scan scan = {.at = bytes, .end = bytes + size};
    struct scan_field field;
    enum scan_result result;
    while ((result = scan_next(&scan, &field)) == SCAN_FIELD) {
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(descriptor, field.number);
        if (!known || !field.has_bytes)
            continue;
        /* No message type contains itself, so the schema bounds how deep this goes. */
        if (known->type == PROTOBUF_C_TYPE_MESSAGE) {
            result = scan_message(known->descriptor, field.bytes, field.size, field_name);
            if (result != SCAN_END)
                return result;
        } else if (known->type == PROTOBUF_C_TYPE_STRING && memchr(field.bytes, '\0', field.size)) {
            *field_name = known->name;
            return SCAN_FIELD;
        }
    }
    return result;
}
