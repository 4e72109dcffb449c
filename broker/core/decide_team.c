/* decide_team.c: what whoever holds a case checks in with; and whether a team is there and has places. */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

static bool has_arrived(const struct referral *r)
{
    return r->state == CASE_ARRIVED || r->state == CASE_IN_CONTACT;
}

/* When the next word from the holder is due. Only a contact that the person attended makes it longer than an
 * arrival does; one that failed does not shorten what an earlier contact gave. */
static int64_t lease_after(const struct deciding *d, bool with_team, const struct event *event)
{
    if (!with_team)
        return d->now_ms + d->policy->coordinator_lease_ms;
    if (event_is_attended_contact(event))
        return d->now_ms + d->policy->contact_lease_ms;
    int64_t expected_ms = event->is.checked_in.expected_arrival_ms;
    if (event->is.checked_in.step == STEP_CONTACT && !has_arrived(&d->r))
        expected_ms = d->r.expected_arrival_ms;
    int64_t from_ms = expected_ms > d->now_ms ? expected_ms : d->now_ms;
    int64_t lease_ms = from_ms + d->policy->arrival_grace_ms;
    bool promised = event->is.checked_in.step == STEP_CONTACT && d->r.contact_made;
    return promised && d->r.lease_ms > lease_ms ? d->r.lease_ms : lease_ms;
}

/* Nobody else is needed when the person has been seen, when a team that comes is there, and when a team that
 * is on its way is in time after all. If it will be too late after all, another is sought. */
static enum seeking seeking_after(const struct deciding *d, int64_t expected_arrival_ms)
{
    const struct command *command = d->command;
    enum seeking seeking = (enum seeking)d->r.seeking;
    switch (command->is.check_in.step) {
    case STEP_CONTACT:
        return attend_status_is_met(command->is.check_in.attended) &&
                       command->is.check_in.mechanism == CONTACT_FACE_TO_FACE
                   ? SEEKING_NOT
                   : seeking;
    case STEP_ARRIVED:
        return seeking == SEEKING_ONE_SOONER ? SEEKING_NOT : seeking;
    case STEP_TRAVELLING:
        return seeking == SEEKING_ONE_THAT_COMES || d->r.team == SLOT_NONE
                   ? seeking
                   : deciding_seeking(d, d->r.team, expected_arrival_ms);
    case STEP_NONE:
        break;
    }
    return seeking;
}

enum refusal decide_check_in(struct deciding *d)
{
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    const struct command *command = d->command;
    bool with_team = command->party == PARTY_TEAM;
    if (deciding_is_to_come(d, command->is.check_in.occurred_ms))
        return REFUSAL_TIME_TO_COME;
    int64_t occurred_ms = state_time_of_utc(d->state, command->is.check_in.occurred_ms);
    bool stated = occurred_ms != 0;
    int64_t expected_ms = d->now_ms + command->is.check_in.expected_ms;
    if (!command->is.check_in.says_when)
        expected_ms = d->r.expected_arrival_ms;
    enum seeking seeking = seeking_after(d, expected_ms);
    if (seeking == SEEKING_NOT)
        deciding_end_seeking(d);
    struct event *event = deciding_event(d, EVENT_CHECKED_IN);
    event->is.checked_in.seeking = seeking;
    event->is.checked_in.team = with_team ? command->slot : SLOT_NONE;
    event->is.checked_in.step = command->is.check_in.step;
    event->is.checked_in.occurred_ms = stated && occurred_ms < d->now_ms ? occurred_ms : d->now_ms;
    event->is.checked_in.basis = stated ? BASIS_STATED : BASIS_IMPUTED;
    event->is.checked_in.mechanism = command->is.check_in.mechanism;
    event->is.checked_in.attended = command->is.check_in.attended;
    event->is.checked_in.psychosocially_assessed = command->is.check_in.psychosocially_assessed;
    event->is.checked_in.expected_arrival_ms = command->is.check_in.step == STEP_TRAVELLING ? expected_ms : 0;
    event->is.checked_in.lease_ms = lease_after(d, with_team, event);
    clocks_at_check_in(&(const struct clock_rules){d->policy, d->state->counters.ahead_ms}, &d->r, event);
    bool sought = d->r.seeking;
    if (!deciding_try(d, event))
        return REFUSAL_WRONG_STATE;
    deciding_tell_tries(d);
    if (!sought)
        deciding_seek(d);
    return REFUSAL_NONE;
}

enum refusal decide_presence(struct deciding *d)
{
    uint16_t slot = d->command->slot;
    bool on_duty = d->command->party == PARTY_COORDINATOR;
    bool is_there =
        on_duty ? state_coordinator(d->state, slot)->present : state_team(d->state, slot)->present;
    if (is_there == d->command->is.presence.present)
        return REFUSAL_NONE; /* a renewed lease is not recorded */
    struct event *event = deciding_event(d, EVENT_PRESENCE_CHANGED);
    event->is.presence.team = on_duty ? SLOT_NONE : slot;
    event->is.presence.coordinator = on_duty ? slot : SLOT_NONE;
    event->is.presence.present = d->command->is.presence.present;
    event->is.presence.lapsed = d->command->is.presence.lapsed;
    if (!event->is.presence.present && !on_duty)
        event->is.presence.silent_ms = d->now_ms + d->policy->silent_after_ms;
    return REFUSAL_NONE;
}

enum refusal decide_capacity(struct deciding *d)
{
    const struct team *team = state_team(d->state, d->command->slot);
    uint16_t free_places = d->command->is.capacity.free_places;
    /* The same claim again is recorded only after it has begun to age. */
    bool young = d->now_ms < team->claimed_ms + d->policy->capacity_good_ms / 4;
    if (team->capacity_known && team->free_places == free_places && team->taken_since == 0 && young)
        return REFUSAL_NONE;
    struct event *event = deciding_event(d, EVENT_CAPACITY_CLAIMED);
    event->is.capacity.team = d->command->slot;
    event->is.capacity.free_places = free_places;
    event->is.capacity.good_until_ms = d->now_ms + d->policy->capacity_good_ms;
    return REFUSAL_NONE;
}
