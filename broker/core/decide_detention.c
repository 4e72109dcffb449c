/* decide_detention.c: what is recorded of a detention: by people, and by what a referral says of it. */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/detention.h"

/* The step must be possible. */
static void note_entry(struct deciding *d, const struct detention_entry *entry, bool from_referral)
{
    const struct clock_rules rules = {d->policy, d->state->counters.ahead_ms};
    struct event *event = deciding_event(d, EVENT_DETENTION_NOTED);
    event->is.noted.entry = *entry;
    event->is.noted.from_referral = from_referral;
    detention_judge(&d->r, clocks_detention_ms(d->policy, &d->r.facts), event);
    clocks_at_detention(&rules, &d->r, event);
    deciding_done(d, event);
}

/* --- by people ---------------------------------------------------------------------------------------- */

static bool two_people_answer(const struct detention_entry *entry)
{
    return entry->by[0] && entry->second[0] && strcmp(entry->by, entry->second) != 0;
}

/* Whether the entry has what its step needs. */
static bool entry_is_whole(const struct deciding *d, const struct detention_entry *entry)
{
    bool interviewed = d->r.detention.done & 1u << DETENTION_STEP_INTERVIEWED;
    bool mistake = entry->end == DETENTION_END_NEVER_DETAINED;
    switch ((int)entry->step) {
    case DETENTION_STEP_EXTENDED:
        return entry->extension_ms > 0;
    case DETENTION_STEP_CORRECTED:
        return two_people_answer(entry) && d->command->is.detention.has_note;
    case DETENTION_STEP_ENDED:
        return entry->end != DETENTION_END_NONE &&
               (interviewed || mistake || entry->end == DETENTION_END_DIED || entry->without_amhp) &&
               (!mistake || (two_people_answer(entry) && d->command->is.detention.has_note));
    case DETENTION_STEP_NONE:
    case DETENTION_STEP_NOTED:
        return false;
    default:
        return true;
    }
}

/* The first entry says by which power; if it does not, the referral or the step tells. */
static enum legal_status power_of(const struct deciding *d, const struct detention_entry *entry)
{
    if (legal_status_detains(entry->power) || d->r.detention.state != DETENTION_NONE)
        return entry->power;
    if (entry->step == DETENTION_STEP_ENTERED)
        return LEGAL_SECTION_135_1;
    enum legal_status stated = (enum legal_status)d->r.facts.legal_status;
    return legal_status_detains(stated) ? stated : LEGAL_SECTION_136;
}

enum refusal deciding_record_detention(struct deciding *d, struct detention_entry *recorded)
{
    struct detention_entry entry = d->command->is.detention.entry;
    int64_t utc_ms = state_utc(d->state, d->now_ms);
    if (!deciding_is_concerned(d))
        return REFUSAL_NOT_YOURS;
    if (deciding_is_to_come(d, entry.occurred_ms))
        return REFUSAL_TIME_TO_COME;
    if (!entry_is_whole(d, &entry))
        return REFUSAL_BAD_VALUE;
    if (detention_after((enum detention_state)d->r.detention.state, entry.step) == DETENTION_NONE)
        return REFUSAL_DETENTION_STEP;
    entry.basis = entry.occurred_ms ? BASIS_STATED : BASIS_IMPUTED;
    if (!entry.occurred_ms || entry.occurred_ms > utc_ms)
        entry.occurred_ms = utc_ms;
    entry.power = power_of(d, &entry);
    note_entry(d, &entry, false);
    *recorded = entry;
    return REFUSAL_NONE;
}

void deciding_note_escape(struct deciding *d, int64_t occurred_ms)
{
    int64_t utc_ms = state_utc(d->state, d->now_ms);
    bool stated = occurred_ms && occurred_ms <= utc_ms;
    const struct detention_entry entry = {.step = DETENTION_STEP_ESCAPED,
                                          .occurred_ms = stated ? occurred_ms : utc_ms,
                                          .basis = stated ? BASIS_STATED : BASIS_IMPUTED,
                                          .by = "",
                                          .second = ""};
    note_entry(d, &entry, false);
}

/* --- by what a referral says -------------------------------------------------------------------------- */

static void note_fact(struct deciding *d, enum detention_step step, int64_t occurred_ms, enum basis basis)
{
    const struct facts *facts = &d->r.facts;
    const struct detention_entry entry = {
        .step = step,
        .occurred_ms = occurred_ms,
        .basis = occurred_ms ? basis : BASIS_NONE,
        .by = "",
        .second = "",
        .power = step == DETENTION_STEP_USED ? (enum legal_status)facts->legal_status : LEGAL_UNKNOWN,
        .place = (enum place_of_safety)facts->place};
    if (detention_after((enum detention_state)d->r.detention.state, step) != DETENTION_NONE)
        note_entry(d, &entry, true);
}

static bool finds_something_new(const struct deciding *d)
{
    struct event event;
    event_clear(&event, EVENT_DETENTION_NOTED);
    event.is.noted.entry = (struct detention_entry){.step = DETENTION_STEP_NOTED, .by = "", .second = ""};
    detention_judge(&d->r, clocks_detention_ms(d->policy, &d->r.facts), &event);
    return event.is.noted.found & ~d->r.detention.found;
}

/* A fact that is said again as it was said before is no new entry, so that an update that is about something
 * else leaves the history as it is. */
void deciding_note_facts(struct deciding *d, const struct facts *before)
{
    const struct facts *facts = &d->r.facts;
    bool detains = legal_status_detains((enum legal_status)facts->legal_status);
    bool detained_before = legal_status_detains((enum legal_status)before->legal_status);
    bool corrects = facts->power_used_ms != before->power_used_ms && d->r.detention.state != DETENTION_ENDED;
    if (detains && (!detained_before || d->r.detention.state == DETENTION_NONE || corrects))
        note_fact(d, DETENTION_STEP_USED, facts->power_used_ms, BASIS_STATED);
    bool place_is_new = !detained_before || facts->place != before->place;
    bool time_is_new = !detained_before || facts->place_of_safety_ms != before->place_of_safety_ms;
    if (detains && facts->place_of_safety_ms && (place_is_new || time_is_new))
        note_fact(d, DETENTION_STEP_ARRIVED, facts->place_of_safety_ms, facts->place_of_safety_basis);
    else if (detains && facts->place != PLACE_NONE && place_is_new)
        note_fact(d, DETENTION_STEP_GOING, 0, BASIS_NONE);
    if (detains && facts->handover_done_ms && facts->handover_done_ms != before->handover_done_ms)
        note_fact(d, DETENTION_STEP_POLICE_LEFT, facts->handover_done_ms, BASIS_STATED);
    if (detention_is_open(&d->r) && finds_something_new(d))
        note_fact(d, DETENTION_STEP_NOTED, 0, BASIS_NONE);
}
