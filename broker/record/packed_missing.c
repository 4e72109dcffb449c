/* packed_missing.c: that a person is missing, found, or could not be reached: see packed_missing.h. */
#include "broker/record/packed_missing.h"
#include "proto/wire/borrowed.h"

/* --- packed ------------------------------------------------------------------------------------------- */

static void went_missing_pack(const struct event *event, const struct state *state,
                              Concordat__V1__WentMissing *m)
{
    concordat__v1__went_missing__init(m);
    m->seen_ms = event->is.missing.seen.at_ms;
    m->seen_at = (Concordat__V1__KindOfPlace)event->is.missing.seen.place;
    m->remind_ms = event->is.missing.remind_ms;
    m->team = borrowed_text(state_team_id(state, event->is.missing.team));
}

static void found_pack(const struct event *event, const struct state *state, Concordat__V1__Found *m)
{
    concordat__v1__found__init(m);
    m->found_ms = event->is.missing.seen.at_ms;
    m->at = (Concordat__V1__KindOfPlace)event->is.missing.seen.place;
    m->by = (Concordat__V1__FoundBy)event->is.missing.seen.found_by;
    m->team = borrowed_text(state_team_id(state, event->is.missing.team));
}

static void tried_pack(const struct event *event, Concordat__V1__ContactTried *m)
{
    concordat__v1__contact_tried__init(m);
    m->tries = event->is.tried.tries;
    m->mechanism = (Concordat__V1__ContactMechanism)event->is.tried.mechanism;
    m->next = (Concordat__V1__ContactNext)event->is.tried.next;
    m->next_ms = event->is.tried.next_ms;
    m->lease_ms = event->is.tried.lease_ms;
}

static void used_up_pack(const struct event *event, Concordat__V1__TriesUsedUp *m)
{
    concordat__v1__tries_used_up__init(m);
    m->tries = event->is.tried.tries;
}

void missing_pack(const struct event *event, const struct state *state, struct packed_missing *part,
                  Concordat__V1__Event *message)
{
    message->went_missing = &part->is.missing; /* whichever: they share it */
    if (event->kind == EVENT_WENT_MISSING)
        went_missing_pack(event, state, &part->is.missing);
    else if (event->kind == EVENT_FOUND)
        found_pack(event, state, &part->is.found);
    else if (event->kind == EVENT_CONTACT_TRIED)
        tried_pack(event, &part->is.tried);
    else
        used_up_pack(event, &part->is.used_up);
}

/* --- read --------------------------------------------------------------------------------------------- */

static bool went_missing_read(const Concordat__V1__WentMissing *m, const struct state *state,
                              struct event *event)
{
    event->is.missing.seen = (struct sighting){.at_ms = m->seen_ms, .place = (int)m->seen_at};
    event->is.missing.remind_ms = m->remind_ms;
    return state_team_or_none(state, m->team, &event->is.missing.team);
}

static bool found_read(const Concordat__V1__Found *m, const struct state *state, struct event *event)
{
    event->is.missing.seen =
        (struct sighting){.at_ms = m->found_ms, .place = (int)m->at, .found_by = (enum found_by)m->by};
    return state_team_or_none(state, m->team, &event->is.missing.team);
}

static bool tried_read(const Concordat__V1__ContactTried *m, struct event *event)
{
    event->is.tried.tries = m->tries;
    event->is.tried.mechanism = (enum contact_mechanism)m->mechanism;
    event->is.tried.next = (enum contact_next)m->next;
    event->is.tried.next_ms = m->next_ms;
    event->is.tried.lease_ms = m->lease_ms;
    return m->tries <= UINT8_MAX && m->next > 0 && (int)m->next < CONTACT_NEXT_COUNT;
}

bool missing_read(const Concordat__V1__Event *message, const struct state *state, struct event *event)
{
    if (event->kind == EVENT_WENT_MISSING)
        return went_missing_read(message->went_missing, state, event);
    if (event->kind == EVENT_FOUND)
        return found_read(message->found, state, event);
    if (event->kind == EVENT_CONTACT_TRIED)
        return tried_read(message->contact_tried, event);
    event->is.tried.tries = message->tries_used_up->tries;
    return true;
}
