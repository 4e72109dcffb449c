/* decide_offer.c: what a team answers to an offer: that it was seen, yes, or no; and a yes that comes late.
 */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* REFUSAL_NONE if the answer is to the offer that is live for this team; otherwise the reason why not. */
static enum refusal find_offer(const struct deciding *d)
{
    const struct referral *r = &d->r;
    const struct live_offer *offer = &r->offer;
    uint16_t team = d->command->slot;
    if (referral_times_asked(r, team) == 0)
        return REFUSAL_NOT_YOURS;
    bool live = offer->attempt && offer->team == team && offer->attempt == d->command->is.offer.attempt &&
                d->now_ms < offer->expires_ms;
    if (live)
        return REFUSAL_NONE;
    return referral_is_with_team(r) ? REFUSAL_ALREADY_ACCEPTED : REFUSAL_OFFER_ENDED;
}

/* That a device has the offer tells nobody that a person knows of it, so the two are facts of their own. */
enum refusal decide_seen(struct deciding *d)
{
    enum refusal refusal = find_offer(d);
    bool by_person = d->command->is.offer.by_person;
    if (refusal != REFUSAL_NONE || (by_person ? d->r.offer.seen : d->r.offer.delivered))
        return refusal;
    struct event *event = deciding_event(d, EVENT_OFFER_SEEN);
    event->is.offer.attempt = d->r.offer.attempt;
    event->is.offer.team = d->r.offer.team;
    event->is.offer.by_person = by_person;
    deciding_done(d, event);
    return REFUSAL_NONE;
}

/* Whether nobody has the case: it is held, or a team that the ladder found is asked and has not answered. A
 * coordinator who took a case or chose a team has decided otherwise; and a person who was met is not sent
 * another team unasked. */
static bool nobody_has_it(const struct referral *r)
{
    return !r->contact_made && (r->state == CASE_HELD || (r->state == CASE_OFFERED && !r->offer.assigned));
}

/* Whether the team is still one for this case: what is known of it can have changed since. That the team is
 * shut, full or was asked before is no reason against its own word. */
static bool may_still_come(const struct deciding *d, struct considered *team)
{
    return directory_team(d->directory, d->command->slot) &&
           !match_is_not_for(
               match_consider(d->directory, d->state, &d->r, d->command->slot, d->now_ms, team));
}

/* A yes that comes after the time to answer counts if nobody has the case: the team is offered it anew, by
 * the same decision. */
static enum refusal offer_to_late_team(struct deciding *d, enum refusal refusal)
{
    struct consideration_list considered = {.count = 1};
    bool is_a_yes_to_one = d->command->is.offer.attempt && d->command->is.offer.attempt <= d->r.attempts;
    if (refusal != REFUSAL_OFFER_ENDED || !is_a_yes_to_one || !nobody_has_it(&d->r) ||
        !may_still_come(d, &considered.items[0]))
        return refusal;
    considered.items[0].finding = CONSIDERATION_CHOSEN;
    bool own = d->r.offer.attempt && d->r.offer.team == d->command->slot;
    deciding_end_offer(d, own ? OFFER_END_EXPIRED : OFFER_END_LATE_ANSWER, DECLINE_NONE);
    deciding_offer(d, OFFER_BY_LADDER, &considered)->is.offered.late = true;
    return REFUSAL_NONE;
}

/* A team that is asked because the promise of another is late, and that promises no better. */
static bool comes_no_sooner(const struct deciding *d, int64_t expected_arrival_ms)
{
    const struct referral *r = &d->r;
    return r->offer.sought && r->seeking == SEEKING_ONE_SOONER &&
           expected_arrival_ms >= r->expected_arrival_ms;
}

enum refusal decide_accept(struct deciding *d)
{
    enum refusal refusal = find_offer(d);
    if (refusal != REFUSAL_NONE)
        refusal = offer_to_late_team(d, refusal);
    if (refusal != REFUSAL_NONE)
        return refusal;
    const struct policy_team *team = directory_team(d->directory, d->command->slot);
    int64_t expected_ms = d->command->is.offer.expected_ms;
    if (!d->command->is.offer.says_when)
        expected_ms = team ? team->expected_arrival_ms : 0;
    int64_t expected_arrival_ms = d->now_ms + expected_ms;
    if (comes_no_sooner(d, expected_arrival_ms)) {
        deciding_offer_failed(d, OFFER_END_NO_SOONER, DECLINE_NONE);
        return REFUSAL_NONE;
    }
    enum seeking seeking = deciding_seeking(d, d->r.offer.team, expected_arrival_ms);
    struct event *event = deciding_event(d, EVENT_ACCEPTED);
    event->is.accepted.attempt = d->r.offer.attempt;
    event->is.accepted.team = d->r.offer.team;
    event->is.accepted.previous_team = d->r.offer.handover ? d->r.team : SLOT_NONE;
    event->is.accepted.expected_arrival_ms = expected_arrival_ms;
    event->is.accepted.lease_ms = event->is.accepted.expected_arrival_ms + d->policy->arrival_grace_ms;
    event->is.accepted.seeking = seeking;
    deciding_done(d, event);
    deciding_seek(d);
    return REFUSAL_NONE;
}

enum refusal decide_decline(struct deciding *d)
{
    enum refusal refusal = find_offer(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    enum decline_reason reason = d->command->is.offer.reason;
    if (reason == DECLINE_NONE || (reason == DECLINE_OTHER && !d->command->is.offer.has_note))
        return REFUSAL_BAD_VALUE; /* a no is always explained */
    deciding_offer_failed(d, OFFER_END_DECLINED, d->command->is.offer.reason);
    return REFUSAL_NONE;
}
