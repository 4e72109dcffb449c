/* decide_shift.c: coming on shift, going, and a handover that two people sign. */
#include <string.h>

#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/shift.h"

/* The team or desk that the sender's key is of. */
struct shift_desk {
    uint16_t team, coordinator;
    const struct on_shift *people, *sender; /* sender NULL: not on shift */
};

/* False if it is not said who is at the keyboard. */
static bool find_desk(const struct deciding *d, struct shift_desk *desk)
{
    const struct command *command = d->command;
    bool is_team = command->party == PARTY_TEAM;
    if (!command->person.id || !command->person.id[0])
        return false;
    desk->team = is_team ? command->slot : SLOT_NONE;
    desk->coordinator = is_team ? SLOT_NONE : command->slot;
    desk->people = shift_people(d->state, desk->team, desk->coordinator);
    desk->sender = shift_find(desk->people, command->person.id);
    return true;
}

static uint32_t count_in_hand(const struct deciding *d, const struct shift_desk *desk)
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < state_referral_rows(d->state); row++)
        count += shift_has_in_hand(state_referral_row(d->state, row), desk->team, desk->coordinator);
    return count;
}

static void list_case(const struct referral *r, struct shift_noted *noted)
{
    if (noted->case_count == SHIFT_CASES_MAX) {
        noted->left_out++;
        return;
    }
    noted->case_seqs[noted->case_count] = r->last_seq;
    noted->cases[noted->case_count++] = r->number;
}

/* Cases in hand come first: if there are too many to list, those are left out last. */
static void list_cases(const struct deciding *d, const struct shift_desk *desk, struct shift_noted *noted)
{
    for (int in_hand = 1; in_hand >= 0; in_hand--)
        for (uint32_t row = 0; row < state_referral_rows(d->state); row++) {
            const struct referral *r = state_referral_row(d->state, row);
            if (shift_concerns(r, desk->team, desk->coordinator) &&
                shift_has_in_hand(r, desk->team, desk->coordinator) == in_hand)
                list_case(r, noted);
        }
}

static struct shift_noted *note_shift(struct deciding *d, const struct shift_desk *desk, enum shift_step step)
{
    struct shift_noted *noted = &deciding_event(d, EVENT_SHIFT_NOTED)->is.shift;
    noted->step = step;
    noted->team = desk->team;
    noted->coordinator = desk->coordinator;
    noted->with = "";
    return noted;
}

/* The last one who goes leaves nothing in nobody's hands: somebody signs for it first. */
static bool may_end(const struct deciding *d, const struct shift_desk *desk)
{
    return desk->people[1].person[0] || count_in_hand(d, desk) == 0;
}

enum refusal decide_on_shift(struct deciding *d)
{
    struct shift_desk desk;
    bool ends = d->command->is.shift.step == SHIFT_ENDED;
    if (!find_desk(d, &desk))
        return REFUSAL_BAD_VALUE;
    if (!desk.sender == ends)
        return REFUSAL_NONE; /* nothing is left to do */
    if (ends ? !may_end(d, &desk) : desk.people[ON_SHIFT_MAX - 1].person[0] != '\0')
        return REFUSAL_WRONG_STATE;
    note_shift(d, &desk, d->command->is.shift.step);
    return REFUSAL_NONE;
}

/* The person who comes signs what another has proposed, and need not be on shift yet: they take that place.
 */
static enum refusal sign(struct deciding *d, const struct shift_desk *desk)
{
    const char *from = d->command->is.shift.from;
    const struct on_shift *goes = shift_find(desk->people, from);
    if (strcmp(from, d->command->person.id) == 0)
        return REFUSAL_BAD_VALUE; /* two people sign */
    if (!goes || !goes->proposed_ms)
        return REFUSAL_WRONG_STATE;
    struct shift_noted *noted = note_shift(d, desk, SHIFT_SIGNED);
    noted->with = goes->person;
    noted->signs = goes->proposed_seq;
    list_cases(d, desk, noted);
    return REFUSAL_NONE;
}

enum refusal decide_shift_handover(struct deciding *d)
{
    struct shift_desk desk;
    enum shift_step step = d->command->is.shift.step;
    if (!find_desk(d, &desk))
        return REFUSAL_BAD_VALUE;
    if (step == SHIFT_SIGNED)
        return sign(d, &desk);
    if (step != SHIFT_PROPOSED && step != SHIFT_CANCELLED)
        return REFUSAL_BAD_VALUE;
    if (!desk.sender || (step == SHIFT_CANCELLED && !desk.sender->proposed_ms))
        return REFUSAL_WRONG_STATE;
    struct shift_noted *noted = note_shift(d, &desk, step);
    if (step == SHIFT_PROPOSED)
        list_cases(d, &desk, noted);
    return REFUSAL_NONE;
}
