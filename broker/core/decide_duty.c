/* decide_duty.c: who answers for a case among the coordinators: reminders and who has heard them; and the
 * case passes over when one of them has left. */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* --- passing over ------------------------------------------------------------------------------------- */

/* What somebody had in hand who has left is in nobody's hand: the next coordinator holds it. */
static void pass_over(struct deciding *d)
{
    bool taken = d->r.state == CASE_TAKEN;
    struct event *event = deciding_event(d, EVENT_PASSED_OVER);
    event->is.passed.coordinator = directory_coordinator_slot(d->directory, d->r.facts.area);
    event->is.passed.previous = d->r.coordinator;
    event->is.passed.remind_ms = referral_is_reminded(&d->r) ? d->now_ms + d->policy->remind_ms : 0;
    deciding_done(d, event);
    if (taken)
        deciding_hold(d, HOLD_COORDINATOR_LEFT, NULL);
}

bool decide_pass_over(const struct state *state, const struct directory *directory, int64_t now_ms,
                      uint32_t *row, struct decision *decision)
{
    struct deciding d;
    deciding_begin(&d, state, directory, now_ms, decision);
    for (int looked_at = 0; looked_at < CASES_LOOKED_AT_MAX; looked_at++) {
        if (*row >= state_referral_rows(state))
            return false;
        const struct referral *r = state_referral_row(state, (*row)++);
        if (!referral_is_open(r) || directory_coordinator(directory, r->coordinator))
            continue;
        deciding_about(&d, r);
        pass_over(&d);
        return true;
    }
    return true;
}

/* --- reminders ---------------------------------------------------------------------------------------- */

/* Those of the area's list who are told too: one more with each reminder that nobody acknowledged, and one if
 * the case's own coordinator is not there at all. Nobody who was told of the case is left out later. */
static void escalate_to(const struct deciding *d, uint32_t unheard, struct event *event)
{
    const struct policy_area *area = directory_area(d->directory, d->r.facts.area);
    event->is.reminded.also_count = d->r.also_count;
    memcpy(event->is.reminded.also, d->r.also, sizeof d->r.also);
    for (uint32_t i = 0; i < area->escalate_count && i < unheard; i++) {
        uint16_t slot = d->directory->coordinator_slots[area->escalate[i]];
        uint8_t *count = &event->is.reminded.also_count;
        if (slot != d->r.coordinator && !referral_was_escalated_to(&d->r, slot) && *count < ESCALATE_MAX)
            event->is.reminded.also[(*count)++] = slot;
    }
}

/* The first few reminders also begin a new round of the ladder: a team that declined may have changed its
 * mind. */
void deciding_remind(struct deciding *d)
{
    bool another_round = referral_reminder_asks(&d->r) && d->r.round < d->policy->rounds_max;
    struct event *event = deciding_event(d, EVENT_REMINDED);
    event->is.reminded.coordinator = d->r.coordinator;
    event->is.reminded.times = d->r.reminders + 1;
    event->is.reminded.unheard = d->r.unheard;
    event->is.reminded.next_ms = d->now_ms + d->policy->acknowledge_ms;
    event->is.reminded.round = (uint16_t)(d->r.round + (another_round ? 1 : 0));
    escalate_to(d, d->r.unheard + !state_coordinator(d->state, d->r.coordinator)->present, event);
    deciding_done(d, event);
}

static enum refusal heard(struct deciding *d, int64_t muted_ms)
{
    const struct person *person = &d->command->person;
    if (!person->id || !person->id[0])
        return REFUSAL_BAD_VALUE; /* a reminder is heard by somebody */
    struct event *event = deciding_event(d, EVENT_ACKNOWLEDGED);
    event->is.acknowledged.coordinator = d->command->slot;
    event->is.acknowledged.muted_ms = muted_ms;
    if (referral_is_reminded(&d->r))
        event->is.acknowledged.remind_ms = muted_ms ? muted_ms : d->now_ms + d->policy->remind_ms;
    deciding_done(d, event);
    return REFUSAL_NONE;
}

enum refusal decide_acknowledge(struct deciding *d)
{
    return heard(d, 0);
}

/* A few spans are enough, and none is long: a case that waits is nobody's to forget. */
enum refusal decide_mute(struct deciding *d)
{
    static const int64_t minutes[] = {0, 15, 30, 60};
    int64_t for_ms = d->command->is.mute.for_ms;
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
        if (for_ms == minutes[i] * 60 * 1000)
            return heard(d, for_ms ? d->now_ms + for_ms : 0);
    return REFUSAL_BAD_VALUE;
}

void deciding_ask_again(struct deciding *d, enum worse why)
{
    if (!referral_is_heard(&d->r, d->now_ms))
        return;
    struct event *event = deciding_event(d, EVENT_ASKED_AGAIN);
    event->is.asked_again.why = why;
    event->is.asked_again.remind_ms = referral_is_reminded(&d->r) ? d->now_ms : 0;
    deciding_done(d, event);
}

/* The team keeps the case: only its own lease takes it back. */
void deciding_tell_silence(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_TEAM_SILENT);
    event->is.silent.team = d->r.team;
    event->is.silent.since_ms = state_team(d->state, d->r.team)->absent_ms;
    deciding_done(d, event);
}
