/* decide_seeking.c: a team has the case and another is sought, because a voice is a bridge and a late promise
 * may be bettered; and the wish of a person who wants no more than the voice.
 */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* By when a team should be there: when the response clock is due or, if that has passed, a whole standard
 * from now. INT64_MAX: no standard is meant for the case, or the person has been seen. */
static int64_t latest_arrival_ms(const struct deciding *d)
{
    const struct clock *clock = &d->r.clocks[CLOCK_RESPONSE];
    if (!clock->started_ms || clock->stopped_ms)
        return INT64_MAX;
    return clock->due_ms > d->now_ms ? clock->due_ms : d->now_ms + (clock->due_ms - clock->started_ms);
}

static bool team_only_rings(const struct deciding *d, uint16_t slot)
{
    const struct policy_team *team = directory_team(d->directory, slot);
    return team && team->offers == TEAM_RINGS;
}

enum seeking deciding_seeking(const struct deciding *d, uint16_t team, int64_t expected_arrival_ms)
{
    if (team_only_rings(d, team))
        return d->r.wants_telephone ? SEEKING_NOT : SEEKING_ONE_THAT_COMES;
    return expected_arrival_ms > latest_arrival_ms(d) ? SEEKING_ONE_SOONER : SEEKING_NOT;
}

void deciding_end_seeking(struct deciding *d)
{
    if (d->r.offer.sought)
        deciding_end_offer(d, OFFER_END_NOT_NEEDED, DECLINE_NONE);
}

/* A team has only its own cases. */
static bool may_tell_wish(const struct deciding *d)
{
    return d->command->party != PARTY_TEAM || (referral_is_with_team(&d->r) && d->r.team == d->command->slot);
}

enum refusal decide_record_wish(struct deciding *d)
{
    enum wish wish = d->command->is.wish;
    if (!may_tell_wish(d))
        return REFUSAL_NOT_YOURS;
    if (wish == WISH_NONE)
        return REFUSAL_BAD_VALUE;
    bool wanted = d->r.wants_telephone;
    if (wanted == (wish == WISH_TELEPHONE))
        return REFUSAL_NONE; /* it is recorded already */
    bool bridged = referral_is_with_team(&d->r) && team_only_rings(d, d->r.team);
    enum seeking seeking = bridged ? SEEKING_NOT : (enum seeking)d->r.seeking;
    if (bridged && wish == WISH_VISIT)
        seeking = SEEKING_ONE_THAT_COMES;
    if (seeking == SEEKING_NOT)
        deciding_end_seeking(d);
    struct event *event = deciding_event(d, EVENT_WISH_RECORDED);
    event->is.wish.wish = wish;
    event->is.wish.seeking = seeking;
    deciding_done(d, event);
    deciding_seek(d);
    return REFUSAL_NONE;
}
