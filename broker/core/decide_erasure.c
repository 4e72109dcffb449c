/* decide_erasure.c: whether the texts of a case are erased, and what keeps them from it. */
#include <string.h>

#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/erasure.h"

/* Nothing happens a second time; the status says since when it is so. */
static enum refusal already_so(struct deciding *d)
{
    d->decision->repeated = true;
    return REFUSAL_NONE;
}

/* The device has not said who is at the keyboard. */
static bool is_nobody(const char *person)
{
    return !person || person[0] == '\0';
}

/* One person alone cannot erase anything, nor can two while the case goes on or something holds it. */
enum refusal decide_erase(struct deciding *d)
{
    const struct erasure *erasure = &d->command->is.erasure;
    const struct any_case of = state_case(d->state, d->command->referral);
    if (erasure->reason == ERASE_NONE || is_nobody(erasure->by) || strcmp(erasure->by, erasure->second) == 0)
        return REFUSAL_BAD_VALUE;
    if (of.open)
        return REFUSAL_WRONG_STATE;
    if (of.ended->erased_ms)
        return already_so(d);
    if (of.ended->holds)
        return REFUSAL_ON_HOLD;
    if (d->now_ms < erasure_from_ms(d->policy, of.ended, erasure->reason))
        return REFUSAL_TOO_EARLY;
    struct event *event = deciding_event(d, EVENT_ERASED);
    event->is.erased = *erasure;
    deciding_name_ended(event, of.ended);
    return REFUSAL_NONE;
}

/* A hold can keep nothing that was erased, and the people who ask for it must know. */
enum refusal decide_set_hold(struct deciding *d)
{
    const struct hold *hold = &d->command->is.set_hold.hold;
    const struct any_case of = state_case(d->state, d->command->referral);
    bool on = d->command->is.set_hold.on;
    if (hold->reason == HOLD_ON_ERASURE_NONE || is_nobody(hold->by))
        return REFUSAL_BAD_VALUE;
    if (on && of.ended && of.ended->erased_ms)
        return REFUSAL_WRONG_STATE;
    bool is_on = (of.open ? of.open->holds : of.ended->holds) & hold_bit(hold->reason);
    if (is_on == on)
        return already_so(d);
    struct event *event = deciding_event(d, on ? EVENT_HOLD_SET : EVENT_HOLD_LIFTED);
    event->is.hold = *hold;
    if (of.open)
        deciding_done(d, event);
    else
        deciding_name_ended(event, of.ended);
    return REFUSAL_NONE;
}
