/* clocks.c: which event starts, stops or voids which clock of a case. */
#include "broker/core/clocks.h"

#include <assert.h>
#include <stddef.h>

#include "broker/core/detention.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* The standard that is meant for this referral; if several are, the shortest. */
static const struct policy_standard *standard_for(const struct policy *policy, const struct facts *facts,
                                                  enum clock_kind clock)
{
    const struct policy_standard *found = NULL;
    for (int i = 0; i < policy->standard_count; i++) {
        const struct policy_standard *standard = &policy->standards[i];
        if (standard->clock == clock && (standard->sources & (1u << facts->source)) &&
            (standard->urgencies & (1u << facts->routed_as)) &&
            (!found || standard->allowed_ms < found->allowed_ms))
            found = standard;
    }
    return found;
}

static struct clock_change *add_change(struct event *event, enum clock_kind clock,
                                       enum clock_change_kind what, int64_t at_ms)
{
    assert(event->clock_count < CLOCK_COUNT - 1);
    struct clock_change *change = &event->clocks[event->clock_count++];
    *change = (struct clock_change){.clock = clock, .what = what, .at_ms = at_ms, .standard = ""};
    return change;
}

static void add_stop(const struct referral *r, struct event *event, enum clock_kind kind, int64_t at_ms)
{
    const struct clock *clock = &r->clocks[kind];
    if (clock->started_ms && !clock->stopped_ms)
        add_change(event, kind, CLOCK_STOPPED, at_ms);
}

/* The clocks of a detention, of which it turned out that there was none, never ran. */
static void add_end(const struct referral *r, struct event *event, enum clock_kind kind, int64_t at_ms)
{
    bool never = event->is.noted.entry.end == DETENTION_END_NEVER_DETAINED;
    const struct clock *clock = &r->clocks[kind];
    if (never && clock->started_ms && !clock->stopped_ms)
        add_change(event, kind, CLOCK_VOIDED, 0);
    else
        add_stop(r, event, kind, at_ms);
}

/* Nobody should learn that the hours of a detention end when they have, so there is a warning in any case. */
static int64_t warn_before_ms(const struct policy_standard *standard, enum clock_kind kind)
{
    bool unsaid = kind == CLOCK_SECTION_136 && !standard->warn_ms;
    return unsaid ? 3 * HOUR_MS : standard->warn_ms;
}

/* Starts a clock at an instant of the ledger's time, with what a standard allows. */
static void add_start(struct event *event, enum clock_kind kind, const struct policy_standard *standard,
                      int64_t start_ms, int64_t due_ms, enum basis basis)
{
    struct clock_change *start = add_change(event, kind, CLOCK_STARTED, start_ms);
    start->due_ms = due_ms;
    int64_t before_ms = warn_before_ms(standard, kind);
    start->warn_ms = before_ms ? instant_within(due_ms - before_ms) : 0;
    start->standard = standard->id;
    start->basis = basis;
}

/* Starts the clocks that run from receipt, or moves those that run to another limit. */
static void start_at_receipt(const struct clock_rules *rules, const struct clock *clocks, int64_t received_ms,
                             struct event *event)
{
    static const enum clock_kind from_receipt[] = {CLOCK_RESPONSE, CLOCK_REFERRER_TOLD};
    for (size_t i = 0; i < sizeof from_receipt / sizeof *from_receipt; i++) {
        const struct clock *clock = &clocks[from_receipt[i]];
        const struct policy_standard *standard =
            standard_for(rules->policy, &event->is.received.facts, from_receipt[i]);
        if (!standard || clock->stopped_ms)
            continue;
        int64_t due_ms = instant_within(received_ms + standard->allowed_ms);
        if (clock->started_ms != received_ms || clock->due_ms != due_ms)
            add_start(event, from_receipt[i], standard, received_ms, due_ms, BASIS_STATED);
    }
}

void clocks_at_receipt(const struct clock_rules *rules, struct event *event)
{
    static const struct clock none[CLOCK_COUNT];
    start_at_receipt(rules, none, event->received_ms, event);
}

