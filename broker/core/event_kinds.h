/* event_kinds.h: what each kind of event is: one row of one table for each kind.
 *
 * Whatever is to be known about a kind of event stands in its row, so that a new kind is a new row. Two other
 * tables have a row for each kind: how it is packed and read (broker/record), and what auditors keep of it
 * (services/audit).
 */
#ifndef CONCORDAT_CORE_EVENT_KINDS_H
#define CONCORDAT_CORE_EVENT_KINDS_H

#include "broker/core/event.h"

struct referral;
struct state;

/* The columns of the table of states (referral.c). Most kinds have one; an offer has two, by whether it is a
 * handover, and a check-in has four, by its step. */
enum case_happening {
    HAPPENING_RECEIVED,
    HAPPENING_OFFERED,
    HAPPENING_OFFERED_HANDOVER,
    HAPPENING_OFFER_SEEN,
    HAPPENING_OFFER_ENDED,
    HAPPENING_HELD,
    HAPPENING_REMINDED,
    HAPPENING_TAKEN,
    HAPPENING_ACCEPTED,
    HAPPENING_TRAVELLING,
    HAPPENING_ARRIVED,
    HAPPENING_CONTACT_ATTENDED,
    HAPPENING_CONTACT_MISSED,
    HAPPENING_LEASE_WARNED,
    HAPPENING_LEASE_LAPSED, /* or the team gave the case back, or wants to close it without contact */
    HAPPENING_SOUGHT,       /* another team was sought for a team that has it, and none can be asked */
    HAPPENING_NOTED,        /* the state stays as it is */
    HAPPENING_CLOSED,
    HAPPENING_WITHDRAWN,
    HAPPENING_REOPENED, /* of a case that is again what it was before it ended (undo.h) */
    HAPPENING_ERASED,
    HAPPENING_WENT_MISSING,
    HAPPENING_FOUND,
    HAPPENING_COUNT
};

/* What an event has to do with the case's offer. The events that make, see or end an offer name it by its
 * attempt. */
enum offer_part {
    OFFER_NO_PART,    /* nothing */
    OFFER_MADE,       /* makes the next one; none may be live */
    OFFER_SEEN,       /* is about the live one */
    OFFER_OVER,       /* ends the live one */
    OFFER_NOT_ALLOWED /* none may be live: an event of its own ends it first */
};

/* Changes a case as the event says; its state, owner and clocks follow in referral_apply. */
typedef void event_changes_case(struct referral *referral, const struct event *event);
/* Changes teams or names as the event says. False if the event cannot follow on this state. */
typedef bool event_changes_state(struct state *state, const struct event *event);
typedef enum case_happening event_happens(const struct event *event);
typedef bool event_hopes(const struct event *event);

struct event_traits {
    bool is_kind;   /* false: no kind has this number */
    bool of_a_case; /* names a referral; all that follows but gives_hope and change_state is about its case */
    bool or_of_none;         /* may name no referral: what was found is of no case */
    bool may_follow_the_end; /* is recorded of an ended case too, whose state and owner it does not change */
    bool is_news;            /* changes who holds the case or what is promised: everybody concerned is told */
    enum case_happening happening;
    event_happens *happening_of; /* instead of happening, if the event itself tells its column */
    enum offer_part offer;
    event_changes_case *change_case; /* NULL: nothing but state, owner and clocks */
    event_changes_state *change_state;
    event_hopes
        *gives_hope; /* whether a held case may now find a team that it did not find before; NULL: no */
    /* The offset of a slot in the event that the state must know; 0: the event has none. */
    uint16_t team_at, area_at, coordinator_at;
    uint16_t former_team_at; /* the offset of the team that loses the case by it; 0: none does */
};

extern const struct event_traits event_traits[EVENT_KINDS];

bool event_kind_is_news(enum event_kind kind);
bool event_gives_hope(const struct event *event);

/* Which offer an event makes, sees or ends. */
static inline uint32_t event_attempt(const struct event *event)
{
    return event->is.offer.attempt; /* at the same place in all of them: see event_kinds.c */
}

/* The offer that an event makes, sees or ends. Of any other event: part OFFER_NO_PART, team SLOT_NONE. */
struct event_offer {
    enum offer_part part;
    uint16_t team;
    uint32_t attempt;
    enum offer_end end; /* if it is over */
};
struct event_offer event_offer(const struct event *event);

/* The team that had the case in hand until this event; SLOT_NONE if none loses it by it. */
uint16_t event_former_team(const struct event *event);

/* The coordinator of the case from this event on; SLOT_NONE if the event does not say who that is. */
uint16_t event_coordinator(const struct event *event);

#endif
