/* referral.c: one open case: which event may come in which state, who owns it then, and what is due. */
#include "broker/core/referral.h"

#include <assert.h>
#include <string.h>

#include "broker/core/beside.h"
#include "broker/core/detention.h"
#include "broker/core/event_kinds.h"

/* clang-format off */
#define NO CASE_NONE
#define OF CASE_OFFERED
#define HE CASE_HELD
#define TA CASE_TAKEN
#define AC CASE_ACCEPTED
#define TR CASE_TRAVELLING
#define AR CASE_ARRIVED
#define IC CASE_IN_CONTACT
#define CL CASE_CLOSED
#define WI CASE_WITHDRAWN
#define MI CASE_MISSING
static const uint8_t next_state[CASE_STATE_COUNT][HAPPENING_COUNT] = {
    /*                   recv off hand seen ended held rem take acc trav arr cont miss warn lapse soug note close withdr reopen erase gone found */
    [CASE_NONE]       = { HE, NO, NO,  NO,  NO,   NO,  NO, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,  NO,   NO,  NO,   NO,   NO,     NO,  NO,   NO },
    [CASE_OFFERED]    = { NO, NO, NO,  OF,  HE,   NO,  NO, NO,  AC, NO,  NO, NO,  NO,  NO,  NO,  NO,   OF,  NO,   NO,   NO,     NO,  NO,   NO },
    [CASE_HELD]       = { NO, OF, NO,  NO,  NO,   HE,  HE, TA,  NO, NO,  NO, NO,  NO,  NO,  NO,  NO,   HE,  CL,   WI,   HE,     NO,  MI,   NO },
    [CASE_TAKEN]      = { NO, OF, NO,  NO,  NO,   HE,  NO, TA,  NO, NO,  NO, TA,  TA,  NO,  NO,  NO,   TA,  CL,   WI,   HE,     NO,  MI,   NO },
    [CASE_ACCEPTED]   = { NO, NO, AC,  AC,  AC,   NO,  NO, TA,  AC, TR,  AR, IC,  AC,  AC,  HE,  AC,   AC,  CL,   WI,   HE,     NO,  MI,   NO },
    [CASE_TRAVELLING] = { NO, NO, TR,  TR,  TR,   NO,  NO, TA,  AC, TR,  AR, IC,  TR,  TR,  HE,  TR,   TR,  CL,   WI,   HE,     NO,  MI,   NO },
    [CASE_ARRIVED]    = { NO, NO, AR,  AR,  AR,   NO,  NO, TA,  AC, TR,  AR, IC,  AR,  AR,  HE,  AR,   AR,  CL,   WI,   HE,     NO,  MI,   NO },
    [CASE_IN_CONTACT] = { NO, NO, IC,  IC,  IC,   NO,  NO, TA,  AC, IC,  IC, IC,  IC,  IC,  HE,  IC,   IC,  CL,   NO,   HE,     NO,  MI,   NO },
    [CASE_CLOSED]     = { NO, NO, NO,  NO,  NO,   NO,  NO, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,  NO,   CL,  NO,   NO,   NO,     CL,  NO,   NO },
    [CASE_WITHDRAWN]  = { NO, NO, NO,  NO,  NO,   NO,  NO, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,  NO,   WI,  NO,   NO,   NO,     WI,  NO,   NO },
    [CASE_MISSING]    = { NO, NO, NO,  NO,  NO,   NO,  MI, NO,  NO, NO,  NO, NO,  NO,  NO,  NO,  NO,   MI,  NO,   NO,   NO,     NO,  MI,   HE },
};
#undef NO
#undef OF
#undef HE
#undef TA
#undef AC
#undef TR
#undef AR
#undef IC
#undef CL
#undef WI
#undef MI
/* clang-format on */

/* --- what can come ---------------------------------------------------------------------------------- */