void clocks_at_update(const struct clock_rules *rules, const struct referral *r, struct event *event)
{
    start_at_receipt(rules, r->clocks, r->received_ms, event);
}

/* MHSDS: a person is seen at a contact that is attended and face to face. */
static bool is_seeing(const struct event *event)
{
    enum attend_status attended = event->is.checked_in.attended;
    return event->is.checked_in.step == STEP_CONTACT &&
           event->is.checked_in.mechanism == CONTACT_FACE_TO_FACE &&
           (attended == ATTEND_ON_TIME || attended == ATTEND_LATE_BUT_SEEN);
}

/* The minute of UTC that people read from a clock on the wall. */
static int64_t minute_of(const struct clock_rules *rules, int64_t at_ms)
{
    return (at_ms - rules->ahead_ms) / MINUTE_MS;
}

/* A contact in the minute of the receipt stops the clock at the receipt, because no wait is negative. */
void clocks_at_check_in(const struct clock_rules *rules, const struct referral *r, struct event *event)
{
    const struct clock *response = &r->clocks[CLOCK_RESPONSE];
    int64_t occurred_ms = event->is.checked_in.occurred_ms;
    bool is_before = minute_of(rules, occurred_ms) < minute_of(rules, r->received_ms);
    event->is.checked_in.counts_as_seen = is_seeing(event) && !is_before;
    event->is.checked_in.before_receipt = is_seeing(event) && is_before;
    if (!event->is.checked_in.counts_as_seen)
        return;
    int64_t seen_ms = occurred_ms > r->received_ms ? occurred_ms : r->received_ms;
    if (!response->stopped_ms)
        add_stop(r, event, CLOCK_RESPONSE, seen_ms);
    else if (seen_ms < response->stopped_ms)
        add_change(event, CLOCK_RESPONSE, CLOCK_STOPPED, seen_ms);
}

/* Told by name who has the case in hand, or what came of it; "we are asking" and "it is held" are not yet
 * that. */
static bool counts_as_told(enum case_state state)
{
    return state == CASE_TAKEN || (state >= CASE_ACCEPTED && state != CASE_MISSING);
}

void clocks_at_told(const struct referral *r, struct event *event)
{
    event->is.told.counts_as_told = counts_as_told(event->is.told.state);
    if (event->is.told.counts_as_told)
        add_stop(r, event, CLOCK_REFERRER_TOLD, event->at_ms);
}

/* --- of a detention ----------------------------------------------------------------------------------- */

/* What the law itself sets: sections 136 and 138 of the Mental Health Act 1983, and SI 2017/1036. */
static const struct policy_standard lawful[] = {
    {.id = "statutory", .clock = CLOCK_SECTION_136, .allowed_ms = 24 * HOUR_MS},
    {.id = "statutory", .clock = CLOCK_HEALTH_CHECK, .allowed_ms = 30 * MINUTE_MS},
    {.id = "statutory", .clock = CLOCK_CUSTODY_REVIEW, .allowed_ms = HOUR_MS},
    {.id = "statutory", .clock = CLOCK_ESCAPE, .allowed_ms = ESCAPE_MS},
};

/* NULL for a target that the policy does not have. */
static const struct policy_standard *standard_or_law(const struct policy *policy, const struct facts *facts,
                                                     enum clock_kind clock)
{
    const struct policy_standard *standard = standard_for(policy, facts, clock);
    for (size_t i = 0; !standard && i < sizeof lawful / sizeof *lawful; i++)
        if (lawful[i].clock == clock)
            standard = &lawful[i];
    return standard;
}

int64_t clocks_detention_ms(const struct policy *policy, const struct facts *facts)
{
    return standard_or_law(policy, facts, CLOCK_SECTION_136)->allowed_ms;
}

/* start_ms and due_ms are UTC; due_ms 0: as long after it as the standard says. */
static void start_of_detention(const struct clock_rules *rules, const struct referral *r, struct event *event,
                               enum clock_kind kind, int64_t start_ms, int64_t due_ms)
{
    const struct policy_standard *standard = standard_or_law(rules->policy, &r->facts, kind);
    if (!standard)
        return;
    start_ms = instant_within(start_ms + rules->ahead_ms);
    due_ms =
        due_ms ? instant_within(due_ms + rules->ahead_ms) : instant_within(start_ms + standard->allowed_ms);
    add_start(event, kind, standard, start_ms, due_ms, event->is.noted.entry.basis);
}

