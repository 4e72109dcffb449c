/* clocks.c: which event starts, stops or voids which clock of a case. */
#include "broker/core/clocks.h"

#include <assert.h>
#include <stddef.h>

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

static bool is_detained_and_arrived(const struct facts *facts)
{
    return facts->section_136 && facts->place_of_safety_ms;
}

static bool is_of_detention(enum clock_kind clock)
{
    return clock == CLOCK_SECTION_136 || clock == CLOCK_HANDOVER;
}

/* When a clock starts by these facts; 0 if it does not. */
static int64_t clock_start_ms(const struct clock_rules *rules, enum clock_kind clock,
                              const struct facts *facts, int64_t received_ms)
{
    if (!is_of_detention(clock))
        return received_ms;
    if (!is_detained_and_arrived(facts) || (clock == CLOCK_HANDOVER && facts->handover_done_ms))
        return 0;
    return instant_within(facts->place_of_safety_ms + rules->ahead_ms);
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

/* Starts a clock that does not run yet, or runs from or to another instant. False if these facts start none.
 */
static bool add_start(const struct clock_rules *rules, const struct clock *clock, enum clock_kind kind,
                      int64_t received_ms, struct event *event)
{
    const struct facts *facts = &event->is.received.facts;
    const struct policy_standard *standard = standard_for(rules->policy, facts, kind);
    int64_t start_ms = clock_start_ms(rules, kind, facts, received_ms);
    if (!standard || !start_ms)
        return false;
    int64_t due_ms = instant_within(start_ms + standard->allowed_ms);
    if (clock->started_ms == start_ms && clock->due_ms == due_ms)
        return true;
    struct clock_change *start = add_change(event, kind, CLOCK_STARTED, start_ms);
    start->due_ms = due_ms;
    start->standard = standard->id;
    start->basis = is_of_detention(kind) ? facts->place_of_safety_basis : BASIS_STATED;
    return true;
}

void clocks_at_receipt(const struct clock_rules *rules, struct event *event)
{
    static const struct clock none;
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++)
        add_start(rules, &none, (enum clock_kind)kind, event->at_ms, event);
}

void clocks_at_update(const struct clock_rules *rules, const struct referral *r, struct event *event)
{
    const struct facts *facts = &event->is.received.facts;
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        const struct clock *clock = &r->clocks[kind];
        if (clock->stopped_ms || add_start(rules, clock, (enum clock_kind)kind, r->received_ms, event) ||
            !clock->started_ms)
            continue;
        if (is_of_detention((enum clock_kind)kind) && !is_detained_and_arrived(facts))
            add_change(event, (enum clock_kind)kind, CLOCK_VOIDED, 0);
        else if (kind == CLOCK_HANDOVER && facts->handover_done_ms)
            add_change(event, CLOCK_HANDOVER, CLOCK_STOPPED,
                       instant_within(facts->handover_done_ms + rules->ahead_ms));
    }
}

/* MHSDS: a person has been seen at a contact that is attended, face to face, and not before the receipt. */
static bool counts_as_seen(const struct referral *r, const struct event *event)
{
    enum attend_status attended = event->is.checked_in.attended;
    return event->is.checked_in.step == STEP_CONTACT &&
           event->is.checked_in.mechanism == CONTACT_FACE_TO_FACE &&
           (attended == ATTEND_ON_TIME || attended == ATTEND_LATE_BUT_SEEN) &&
           event->is.checked_in.occurred_ms >= r->received_ms;
}

void clocks_at_check_in(const struct referral *r, struct event *event)
{
    event->is.checked_in.counts_as_seen = counts_as_seen(r, event);
    if (event->is.checked_in.counts_as_seen)
        add_stop(r, event, CLOCK_RESPONSE, event->is.checked_in.occurred_ms);
}

/* Told by name who has the case in hand, or what came of it; "we are asking" and "it is held" are not yet
 * that. */
static bool counts_as_told(enum case_state state)
{
    return state == CASE_TAKEN || state >= CASE_ACCEPTED;
}

void clocks_at_told(const struct referral *r, struct event *event)
{
    event->is.told.counts_as_told = counts_as_told(event->is.told.state);
    if (event->is.told.counts_as_told)
        add_stop(r, event, CLOCK_REFERRER_TOLD, event->at_ms);
}

void clocks_at_end(const struct referral *r, struct event *event)
{
    add_stop(r, event, CLOCK_SECTION_136, event->at_ms);
}