/* An answer to an offer names it by its attempt: an answer to an earlier one is no answer. */
static bool offer_fits(const struct referral *r, const struct event *event, enum offer_part part)
{
    switch (part) {
    case OFFER_NO_PART:
        return true;
    case OFFER_MADE:
        return !r->offer.attempt && event_attempt(event) == r->attempts + 1;
    case OFFER_SEEN:
    case OFFER_OVER:
        return r->offer.attempt && event_attempt(event) == r->offer.attempt;
    case OFFER_NOT_ALLOWED:
        return !r->offer.attempt;
    }
    return false;
}

static bool clock_runs(const struct clock *clock)
{
    return clock->started_ms && !clock->stopped_ms;
}

/* What has stopped stays so, but for the clocks of a detention, and can only be found to have stopped
 * earlier; only what runs can be voided. */
static bool change_fits(const struct clock *clock, const struct clock_change *change)
{
    if (change->what == CLOCK_STOPPED && clock->stopped_ms)
        return change->at_ms < clock->stopped_ms;
    if (change->what != CLOCK_STARTED)
        return clock_runs(clock);
    bool again = clock_is_of_detention(change->clock); /* such as after the person came back */
    return (!clock->stopped_ms || again) && change->at_ms && change->due_ms >= change->at_ms;
}

static bool clocks_fit(const struct referral *r, const struct event *event)
{
    for (int i = 0; i < event->clock_count; i++)
        if (!change_fits(&r->clocks[event->clocks[i].clock], &event->clocks[i]))
            return false;
    return true;
}

/* A case does not end while somebody is detained. */
static bool detention_fits(const struct referral *r, const struct event *event)
{
    if (event->kind == EVENT_CLOSED || event->kind == EVENT_WITHDRAWN)
        return !detention_is_open(r);
    return event->kind != EVENT_DETENTION_NOTED ||
           (event->is.noted.state != DETENTION_NONE &&
            event->is.noted.state ==
                detention_after((enum detention_state)r->detention.state, event->is.noted.entry.step));
}

static bool beside_fits(const struct referral *r, const struct event *event)
{
    bool of_beside = event->kind == EVENT_BESIDE_NOTED || event->kind == EVENT_BESIDE_CHASED;
    return !of_beside || beside_can_follow(r, event);
}

/* A held case is closed, or kept open, only if its closing is asked. */
static bool closing_fits(const struct referral *r, const struct event *event)
{
    bool of_closing =
        event->kind == EVENT_KEPT_OPEN || (event->kind == EVENT_CLOSED && r->state == CASE_HELD);
    return !of_closing || referral_closing_is_asked(r);
}

/* The state after the event; CASE_NONE if it cannot come. */
static enum case_state state_after(const struct referral *r, const struct event *event,
                                   const struct event_traits *traits)
{
    if (!offer_fits(r, event, traits->offer) || !clocks_fit(r, event) || !detention_fits(r, event) ||
        !beside_fits(r, event) || !closing_fits(r, event))
        return CASE_NONE;
    enum case_happening happening = traits->happening_of ? traits->happening_of(event) : traits->happening;
    return (enum case_state)next_state[r->state][happening];
}

/* --- what follows from the state -------------------------------------------------------------------- */

static struct owner owned_by(enum owner_kind kind, uint16_t slot, int64_t act_by_ms)
{
    return (struct owner){.kind = kind, .slot = slot, .act_by_ms = act_by_ms};
}