/* The hours, and the targets that run beside them from the same instant. */
static void start_hours(const struct clock_rules *rules, const struct referral *r, struct event *event)
{
    static const struct {
        enum clock_kind clock;
        enum detention_step stopped_by;
    } targets[] = {{CLOCK_HANDOVER, DETENTION_STEP_POLICE_LEFT},
                   {CLOCK_EXAMINED, DETENTION_STEP_EXAMINED},
                   {CLOCK_INTERVIEWED, DETENTION_STEP_INTERVIEWED}};
    const struct detention_noted *noted = &event->is.noted;
    bool moved = noted->started_ms != r->detention.started_ms;
    bool anew = r->detention.state == DETENTION_ENDED;
    if (moved || anew || noted->until_ms != r->detention.until_ms)
        start_of_detention(rules, r, event, CLOCK_SECTION_136, noted->started_ms, noted->until_ms);
    for (size_t i = 0; moved && i < sizeof targets / sizeof *targets; i++)
        if (!(r->detention.done & 1u << targets[i].stopped_by))
            start_of_detention(rules, r, event, targets[i].clock, noted->started_ms, 0);
}

static void change_station_clocks(const struct clock_rules *rules, const struct referral *r,
                                  struct event *event, int64_t at_ms)
{
    const struct detention_entry *entry = &event->is.noted.entry;
    bool comes = detention_step_arrives(entry->step) && entry->occurred_ms >= r->detention.at_place_ms;
    bool there = comes && entry->place == PLACE_POLICE_STATION;
    bool leaves = (comes && entry->place != PLACE_POLICE_STATION) || entry->step == DETENTION_STEP_ESCAPED;
    if (leaves) {
        add_stop(r, event, CLOCK_HEALTH_CHECK, at_ms);
        add_stop(r, event, CLOCK_CUSTODY_REVIEW, at_ms);
    }
    bool still_there = r->detention.place == PLACE_POLICE_STATION && r->detention.started_ms;
    if (there || (still_there && entry->step == DETENTION_STEP_HEALTH_CHECKED))
        start_of_detention(rules, r, event, CLOCK_HEALTH_CHECK, entry->occurred_ms, 0);
    if (there || (still_there && entry->step == DETENTION_STEP_REVIEWED))
        start_of_detention(rules, r, event, CLOCK_CUSTODY_REVIEW, entry->occurred_ms, 0);
}

void clocks_at_detention(const struct clock_rules *rules, const struct referral *r, struct event *event)
{
    const struct detention_noted *noted = &event->is.noted;
    int64_t stated_ms = noted->entry.occurred_ms;
    int64_t at_ms = stated_ms ? instant_within(stated_ms + rules->ahead_ms) : event->at_ms;
    if (noted->state == DETENTION_ENDED) {
        for (int kind = CLOCK_SECTION_136; kind <= CLOCK_ESCAPE; kind++)
            add_end(r, event, (enum clock_kind)kind, at_ms);
        return;
    }
    if (noted->started_ms)
        start_hours(rules, r, event);
    if (noted->entry.step == DETENTION_STEP_EXAMINED)
        add_stop(r, event, CLOCK_EXAMINED, at_ms);
    else if (noted->entry.step == DETENTION_STEP_INTERVIEWED)
        add_stop(r, event, CLOCK_INTERVIEWED, at_ms);
    else if (noted->entry.step == DETENTION_STEP_POLICE_LEFT)
        add_stop(r, event, CLOCK_HANDOVER, at_ms);
    else if (noted->entry.step == DETENTION_STEP_ESCAPED && !noted->started_ms && stated_ms)
        start_of_detention(rules, r, event, CLOCK_ESCAPE, stated_ms, noted->until_ms);
    else if (detention_step_arrives(noted->entry.step))
        add_stop(r, event, CLOCK_ESCAPE, at_ms);
    change_station_clocks(rules, r, event, at_ms);
}
