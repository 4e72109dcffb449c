/* decide_closing.c: a case is closed with its outcome. If nobody has met the person, the coordinator has to
 * see that first: nobody is dropped in silence.
 */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/detention.h"

/* A contact by telephone is one too. Nobody is left to look for if the person has died; and a drill is about
 * nobody. */
static bool closes_without_contact(const struct deciding *d)
{
    return !d->r.contact_made && !d->r.drill && d->command->is.close.outcome != OUTCOME_DIED;
}

static void close_case(struct deciding *d, const struct closing_asked *as, const char *by)
{
    struct event *event = deciding_event(d, EVENT_CLOSED);
    event->is.closed.outcome = as->outcome;
    event->is.closed.psychosocially_assessed = as->psychosocially_assessed;
    event->is.closed.note_code = as->note_code;
    event->is.closed.without_contact = as->without_contact;
    event->is.closed.undo_until_ms = deciding_undo_until(d);
    event->is.closed.by = by;
    deciding_done(d, event);
}

static void ask_to_close(struct deciding *d, const struct closing_asked *as)
{
    struct event *event = deciding_event(d, EVENT_CLOSING_ASKED);
    event->is.closing = *as;
    event->is.closing.team = d->r.team;
    event->is.closing.coordinator = directory_coordinator_slot(d->directory, d->r.facts.area);
    event->is.closing.remind_ms = d->now_ms + d->policy->remind_ms;
    deciding_done(d, event);
}

/* A coordinator who has the case in hand has seen it. */
enum refusal decide_close(struct deciding *d)
{
    bool by_team = d->command->party == PARTY_TEAM;
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (d->command->is.close.outcome == 0)
        return REFUSAL_BAD_VALUE;
    if (detention_is_open(&d->r))
        return REFUSAL_DETENTION_OPEN;
    struct closing_asked as = {.outcome = d->command->is.close.outcome,
                               .psychosocially_assessed = d->command->is.close.psychosocially_assessed,
                               .note_code = d->command->is.close.note_code};
    if (closes_without_contact(d)) {
        as.without_contact = d->command->is.close.without_contact;
        if (as.without_contact == WITHOUT_CONTACT_NONE || !d->command->is.close.has_note)
            return REFUSAL_CLOSE_NEEDS_REASON;
    }
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    if (by_team && as.without_contact != WITHOUT_CONTACT_NONE)
        ask_to_close(d, &as);
    else
        close_case(d, &as,
                   by_team ? state_team(d->state, d->command->slot)->id
                           : state_coordinator_id(d->state, d->command->slot));
    return REFUSAL_NONE;
}

/* Its team is the one that closed it: seeing that is no approval of what they decided. */
static void close_as_asked(struct deciding *d)
{
    const struct referral *r = state_referral(d->state, d->r.id);
    close_case(d,
               &(struct closing_asked){.outcome = r->closing_outcome,
                                       .psychosocially_assessed = r->closing_assessed,
                                       .note_code = r->closing_code,
                                       .without_contact = (enum without_contact)r->closing_reason},
               state_team(d->state, r->had_team)->id);
}

static void keep_open(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_KEPT_OPEN);
    event->is.closing.team = d->r.had_team;
    event->is.closing.coordinator = d->command->slot;
    event->is.closing.note_code = "";
    event->is.closing.remind_ms = d->now_ms + d->policy->remind_ms;
    deciding_done(d, event);
}

/* A closing is seen by a person, who is named. */
enum refusal decide_saw_closing(struct deciding *d)
{
    const struct person *person = &d->command->person;
    if (!referral_closing_is_asked(&d->r))
        return REFUSAL_WRONG_STATE;
    if (!person->id || !person->id[0] ||
        (d->command->is.saw_closing.keep_open && !d->command->is.saw_closing.has_reason))
        return REFUSAL_BAD_VALUE;
    if (d->command->is.saw_closing.keep_open)
        keep_open(d);
    else if (detention_is_open(&d->r))
        return REFUSAL_DETENTION_OPEN;
    else
        close_as_asked(d);
    return REFUSAL_NONE;
}
