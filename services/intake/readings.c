/* readings.c: see readings.h. */
#include "services/intake/readings.h"

#include <string.h>

static struct reading *reading_find(struct readings *readings, const uint8_t *command_id)
{
    for (size_t i = 0; i < readings->count; i++)
        if (memcmp(readings->waiting[i].command_id, command_id, WIRE_ID_BYTES) == 0)
            return &readings->waiting[i];
    return NULL;
}

/* A device that has waited so long asks again, or has gone. */
static struct reading *reading_place(struct readings *readings, int64_t mono_ms)
{
    if (readings->count < READINGS_MAX)
        return &readings->waiting[readings->count++];
    for (size_t i = 0; i < READINGS_MAX; i++)
        if (mono_ms - readings->waiting[i].asked_ms >= READING_MS)
            return &readings->waiting[i];
    return NULL;
}

bool readings_note(struct readings *readings, const uint8_t *command_id, const struct server_route *route,
                   int64_t mono_ms, bool *is_new)
{
    struct reading *known = reading_find(readings, command_id);
    struct reading *reading = known ? known : reading_place(readings, mono_ms);
    *is_new = !known;
    if (!reading)
        return false;
    memcpy(reading->command_id, command_id, WIRE_ID_BYTES);
    reading->route = *route;
    reading->asked_ms = mono_ms;
    return true;
}

bool readings_take(struct readings *readings, const ProtobufCBinaryData *command_id,
                   struct server_route *route)
{
    struct reading *found =
        command_id->len == WIRE_ID_BYTES ? reading_find(readings, command_id->data) : NULL;
    if (!found)
        return false;
    *route = found->route;
    *found = readings->waiting[--readings->count];
    return true;
}
