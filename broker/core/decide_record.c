/* decide_record.c: who may read a person's record, and for which reason. */
#include "broker/core/cover.h"
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/glass.h"

/* Letters of every script count: the first byte of a character beyond ASCII is one. */
static bool is_a_reason(const char *reason)
{
    int letters = 0;
    for (const char *at = reason; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        letters += (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0xc0;
    }
    return letters >= READ_REASON_LETTERS_MIN;
}

static enum refusal may_break_glass(const struct deciding *d)
{
    uint16_t coordinator = d->command->slot;
    if (!directory_coordinator(d->directory, coordinator))
        return REFUSAL_NOT_ALLOWED; /* a coordinator who has left the directory has no neighbours */
    return glass_is_left(d->state, coordinator, d->now_ms) ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
}

/* Whether the sender may ask who had to do with a case: its coordinator, who answers for it, and an
 * inspector, who sees every case. */
static bool may_ask_who(const struct deciding *d, struct any_case of)
{
    const struct command *command = d->command;
    if (command->party == PARTY_BROKER)
        return of.open || of.ended;
    return command->party == PARTY_COORDINATOR &&
           cover_shows_case(d->state, d->directory, command->slot, of, d->now_ms);
}

/* Whether the sender is the source of a case, which told what stands in its record. */
static bool is_of_source(const struct deciding *d, struct any_case of)
{
    uint16_t origin = of.open ? of.open->origin : of.ended ? of.ended->origin : SLOT_NONE;
    return origin != SLOT_NONE && origin == state_origin_slot(d->state, d->command->actor);
}

/* Whether the sender may read the record of a case, and whether that is beyond their areas. A case that is
 * not there is answered as one that is somebody else's, also if the glass is to be broken. */
static enum refusal may_read(const struct deciding *d, struct any_case of, bool *beyond)
{
    const struct command *command = d->command;
    bool breaks_glass = command->is.read.as.break_glass != BREAK_GLASS_NONE;
    enum refusal refusal = REFUSAL_NOT_YOURS;
    *beyond = false;
    if (breaks_glass && (command->party != PARTY_COORDINATOR || command->is.read.as.who))
        return REFUSAL_NOT_ALLOWED;
    if (command->is.read.as.who)
        return may_ask_who(d, of) ? REFUSAL_NONE : refusal;
    if (command->party == PARTY_TEAM)
        return state_case_is_of_team(of, command->slot) ? REFUSAL_NONE : refusal;
    if (command->party == PARTY_SOURCE)
        return is_of_source(d, of) ? REFUSAL_NONE : refusal;
    if (command->party != PARTY_COORDINATOR)
        return refusal;
    if (cover_shows_case(d->state, d->directory, command->slot, of, d->now_ms))
        return REFUSAL_NONE;
    if (!breaks_glass)
        return refusal;
    *beyond = true;
    refusal = may_break_glass(d);
    return refusal == REFUSAL_NONE && !of.open && !of.ended ? REFUSAL_NOT_YOURS : refusal;
}

enum refusal decide_read_record(struct deciding *d)
{
    const struct any_case of = state_case(d->state, d->command->referral);
    bool beyond;
    if (!is_a_reason(d->command->is.read.reason))
        return REFUSAL_BAD_VALUE; /* a reader of somebody's record says why */
    enum refusal refusal = may_read(d, of, &beyond);
    if (refusal != REFUSAL_NONE)
        return refusal;
    deciding_about(d, of.open);
    struct event *event = deciding_event(d, EVENT_RECORD_READ);
    event->is.read = d->command->is.read.as;
    if (!beyond)
        event->is.read.break_glass = BREAK_GLASS_NONE;
    if (of.open) {
        deciding_done(d, event);
        return REFUSAL_NONE;
    }
    deciding_name_ended(event, of.ended);
    return REFUSAL_NONE;
}
