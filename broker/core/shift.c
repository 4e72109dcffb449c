/* shift.c: see shift.h. */
#include "broker/core/shift.h"

#include <string.h>

#include "broker/core/applying.h"

const struct on_shift *shift_people(const struct state *state, uint16_t team, uint16_t coordinator)
{
    return team != SLOT_NONE ? state_team(state, team)->shift : state_coordinator(state, coordinator)->shift;
}

const struct on_shift *shift_find(const struct on_shift *people, const char *person)
{
    for (int i = 0; i < ON_SHIFT_MAX && people[i].person[0]; i++)
        if (strcmp(people[i].person, person) == 0)
            return &people[i];
    return NULL;
}

bool shift_has_in_hand(const struct referral *r, uint16_t team, uint16_t coordinator)
{
    if (r->drill || !referral_is_open(r))
        return false;
    return team != SLOT_NONE ? referral_is_with_team(r) && r->team == team
                             : r->owner.kind == OWNER_COORDINATOR && r->owner.slot == coordinator;
}

bool shift_concerns(const struct referral *r, uint16_t team, uint16_t coordinator)
{
    bool answers_for = team == SLOT_NONE && !r->drill && referral_is_open(r) && r->coordinator == coordinator;
    return answers_for || shift_has_in_hand(r, team, coordinator);
}

const struct handed_over *shift_handed(const struct state *state, uint16_t team, uint16_t coordinator)
{
    return team != SLOT_NONE ? &state_team(state, team)->handed
                             : &state_coordinator(state, coordinator)->handed;
}

const char *shift_check(const struct on_shift *people, int64_t at_ms)
{
    for (int i = 0; i < ON_SHIFT_MAX; i++) {
        if (people[i].since_ms > at_ms || people[i].proposed_ms > at_ms ||
            !people[i].person[0] != !people[i].since_ms)
            return "somebody is on shift since nobody knows when";
        if (!people[i].proposed_ms != !people[i].proposed_seq)
            return "a handover is proposed by no event";
        if (i > 0 && people[i].person[0] && !people[i - 1].person[0])
            return "the rows of those on shift have a gap";
        if (people[i].person[0] && shift_find(people, people[i].person) != &people[i])
            return "somebody is on shift twice at one team or desk";
    }
    return NULL;
}

static struct on_shift *row_to_change(struct on_shift *people, const char *person)
{
    return (struct on_shift *)(uintptr_t)shift_find(people, person);
}

/* False if there is no room, or the id is none. */
static bool put_on_shift(struct on_shift *people, const struct person *person, int64_t at_ms)
{
    int at = 0;
    while (at < ON_SHIFT_MAX && people[at].person[0])
        at++;
    size_t size = strlen(person->id);
    if (at == ON_SHIFT_MAX || size == 0 || size > PERSON_CHARS_MAX)
        return false;
    people[at] = (struct on_shift){.since_ms = at_ms, .role = (uint8_t)person->role};
    memcpy(people[at].person, person->id, size);
    return true;
}

static void take_off_shift(struct on_shift *people, struct on_shift *gone)
{
    size_t behind = (size_t)(people + ON_SHIFT_MAX - gone - 1);
    memmove(gone, gone + 1, behind * sizeof *gone);
    memset(&people[ON_SHIFT_MAX - 1], 0, sizeof *people);
}

static void note_handed(struct handed_over *handed, const struct event *event)
{
    const struct shift_noted *noted = &event->is.shift;
    *handed = (struct handed_over){.seq = event->seq, .signs = noted->signs};
    strncpy(handed->from, noted->with, PERSON_CHARS_MAX);
    strncpy(handed->to, event->person.id, PERSON_CHARS_MAX);
}

/* The person who comes takes the place of the one who goes. */
static bool apply_signed(struct state *state, struct on_shift *people, const struct event *event)
{
    const struct shift_noted *noted = &event->is.shift;
    struct on_shift *own = row_to_change(people, event->person.id);
    struct on_shift *gone = row_to_change(people, noted->with);
    if (!gone || !gone->proposed_ms || gone == own)
        return false;
    /* The event can borrow the id from the row that goes. */
    note_handed((struct handed_over *)(uintptr_t)shift_handed(state, noted->team, noted->coordinator), event);
    take_off_shift(people, gone);
    return own || put_on_shift(people, &event->person, event->at_ms);
}

bool apply_shift(struct state *state, const struct event *event)
{
    const struct shift_noted *noted = &event->is.shift;
    bool known = noted->team != SLOT_NONE ? noted->team < state->teams.count
                                          : noted->coordinator < state->coordinators.count;
    if (!known)
        return false;
    struct on_shift *people =
        (struct on_shift *)(uintptr_t)shift_people(state, noted->team, noted->coordinator);
    struct on_shift *own = row_to_change(people, event->person.id);
    if (noted->step == SHIFT_STARTED)
        return !own && put_on_shift(people, &event->person, event->at_ms);
    if (noted->step == SHIFT_SIGNED)
        return apply_signed(state, people, event);
    if (!own)
        return false;
    bool proposes = noted->step == SHIFT_PROPOSED;
    own->proposed_ms = proposes ? event->at_ms : 0;
    own->proposed_seq = proposes ? event->seq : 0;
    if (noted->step == SHIFT_ENDED)
        take_off_shift(people, own);
    return true;
}
