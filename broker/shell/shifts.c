/* shifts.c: see shifts.h. */
#include "broker/shell/shifts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/core/shift.h"
#include "broker/shell/inside.h"
#include "proto/wire/borrowed.h"

static void shifts_add_person(const struct broker *b, const struct on_shift *from, const char *desk,
                              const char *name, struct shift_list *list)
{
    if (list->count == SHIFTS_LISTED_MAX)
        return;
    Concordat__V1__ShiftPerson *person = &list->items[list->count];
    concordat__v1__shift_person__init(person);
    person->desk = borrowed_text(desk);
    person->desk_name = borrowed_text(name);
    person->person = borrowed_text(from->person);
    person->role = (Concordat__V1__StaffRole)from->role;
    person->since_ms = state_utc(b->state, from->since_ms);
    person->proposed_ms = state_utc(b->state, from->proposed_ms);
    person->proposed_seq = from->proposed_seq;
    list->list[list->count++] = person;
}

void shifts_add(const struct broker *b, uint16_t team, uint16_t coordinator, struct shift_list *list)
{
    const struct on_shift *people = shift_people(b->state, team, coordinator);
    if (!people[0].person[0])
        return;
    const char *desk, *name;
    if (team != SLOT_NONE) {
        const struct policy_team *known = directory_team(b->directory, team);
        desk = state_team(b->state, team)->id;
        name = known ? known->name : desk;
    } else {
        const struct coordinator_words words = status_coordinator(b->state, b->directory, coordinator);
        desk = words.id;
        name = words.name;
    }
    for (int i = 0; i < ON_SHIFT_MAX && people[i].person[0]; i++)
        shifts_add_person(b, &people[i], desk, name, list);
}

void shifts_list(const struct broker *b, enum party party, uint16_t slot, struct shift_list *list)
{
    list->count = 0;
    if (party == PARTY_TEAM)
        shifts_add(b, slot, SLOT_NONE, list);
    if (party == PARTY_TEAM || party == PARTY_SOURCE)
        return;
    for (uint32_t row = 0; row < b->state->coordinators.count; row++)
        shifts_add(b, SLOT_NONE, (uint16_t)row, list);
    for (uint32_t row = 0; row < b->state->teams.count; row++)
        shifts_add(b, (uint16_t)row, SLOT_NONE, list);
}

/* The team or desk of somebody who asks: one of the two is SLOT_NONE. */
struct shifts_of {
    uint16_t team, coordinator;
};

static struct shifts_of shifts_of(enum party party, uint16_t slot)
{
    bool is_team = party == PARTY_TEAM;
    return (struct shifts_of){is_team ? slot : SLOT_NONE, is_team ? SLOT_NONE : slot};
}

static const char *sign_fault(const struct broker *b, const struct asking *asking, enum refusal refusal,
                              char text[SHIFTS_WORDS_BYTES])
{
    const struct shifts_of of = shifts_of(asking->party, asking->slot);
    const struct handed_over *handed = shift_handed(b->state, of.team, of.coordinator);
    const char *from = asking->request->shift_handover->from_person;
    if (refusal == REFUSAL_BAD_VALUE)
        return "Two people sign a handover, and nothing was changed. The person who comes says who they are, and whose handover they sign.";
    if (strcmp(handed->from, from) != 0 || shift_find(shift_people(b->state, of.team, of.coordinator), from))
        return "That person has proposed no handover, and nothing was changed. They hand their shift over first.";
    snprintf(
        text, SHIFTS_WORDS_BYTES,
        "%s signed that handover before you, and has the duty. Nothing was changed. You can come on shift too.",
        handed->to);
    return text;
}

static const char *handover_fault(const struct broker *b, const struct asking *asking, enum refusal refusal,
                                  char text[SHIFTS_WORDS_BYTES])
{
    if (asking->request->shift_handover->step == CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_SIGNED)
        return sign_fault(b, asking, refusal, text);
    if (refusal == REFUSAL_WRONG_STATE)
        return "You are not on shift here, or have proposed no handover. Nothing was changed; come on shift first.";
    return NULL;
}

const char *shifts_fault(const struct broker *b, const struct asking *asking, enum refusal refusal,
                         char text[SHIFTS_WORDS_BYTES])
{
    const Concordat__V1__Request *request = asking->request;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SHIFT_HANDOVER &&
        (refusal == REFUSAL_BAD_VALUE || refusal == REFUSAL_WRONG_STATE))
        return handover_fault(b, asking, refusal, text);
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_ON_SHIFT || refusal != REFUSAL_WRONG_STATE)
        return NULL;
    return request->on_shift->ends
               ? "You are the only one on shift, and cases are in hand, so you are on shift still. Hand your shift over first, and the person who comes signs it."
               : "Six people are on shift here already, so you were not added. One of them goes off shift first.";
}

/* How many open cases a team or desk has in hand, and how many it answers for that teams have. */
struct shifts_count {
    uint32_t in_hand, with_teams;
};

static struct shifts_count count_cases(const struct state *state, struct shifts_of of)
{
    struct shifts_count count = {0, 0};
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        bool in_hand = shift_has_in_hand(r, of.team, of.coordinator);
        count.in_hand += in_hand;
        count.with_teams += !in_hand && shift_concerns(r, of.team, of.coordinator);
    }
    return count;
}

/* The person who goes is told who stays. The last one goes only if nothing is in hand. */
static const char *gone_note(const struct on_shift *people, struct shifts_of of, struct shifts_count count,
                             char text[SHIFTS_WORDS_BYTES])
{
    size_t used = (size_t)snprintf(text, SHIFTS_WORDS_BYTES, "You are off shift. Still on shift here: ");
    for (int i = 0; i < ON_SHIFT_MAX && people[i].person[0]; i++)
        used +=
            (size_t)snprintf(text + used, SHIFTS_WORDS_BYTES - used, "%s%s", i ? ", " : "", people[i].person);
    if (people[0].person[0])
        snprintf(text + used, SHIFTS_WORDS_BYTES - used, ". They have the duty, and %" PRIu32 " in hand.",
                 count.in_hand);
    else if (of.team != SLOT_NONE)
        snprintf(
            text, SHIFTS_WORDS_BYTES,
            "You are off shift, and nobody is on shift here. Your team has no case in hand. An offer that "
            "nobody answers goes to the next team.");
    else
        snprintf(
            text, SHIFTS_WORDS_BYTES,
            "You are off shift, and nobody is on shift here. This desk has no case in hand; teams have %" PRIu32
            " of its cases. What comes still comes here and, if nobody answers, to the next on the list.",
            count.with_teams);
    return text;
}

const char *shifts_note(const struct broker *b, const struct command *command, char text[SHIFTS_WORDS_BYTES])
{
    const struct shifts_of of = shifts_of(command->party, command->slot);
    const struct on_shift *people = shift_people(b->state, of.team, of.coordinator);
    const struct shifts_count count = count_cases(b->state, of);
    enum shift_step step = command->is.shift.step;
    if (step == SHIFT_ENDED)
        return gone_note(people, of, count, text);
    if (step == SHIFT_PROPOSED)
        snprintf(text, SHIFTS_WORDS_BYTES,
                 "You have the duty, and what is in hand (%" PRIu32 "), until somebody else signs.",
                 count.in_hand);
    else if (step == SHIFT_SIGNED)
        snprintf(text, SHIFTS_WORDS_BYTES,
                 "%s is off shift. You have the duty, and what is in hand (%" PRIu32 ").",
                 command->is.shift.from, count.in_hand);
    else
        return NULL;
    return text;
}
