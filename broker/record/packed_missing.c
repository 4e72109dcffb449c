/* packed_missing.c: that a person is missing, found, or could not be reached, packed: see packed_missing.h.
 */
#include "broker/record/packed_missing.h"

void missing_pack(const struct event *event, char *team, Concordat__V1__WentMissing *m)
{
    m->seen_ms = event->is.missing.seen.at_ms;
    m->seen_at = (Concordat__V1__KindOfPlace)event->is.missing.seen.place;
    m->remind_ms = event->is.missing.remind_ms;
    m->team = team;
}

void missing_pack_found(const struct event *event, char *team, Concordat__V1__Found *m)
{
    m->found_ms = event->is.missing.seen.at_ms;
    m->at = (Concordat__V1__KindOfPlace)event->is.missing.seen.place;
    m->by = (Concordat__V1__FoundBy)event->is.missing.seen.found_by;
    m->team = team;
}

void tried_pack(const struct event *event, Concordat__V1__ContactTried *m)
{
    m->tries = event->is.tried.tries;
    m->mechanism = (Concordat__V1__ContactMechanism)event->is.tried.mechanism;
    m->next = (Concordat__V1__ContactNext)event->is.tried.next;
    m->next_ms = event->is.tried.next_ms;
    m->lease_ms = event->is.tried.lease_ms;
}
