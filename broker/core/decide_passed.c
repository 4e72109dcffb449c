/* decide_passed.c: which other provider has a case that was closed as referred on, and since when. */
#include <string.h>

#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* The team that had the case at its end, and the coordinator whose case it is (decide.c). */
static enum refusal passed_may_be_told(const struct deciding *d, const struct ended_case *ended)
{
    bool team = d->command->party == PARTY_TEAM;
    if (!ended)
        return !team || referral_times_asked(&d->r, d->command->slot) ? REFUSAL_WRONG_STATE
                                                                      : REFUSAL_NOT_YOURS;
    if (team && ended->team != d->command->slot)
        return REFUSAL_NOT_YOURS;
    return ended->outcome == OUTCOME_REFERRED_ON ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
}

/* The new is laid over the known. Another provider received it at another time. */
static struct passed_on passed_in_all(const struct deciding *d, const struct ended_case *ended)
{
    const struct passed_on *said = &d->command->is.passed_on.to;
    struct passed_on to = {ended->provider, ended->provider_received_ms};
    if (said->provider[0] && strcmp(said->provider, ended->provider) != 0)
        to = (struct passed_on){.provider = said->provider};
    int64_t received_ms = state_time_of_utc(d->state, said->received_ms);
    if (received_ms)
        to.received_ms = received_ms < d->now_ms ? received_ms : d->now_ms;
    return to;
}

/* Nobody received it before we did: both times are cut to the minute, because people state minutes. */
static bool passed_too_early(const struct deciding *d, const struct ended_case *ended)
{
    enum { MS_PER_MINUTE = 60 * 1000 };
    int64_t said_ms = d->command->is.passed_on.to.received_ms;
    return said_ms && said_ms / MS_PER_MINUTE < state_utc(d->state, ended->received_ms) / MS_PER_MINUTE;
}

enum refusal decide_record_passed_on(struct deciding *d)
{
    const struct ended_case *ended = state_ended(d->state, d->command->referral);
    const struct passed_on *said = &d->command->is.passed_on.to;
    enum refusal refusal = passed_may_be_told(d, ended);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool says_who = said->provider[0] || d->command->is.passed_on.has_note;
    if (!says_who && !(ended->is_passed_on && said->received_ms))
        return REFUSAL_BAD_VALUE;
    if (deciding_is_to_come(d, said->received_ms))
        return REFUSAL_TIME_TO_COME;
    if (passed_too_early(d, ended))
        return REFUSAL_BEFORE_RECEIPT;
    struct event *event = deciding_event(d, EVENT_PASSED_ON);
    event->is.passed_on = passed_in_all(d, ended);
    deciding_name_ended(event, ended);
    return REFUSAL_NONE;
}
