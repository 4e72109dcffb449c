/* borrowed.h: text and bytes that a message borrows.
 *
 * The fields that protobuf-c generates are not const, but packing a message changes nothing of what they
 * point to. These functions only take the const away: what they are given must live until the message is
 * packed.
 */
#ifndef CONCORDAT_BORROWED_H
#define CONCORDAT_BORROWED_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

static inline char *borrowed_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* "" for NULL, because a message has no NULL texts. */
static inline char *borrowed_text_or_none(const char *text)
{
    return borrowed_text(text ? text : "");
}

static inline ProtobufCBinaryData borrowed_bytes(const void *bytes, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)bytes};
}

#endif
