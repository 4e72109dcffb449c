/* decide_referrer.c: what a referrer can ask: submit, update, withdraw, and say that they were told. */
#include <string.h>

#include "broker/core/decide_change.h"
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/detention.h"

/* Makes good what needs the directory, the policy or our clock: the area, the urgency to route by, the time
 * of the decision. Of the flags those that need the directory are found here; the command brings the others.
 */
static struct facts complete_facts(const struct deciding *d, uint64_t *flags)
{
    const struct command *command = d->command;
    struct facts facts = command->is.submit.facts;
    bool assumed;
    uint16_t area = policy_area_for(d->policy, &command->is.submit.at, &assumed);
    facts.area = d->directory->area_slots[area];
    facts.routed_as = facts.urgency == URGENCY_NONE ? d->policy->urgency_when_missing : facts.urgency;
    int own = policy_own_team(d->policy, &command->is.submit.at);
    facts.own_team = own < 0 ? 0 : (uint16_t)(d->directory->team_slots[own] + 1);
    *flags = command->is.submit.flags;
    if (assumed)
        *flags |= flag_bit(FLAG_AREA_ASSUMED);
    if (policy_site_is_unknown(d->policy, command->is.submit.at.site))
        *flags |= flag_bit(FLAG_SITE_NOT_KNOWN);
    if (facts.decided_ms == 0) {
        facts.decided_ms = d->now_ms;
        facts.decided_basis = BASIS_IMPUTED;
    }
    return facts;
}

static const char *submit_origin(const struct command *command)
{
    const struct telephoned *telephoned = &command->is.submit.telephoned;
    return telephoned->is && telephoned->on_behalf_of[0] ? telephoned->on_behalf_of : command->actor;
}

/* A call that a coordinator enters late was received when they rang. A coordinator enters for somebody who
 * rang, and nobody else does. */
static enum refusal find_call(const struct deciding *d, struct telephoned *telephoned)
{
    *telephoned = d->command->is.submit.telephoned;
    if (telephoned->is != (d->command->party == PARTY_COORDINATOR))
        return REFUSAL_BAD_VALUE;
    if (!telephoned->is)
        return REFUSAL_NONE;
    if (deciding_is_to_come(d, telephoned->rang_ms))
        return REFUSAL_TIME_TO_COME;
    int64_t stated_ms = telephoned->rang_ms + d->state->counters.ahead_ms;
    if (telephoned->rang_ms && d->now_ms - stated_ms > RANG_AGO_MS_MAX)
        return REFUSAL_BAD_VALUE;
    telephoned->rang_ms =
        telephoned->rang_ms && stated_ms < d->now_ms ? instant_within(stated_ms) : d->now_ms;
    return REFUSAL_NONE;
}

/* If the same referral comes again under another command id, the answer is what it was. */
static bool submitted_before(struct deciding *d, enum refusal *refusal)
{
    const struct any_case of = state_case(d->state, d->command->referral);
    const struct referral *r = of.open;
    const struct ended_case *ended = of.ended;
    if (!r && !ended)
        return false;
    bool same = memcmp(r ? r->submit_digest : ended->submit_digest, d->command->digest, DIGEST_BYTES) == 0 &&
                (r ? r->origin : ended->origin) == state_origin_slot(d->state, submit_origin(d->command));
    *refusal = same ? REFUSAL_NONE : REFUSAL_CONFLICT;
    d->decision->repeated = same;
    d->decision->seq = same ? (r ? r->received_seq : ended->received_seq) : 0;
    return true;
}

enum refusal decide_submit(struct deciding *d)
{
    const struct command *command = d->command;
    struct telephoned telephoned;
    enum refusal refusal;
    if (submitted_before(d, &refusal))
        return refusal;
    refusal = find_call(d, &telephoned);
    if (refusal != REFUSAL_NONE)
        return refusal;
    const struct counters *counters = &d->state->counters;
    struct event *event = deciding_event(d, EVENT_RECEIVED);
    event->has_referral = true;
    event->received_ms = telephoned.is ? telephoned.rang_ms : event->at_ms;
    memcpy(event->referral, command->referral, ID_BYTES);
    event->drill = command->is.submit.drill;
    event->number = (event->drill ? counters->drill_number : counters->number) + 1;
    event->opaque = command->opaque;
    event->is.received.facts = complete_facts(d, &event->is.received.flags);
    event->is.received.with_confidential = command->is.submit.with_confidential;
    event->is.received.follows = command->is.submit.follows;
    event->is.received.telephoned = telephoned;
    event->is.received.coordinator = directory_coordinator_slot(d->directory, event->is.received.facts.area);
    clocks_at_receipt(&(const struct clock_rules){d->policy, counters->ahead_ms}, event);
    deciding_done(d, event);
    deciding_note_facts(d, &(const struct facts){.legal_status = LEGAL_UNKNOWN});
    deciding_need_beside(d, &(const struct facts){.needs = 0});
    deciding_route(d);
    return REFUSAL_NONE;
}

