/* flight.c: see flight.h. */
#include "broker/ledger/served/flight.h"

#include <stdlib.h>
#include <string.h>

#include "broker/ledger/inside.h"

static size_t flight_bytes_of(const struct ledger_event *event)
{
    return event->body_size + event->sealed_size + CHAIN_BYTES +
           (event->referral ? LEDGER_REFERRAL_BYTES : 0);
}

static bool flight_make_room(struct flight *flight, size_t count, size_t bytes)
{
    if (count > flight->room) {
        struct ledger_event *events = realloc(flight->events, count * sizeof *events);
        flight->events = events ? events : flight->events;
        void *chains = events ? realloc(flight->chains, count * CHAIN_BYTES) : NULL;
        if (!chains)
            return false;
        flight->chains = chains;
        flight->room = count;
    }
    if (bytes > flight->bytes_room) {
        uint8_t *more = realloc(flight->bytes, bytes);
        if (!more)
            return false;
        flight->bytes = more;
        flight->bytes_room = bytes;
    }
    return true;
}

static const uint8_t *flight_copy(uint8_t **to, const uint8_t *from, size_t size)
{
    uint8_t *copy = *to;
    if (!from)
        return NULL;
    memcpy(copy, from, size);
    *to += size;
    return copy;
}

bool flight_take(struct flight *flight, const struct ledger_event *events, size_t count,
                 const uint8_t before[CHAIN_BYTES])
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += flight_bytes_of(&events[i]);
    if (!flight_make_room(flight, count, bytes))
        return false;
    uint8_t *to = flight->bytes;
    for (size_t i = 0; i < count; i++) {
        struct ledger_event *copy = &flight->events[i];
        *copy = events[i];
        copy->referral = flight_copy(&to, events[i].referral, LEDGER_REFERRAL_BYTES);
        copy->body = flight_copy(&to, events[i].body, events[i].body_size);
        copy->reduced = flight_copy(&to, events[i].reduced, CHAIN_BYTES);
        copy->sealed = flight_copy(&to, events[i].sealed, events[i].sealed_size);
    }
    ledger_make_chains(before, events, count, flight->chains);
    flight->count = count;
    return true;
}

void flight_clear(struct flight *flight)
{
    flight->count = 0;
}

void flight_close(struct flight *flight)
{
    free(flight->events);
    free(flight->chains);
    free(flight->bytes);
    *flight = (struct flight){0};
}

size_t flight_find(const struct flight *flight, uint64_t seq)
{
    if (flight->count == 0 || seq < flight->events[0].seq || seq - flight->events[0].seq >= flight->count)
        return SIZE_MAX;
    return (size_t)(seq - flight->events[0].seq);
}
