/* shifts.c: see shifts.h. */
#include "broker/shell/shifts.h"

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

static const char *handover_fault(const Concordat__V1__ShiftHandover *handover, enum refusal refusal)
{
    bool signs = handover->step == CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_HANDOVER_SIGNED;
    if (signs && refusal == REFUSAL_BAD_VALUE)
        return "Two people sign a handover, and nothing was changed. The person who comes says who they are, and whose handover they sign.";
    if (signs)
        return "That person has proposed no handover, and nothing was changed. They hand their shift over first.";
    if (refusal == REFUSAL_WRONG_STATE)
        return "You are not on shift here, or have proposed no handover. Nothing was changed; come on shift first.";
    return NULL;
}

const char *shifts_fault(const Concordat__V1__Request *request, enum refusal refusal)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SHIFT_HANDOVER &&
        (refusal == REFUSAL_BAD_VALUE || refusal == REFUSAL_WRONG_STATE))
        return handover_fault(request->shift_handover, refusal);
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_ON_SHIFT || refusal != REFUSAL_WRONG_STATE)
        return NULL;
    return request->on_shift->ends
               ? "You are the only one on shift, and cases are in hand, so you are on shift still. Hand your shift over first, and the person who comes signs it."
               : "Six people are on shift here already, so you were not added. One of them goes off shift first.";
}