/* A date of birth that was told may be what says that the person is a child: an update that could not heed it
 * makes no adult of them. */
static void keep_child(const struct deciding *d, struct facts *facts, uint64_t *flags)
{
    if (d->command->is.submit.heeds_birth || d->r.facts.age >= ADULT_YEARS || facts->age < ADULT_YEARS ||
        facts->age == AGE_UNKNOWN)
        return;
    facts->age = d->r.facts.age;
    *flags |= flag_bit(FLAG_AGE_CONTRADICTS);
}

/* Any device of a source may change its cases, as at the end of a shift; the event says that another one sent
 * it, and so everybody who is told of the case can see it. */
static void note_other_device(const struct deciding *d, struct other_device *other)
{
    const char *device = d->command->device ? d->command->device : "";
    other->is_other = strcmp(device, d->r.device) != 0;
    if (other->is_other)
        other->sent_by = state_referral(d->state, d->r.id)->device;
}

enum refusal decide_update(struct deciding *d)
{
    const struct command *command = d->command;
    const struct facts before = d->r.facts;
    if (command->is.submit.drill != d->r.drill)
        return REFUSAL_DRILL_STAYS;
    struct event *event = deciding_event(d, EVENT_UPDATED);
    event->opaque = command->opaque;
    event->is.received.facts = complete_facts(d, &event->is.received.flags);
    keep_child(d, &event->is.received.facts, &event->is.received.flags);
    event->is.received.facts.source = d->r.facts.source; /* where the person was met does not change */
    event->is.received.with_confidential = command->is.submit.with_confidential;
    event->is.received.coordinator =
        d->r.state == CASE_TAKEN ? d->r.coordinator
                                 : directory_coordinator_slot(d->directory, event->is.received.facts.area);
    note_other_device(d, &event->is.received.other);
    event->is.received.with_changes = command->is.submit.with_changes;
    event->is.received.alters_who_comes = change_alters_who_comes(d, &event->is.received.facts);
    clocks_at_update(&(const struct clock_rules){d->policy, d->state->counters.ahead_ms}, &d->r, event);
    deciding_done(d, event);
    deciding_note_facts(d, &before);
    deciding_need_beside(d, &before);
    if (d->r.facts.routed_as < before.routed_as)
        deciding_ask_again(d, WORSE_URGENCY_RAISED);
    change_match_anew(d, before.area);
    return REFUSAL_NONE;
}

enum refusal decide_withdraw(struct deciding *d)
{
    if (d->r.contact_made)
        return REFUSAL_WRONG_STATE; /* a team has met the person, and closes the case itself */
    if (detention_is_open(&d->r))
        return REFUSAL_DETENTION_OPEN;
    deciding_end_offer(d, OFFER_END_REFERRAL_WITHDRAWN, DECLINE_NONE);
    struct event *event = deciding_event(d, EVENT_WITHDRAWN);
    event->is.withdrawn.undo_until_ms = deciding_undo_until(d);
    note_other_device(d, &event->is.withdrawn.other);
    return deciding_try(d, event) ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
}

/* Recorded once for each state, and only while the case is in it: a screen that shows an old state tells the
 * referrer nothing. */
enum refusal decide_told(struct deciding *d)
{
    enum case_state told = d->command->is.told.state;
    if (d->r.state == CASE_NONE || told != (enum case_state)d->r.state ||
        told == (enum case_state)d->r.told_state)
        return REFUSAL_NONE;
    struct event *event = deciding_event(d, EVENT_REFERRER_TOLD);
    event->is.told.state = told;
    clocks_at_told(&d->r, event);
    deciding_done(d, event);
    return REFUSAL_NONE;
}
