/* seals_copy.c: see seals_copy.h. */
#include "broker/seals/seals_copy.h"

#include <sched.h>
#include <string.h>

#include "broker/seals/inside.h"

/* A slot that is being overwritten can be read half old and half new; a damaged one stays as it is. */
enum { TORN_READS_MAX = 100 };

static int copy_read_once(const struct seals_file *from, uint8_t bytes[SLOT_BYTES], uint64_t at)
{
    size_t got = 0;
    memset(bytes, 0, SLOT_BYTES);
    return from->read(from->context, bytes, SLOT_BYTES, at, &got);
}

/* Reads until the slot's check holds and two readings agree: the callback key has no check. */
static int copy_read_slot(const struct seals_file *from, uint8_t bytes[SLOT_BYTES], uint64_t at)
{
    uint8_t again[SLOT_BYTES];
    struct slot slot;
    int error = copy_read_once(from, bytes, at);
    for (int i = 0; i < TORN_READS_MAX && !error; i++) {
        slot_read(bytes, &slot);
        error = copy_read_once(from, again, at);
        if (error || (memcmp(bytes, again, SLOT_BYTES) == 0 && slot.state != SLOT_TORN))
            break;
        memcpy(bytes, again, SLOT_BYTES);
        sched_yield();
    }
    return error;
}

int seals_copy(const struct seals_file *from, const struct seals_file *to, uint32_t newest_case,
               uint32_t newest_drill)
{
    static const uint8_t zeros[SLOT_BYTES];
    const uint32_t newest[SEALS_SERIES] = {newest_case, newest_drill};
    uint8_t bytes[SLOT_BYTES];
    int error = copy_read_once(from, bytes, 0);
    if (!error)
        error = to->write(to->context, bytes, SLOT_BYTES, 0);
    for (int drill = 0; drill < SEALS_SERIES; drill++)
        for (uint32_t number = 1; number <= newest[drill] && !error; number++) {
            uint64_t at = seals_place(drill, number);
            error = copy_read_slot(from, bytes, at);
            if (!error && memcmp(bytes, zeros, SLOT_BYTES) != 0)
                error = to->write(to->context, bytes, SLOT_BYTES, at);
        }
    return error;
}
