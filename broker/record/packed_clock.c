/* packed_clock.c: what an event does to one clock, packed by hand: see packed_clock.h. */
#include "broker/record/packed_clock.h"

#include "concordat/v1/event.pb-c.h"

static uint8_t *put_number(uint8_t *at, unsigned field, int64_t number)
{
    uint64_t left = (uint64_t)number;
    if (!left)
        return at; /* proto3 leaves zeros out */
    *at++ = (uint8_t)(field << 3 | PROTOBUF_C_WIRE_TYPE_VARINT);
    for (; left >= 0x80; left >>= 7)
        *at++ = (uint8_t)(left | 0x80);
    *at++ = (uint8_t)left;
    return at;
}

static uint8_t *put_text(uint8_t *at, unsigned field, const char *string)
{
    size_t size = strlen(string);
    if (!size)
        return at;
    *at++ = (uint8_t)(field << 3 | PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
    *at++ = (uint8_t)size;
    memcpy(at, string, size);
    return at + size;
}

/* Numbers of fields in ClockChange. */
enum { CHANGE_CLOCK = 1, CHANGE_WHAT, CHANGE_AT, CHANGE_DUE, CHANGE_STANDARD, CHANGE_BASIS, CHANGE_WARN };

void clock_pack(struct packed_clock *packed, const struct clock_change *change)
{
    uint8_t *at = packed->bytes + 1;
    at = put_number(at, CHANGE_CLOCK, change->clock);
    at = put_number(at, CHANGE_WHAT, change->what);
    at = put_number(at, CHANGE_AT, change->at_ms);
    at = put_number(at, CHANGE_DUE, change->due_ms);
    at = put_text(at, CHANGE_STANDARD, change->standard);
    at = put_number(at, CHANGE_BASIS, change->basis);
    at = put_number(at, CHANGE_WARN, change->warn_ms);
    packed->bytes[0] = (uint8_t)(at - packed->bytes - 1);
}
