/* check_history.c: who had to do with a case is told to its coordinator and to inspectors: every event of it
 * as it stands on the disk, none left out, and nothing of the record. */
#include <string.h>

#include "tests/simulation/checks.h"

typedef unsigned long long number;

/* The entry's event, which lies in the witness's arena; NULL if it is not what stands on the disk. */
static const Concordat__V1__Event *who_event_on_disk(struct world *w,
                                                     const Concordat__V1__HistoryEntry *entry)
{
    const Concordat__V1__Event *event =
        concordat__v1__event__unpack(&w->witness.arena.allocator, entry->event.len, entry->event.data);
    if (!event || !event->seq || event->seq > w->witness.events.count)
        return NULL;
    const struct stored *stored = &w->store.events[event->seq - 1];
    return stored->size == entry->event.len && memcmp(stored->body, entry->event.data, stored->size) == 0
               ? event
               : NULL;
}

void check_history(struct world *w, const struct peer *peer, const struct seen_command *command,
                   const Concordat__V1__Record *record)
{
    uint64_t previous = 0;
    if (peer->key.role != CONCORDAT__V1__ROLE__ROLE_COORDINATOR &&
        peer->key.role != CONCORDAT__V1__ROLE__ROLE_INSPECTOR)
        world_violated(w, "P10 wrong reader", "%s is told who had to do with a case", peer->key.name);
    if (record->referral || record->confidential || record->n_typed)
        world_violated(w, "P9 who and record", "%s asked who, and reads the record", peer->key.name);
    arena_reset(&w->witness.arena);
    for (size_t i = 0; i < record->n_history && !w->violation.found; i++) {
        const Concordat__V1__Event *event = who_event_on_disk(w, record->history[i]);
        if (!event)
            world_violated(w, "sent before its commit", "entry %zu for %s is no event of the disk", i,
                           peer->key.name);
        else if (memcmp(event->referral.data, record->status->referral.data, 16) != 0)
            world_violated(w, "P9 another's history", "event %llu", (number)event->seq);
        else if (i > 0 && event->previous != previous)
            world_violated(w, "P9 history left out", "event %llu follows %llu, and is shown after %llu",
                           (number)event->seq, (number)event->previous, (number)previous);
        previous = event ? event->seq : 0;
    }
    if (!w->violation.found && previous < command->first_seq)
        world_violated(w, "P9 history left out", "%s is shown no event from %llu on", peer->key.name,
                       (number)command->first_seq);
}