struct owner referral_owner(const struct referral *r)
{
    if (!referral_is_open(r))
        return owned_by(OWNER_NONE, SLOT_NONE, 0);
    if (r->state == CASE_OFFERED)
        return owned_by(OWNER_TEAM, r->offer.team, r->offer.expires_ms);
    if (referral_is_reminded(r))
        return owned_by(OWNER_COORDINATOR, r->coordinator, r->remind_ms);
    if (r->state == CASE_TAKEN)
        return owned_by(OWNER_COORDINATOR, r->coordinator, r->lease_ms);
    return owned_by(OWNER_TEAM, r->team, r->lapses_ms ? r->lapses_ms : r->lease_ms);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t referral_due(const struct referral *r, bool team_absent)
{
    int64_t due = INT64_MAX;
    if (!referral_is_open(r))
        return due;
    if (r->offer.attempt)
        due = team_absent ? INT64_MIN : r->offer.expires_ms;
    if (referral_is_reminded(r)) {
        due = earlier(due, r->remind_ms);
        if (r->look_again_ms)
            due = earlier(due, r->look_again_ms);
    } else if (r->state == CASE_TAKEN) {
        due = earlier(due, r->lease_ms);
    } else if (referral_is_with_team(r)) {
        due = earlier(due, r->lapses_ms ? r->lapses_ms : r->lease_ms);
        if (referral_seeks_in_vain(r) && r->look_again_ms)
            due = earlier(due, r->look_again_ms);
    }
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        const struct clock *clock = &r->clocks[kind];
        if (!clock_runs(clock) || clock->breached)
            continue;
        due = earlier(due, clock->due_ms + 1); /* the limit itself is still in time */
        if (clock->warn_ms && !clock->warned)
            due = earlier(due, clock->warn_ms);
    }
    return earlier(due, beside_due(r));
}

uint16_t referral_times_asked(const struct referral *r, uint16_t team)
{
    for (int i = 0; i < r->asked_count; i++)
        if (r->asked[i].team == team)
            return r->asked[i].times;
    return 0;
}

bool referral_asked_this_round(const struct referral *r, uint16_t team)
{
    for (int i = 0; i < r->asked_count; i++)
        if (r->asked[i].team == team)
            return r->asked[i].round == r->round;
    return false;
}

/* --- what an event does ----------------------------------------------------------------------------- */

/* The rest of the row is zeros, because its bytes are compared. */
static void start_clock(struct clock *clock, const struct clock_change *change)
{
    *clock =
        (struct clock){.started_ms = change->at_ms, .due_ms = change->due_ms, .warn_ms = change->warn_ms};
    size_t size = strlen(change->standard);
    assert(size < sizeof clock->standard);
    memcpy(clock->standard, change->standard, size);
}

static void change_clocks(struct referral *r, const struct event *event)
{
    for (int i = 0; i < event->clock_count; i++) {
        const struct clock_change *change = &event->clocks[i];
        struct clock *clock = &r->clocks[change->clock];
        if (change->what == CLOCK_STARTED)
            start_clock(clock, change);
        else if (change->what == CLOCK_STOPPED)
            clock->stopped_ms = change->at_ms;
        else
            *clock = (struct clock){0};
    }
}

const char *referral_check(const struct referral *r)
{
    bool with_team = referral_is_with_team(r);
    if ((r->state == CASE_OFFERED) != (r->offer.attempt && !r->offer.handover))
        return "an offer is live without the case being offered, or the other way round";
    if (r->seeking && !with_team && referral_is_open(r))
        return "a team is sought beside the one that has the case, and none has it";
    if (r->offer.handover && !with_team)
        return "a team hands over a case that it does not hold";
    if (with_team != (r->team != SLOT_NONE) && referral_is_open(r))
        return "a case is with a team and no team is named, or the other way round";
    if ((r->state == CASE_MISSING) != (r->missing_ms != 0) && referral_is_open(r))
        return "a person is missing without the case being so, or the other way round";
    return NULL;
}

bool referral_apply(struct referral *r, const struct event *event)
{
    const struct event_traits *traits = &event_traits[event->kind];
    assert(traits->of_a_case);
    enum case_state next = state_after(r, event, traits);
    if (next == CASE_NONE)
        return false;
    struct owner before = r->owner;
    if (traits->change_case)
        traits->change_case(r, event);
    change_clocks(r, event);
    r->state = (uint8_t)next;
    r->last_seq = event->seq;
    r->owner = referral_owner(r);
    if (before.kind != r->owner.kind || before.slot != r->owner.slot)
        r->owned_since_ms = event->at_ms;
    assert(!referral_check(r));
    return true;
}
