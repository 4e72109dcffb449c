/* decide_missing.c: the person is missing, and is found; also by what is recorded of their detention. */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/detention.h"

/* The coordinator has the case from then on, however little was heard before. */
static bool go_missing(struct deciding *d, const struct sighting *seen)
{
    bool goes_on = d->r.state == CASE_MISSING;
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    struct event *event = deciding_event(d, EVENT_WENT_MISSING);
    event->is.missing.seen = *seen;
    event->is.missing.team = goes_on || d->r.team == SLOT_NONE ? d->r.had_team : d->r.team;
    event->is.missing.remind_ms = goes_on ? d->r.remind_ms : d->now_ms + d->policy->remind_ms;
    return deciding_try(d, event);
}

static void find(struct deciding *d, const struct sighting *seen)
{
    bool had_team = d->r.had_team != SLOT_NONE;
    struct event *event = deciding_event(d, EVENT_FOUND);
    event->is.missing.seen = *seen;
    event->is.missing.team = d->r.had_team;
    deciding_done(d, event);
    if (had_team || d->r.contact_made) /* the coordinator chooses whether that team goes on */
        deciding_hold(d, HOLD_FOUND, NULL);
    else
        deciding_route(d);
}

enum refusal decide_report_missing(struct deciding *d)
{
    const struct sighting *seen = &d->command->is.sighting;
    if (!deciding_is_concerned(d))
        return REFUSAL_NOT_YOURS;
    if (deciding_is_to_come(d, seen->at_ms))
        return REFUSAL_TIME_TO_COME;
    if (!go_missing(d, seen))
        return REFUSAL_WRONG_STATE;
    if (detention_is_open(&d->r) && d->r.detention.state != DETENTION_AWAY)
        deciding_note_escape(d, seen->at_ms);
    return REFUSAL_NONE;
}

enum refusal decide_report_found(struct deciding *d)
{
    const struct sighting *seen = &d->command->is.sighting;
    if (!deciding_is_concerned(d))
        return REFUSAL_NOT_YOURS;
    if (deciding_is_to_come(d, seen->at_ms))
        return REFUSAL_TIME_TO_COME;
    if (seen->found_by == FOUND_BY_NOBODY)
        return REFUSAL_BAD_VALUE;
    if (d->r.state != CASE_MISSING)
        return REFUSAL_WRONG_STATE;
    find(d, seen);
    return REFUSAL_NONE;
}

/* An escape makes the person missing, and an arrival after it finds them. */
enum refusal decide_record_detention(struct deciding *d)
{
    struct detention_entry entry;
    enum refusal refusal = deciding_record_detention(d, &entry);
    if (refusal != REFUSAL_NONE)
        return refusal;
    const struct sighting seen = {.at_ms = entry.occurred_ms};
    if (entry.step == DETENTION_STEP_ESCAPED && d->r.state != CASE_MISSING)
        go_missing(d, &seen);
    else if (detention_step_arrives(entry.step) && d->r.state == CASE_MISSING)
        find(d, &(const struct sighting){.at_ms = entry.occurred_ms, .found_by = FOUND_BY_OTHERS});
    return REFUSAL_NONE;
}
