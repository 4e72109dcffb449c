/* event_kinds.c: the table of what each kind of event is. */
#include "broker/core/event_kinds.h"

#include <assert.h>
#include <stddef.h>

#include "broker/core/applying.h"
#include "broker/core/beside.h"
#include "broker/core/detention.h"

static enum case_happening happening_of_offer(const struct event *event)
{
    return event->is.offered.handover ? HAPPENING_OFFERED_HANDOVER : HAPPENING_OFFERED;
}

static enum case_happening happening_of_check_in(const struct event *event)
{
    if (event->is.checked_in.step == STEP_TRAVELLING)
        return HAPPENING_TRAVELLING;
    if (event->is.checked_in.step == STEP_ARRIVED)
        return HAPPENING_ARRIVED;
    return event_is_attended_contact(event) ? HAPPENING_CONTACT_ATTENDED : HAPPENING_CONTACT_MISSED;
}

/* It is again what it was, or the coordinator has it. */
static enum case_happening happening_of_reopening(const struct event *event)
{
    return event->is.reopened.in_hand ? HAPPENING_NOTED : HAPPENING_REOPENED;
}

static bool always_gives_hope(const struct event *event)
{
    (void)event;
    return true;
}

static bool hope_of_arrival(const struct event *event)
{
    return event->is.presence.present && event->is.presence.team != SLOT_NONE;
}

/* A case that is offered may have become less urgent than one that waits (share.h). */
static bool hope_of_update(const struct event *event)
{
    return event->state == CASE_OFFERED;
}

static bool hope_of_taking(const struct event *event)
{
    return event->is.taken.previous_team != SLOT_NONE;
}

static bool hope_of_turn(const struct event *event)
{
    return event->is.held.reason == HOLD_IN_TURN;
}

#define AT(member) ((uint16_t)offsetof(struct event, is.member))

#define OF_A_CASE .is_kind = true, .of_a_case = true
#define NEWS      OF_A_CASE, .is_news = true

/* clang-format off */
const struct event_traits event_traits[EVENT_KINDS] = {
    [EVENT_RECEIVED] = {NEWS, .happening = HAPPENING_RECEIVED, .change_case = apply_received,
        .area_at = AT(received.facts.area), .coordinator_at = AT(received.coordinator)},
    [EVENT_OFFERED] = {NEWS, .happening_of = happening_of_offer, .offer = OFFER_MADE,
        .change_case = apply_offered, .change_state = apply_offered_to_team, .team_at = AT(offered.team)},
    [EVENT_OFFER_SEEN] = {OF_A_CASE, .happening = HAPPENING_OFFER_SEEN, .offer = OFFER_SEEN,
        .change_case = apply_offer_seen, .team_at = AT(offer.team)},
    [EVENT_OFFER_ENDED] = {NEWS, .happening = HAPPENING_OFFER_ENDED, .offer = OFFER_OVER,
        .change_case = apply_offer_ended, .gives_hope = always_gives_hope, .team_at = AT(offer.team)},
    [EVENT_HELD] = {NEWS, .happening = HAPPENING_HELD, .change_case = apply_held,
        .gives_hope = hope_of_turn, .coordinator_at = AT(held.coordinator)},
    [EVENT_REMINDED] = {NEWS, .happening = HAPPENING_REMINDED, .change_case = apply_reminded,
        .coordinator_at = AT(reminded.coordinator)},
    /* A team that a case is taken from has a place again. */
    [EVENT_TAKEN] = {NEWS, .happening = HAPPENING_TAKEN, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_taken, .gives_hope = hope_of_taking, .coordinator_at = AT(taken.coordinator),
        .former_team_at = AT(taken.previous_team)},
    /* A team that hands over has a place again, and the origin has fewer offers at its team (share.h). */
    [EVENT_ACCEPTED] = {NEWS, .happening = HAPPENING_ACCEPTED, .offer = OFFER_OVER,
        .change_case = apply_accepted, .change_state = apply_accepted_to_team,
        .gives_hope = always_gives_hope, .team_at = AT(accepted.team),
        .former_team_at = AT(accepted.previous_team)},
    [EVENT_CHECKED_IN] = {NEWS, .happening_of = happening_of_check_in, .change_case = apply_checked_in},
    [EVENT_LEASE_WARNED] = {NEWS, .happening = HAPPENING_LEASE_WARNED, .change_case = apply_lease_warned,
        .team_at = AT(lease.team)},
    [EVENT_LEASE_LAPSED] = {NEWS, .happening = HAPPENING_LEASE_LAPSED, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_lease_lapsed, .gives_hope = always_gives_hope, .team_at = AT(lease.team),
        .former_team_at = AT(lease.team)},
    [EVENT_GIVEN_BACK] = {NEWS, .happening = HAPPENING_LEASE_LAPSED, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_lease_lapsed, .gives_hope = always_gives_hope, .team_at = AT(lease.team),
        .former_team_at = AT(lease.team)},
    [EVENT_UPDATED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_updated,
        .gives_hope = hope_of_update,
        .area_at = AT(received.facts.area), .coordinator_at = AT(received.coordinator)},
    [EVENT_CLOSED] = {NEWS, .happening = HAPPENING_CLOSED, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_closed, .gives_hope = always_gives_hope},
    /* The team has a place again. */
    [EVENT_CLOSING_ASKED] = {NEWS, .happening = HAPPENING_LEASE_LAPSED, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_closing_asked, .gives_hope = always_gives_hope,
        .coordinator_at = AT(closing.coordinator), .team_at = AT(closing.team)},
    [EVENT_KEPT_OPEN] = {NEWS, .happening = HAPPENING_HELD, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_kept_open,
        .coordinator_at = AT(closing.coordinator), .team_at = AT(closing.team)},
    [EVENT_WITHDRAWN] = {NEWS, .happening = HAPPENING_WITHDRAWN, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_withdrawn, .gives_hope = always_gives_hope},
    [EVENT_REOPENED] = {NEWS, .happening_of = happening_of_reopening, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_reopened, .coordinator_at = AT(reopened.coordinator),
        .former_team_at = AT(reopened.previous_team)},
    [EVENT_PASSED_ON] = {NEWS, .may_follow_the_end = true, .happening = HAPPENING_NOTED,
        .change_state = apply_passed_on},
    [EVENT_REFERRER_TOLD] = {OF_A_CASE, .may_follow_the_end = true, .happening = HAPPENING_NOTED,
        .change_case = apply_referrer_told},
    [EVENT_CLOCK_BREACHED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_clock_breached},
    [EVENT_CLOCK_WARNED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_clock_warned},
    [EVENT_PASSED_OVER] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_passed_over,
        .coordinator_at = AT(passed.coordinator)},
    [EVENT_ACKNOWLEDGED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_acknowledged},
    [EVENT_TEAM_SILENT] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_team_silent,
        .team_at = AT(silent.team)},
    [EVENT_ASKED_AGAIN] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_asked_again},
    [EVENT_DETENTION_NOTED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = detention_apply},
    [EVENT_BESIDE_NOTED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = beside_apply},
    [EVENT_BESIDE_CHASED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = beside_apply_chased},
    /* A team that had the case has a place again. */
    [EVENT_WENT_MISSING] = {NEWS, .happening = HAPPENING_WENT_MISSING, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_went_missing, .gives_hope = always_gives_hope},
    [EVENT_FOUND] = {NEWS, .happening = HAPPENING_FOUND, .change_case = apply_found},
    [EVENT_CONTACT_TRIED] = {NEWS, .happening = HAPPENING_CONTACT_MISSED, .change_case = apply_contact_tried},
    [EVENT_TRIES_USED_UP] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_tries_used_up},
    [EVENT_RECORD_READ] = {OF_A_CASE, .may_follow_the_end = true, .happening = HAPPENING_NOTED,
        .change_state = apply_record_read},
    [EVENT_ERASED] = {OF_A_CASE, .may_follow_the_end = true, .happening = HAPPENING_ERASED,
        .change_state = apply_erased},
    [EVENT_HOLD_SET] = {OF_A_CASE, .may_follow_the_end = true, .happening = HAPPENING_NOTED,
        .change_case = apply_hold_to_case, .change_state = apply_hold},
    [EVENT_HOLD_LIFTED] = {OF_A_CASE, .may_follow_the_end = true, .happening = HAPPENING_NOTED,
        .change_case = apply_hold_to_case, .change_state = apply_hold},

    [EVENT_SOUGHT] = {NEWS, .happening = HAPPENING_SOUGHT, .offer = OFFER_NOT_ALLOWED,
        .change_case = apply_sought},
    [EVENT_WISH_RECORDED] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_wish_recorded},

    [EVENT_PRESENCE_CHANGED] = {.is_kind = true, .change_state = apply_presence,
        .gives_hope = hope_of_arrival},
    [EVENT_CAPACITY_CLAIMED] = {.is_kind = true, .change_state = apply_capacity,
        .gives_hope = always_gives_hope, .team_at = AT(capacity.team)},
    [EVENT_POLICY_LOADED] = {.is_kind = true, .change_state = apply_policy, .gives_hope = always_gives_hope},
    [EVENT_COMMAND_REFUSED] = {.is_kind = true},
    [EVENT_BROKER_STARTED] = {.is_kind = true},
    [EVENT_AREA_COVERED] = {.is_kind = true, .change_state = apply_area_covered, .area_at = AT(covered.area),
        .coordinator_at = AT(covered.coordinator)},
    [EVENT_ALTERATION_FOUND] = {NEWS, .or_of_none = true, .may_follow_the_end = true,
        .happening = HAPPENING_NOTED, .change_case = apply_alteration_to_case,
        .change_state = apply_alteration},
    [EVENT_SNAPSHOT_BEGUN] = {.is_kind = true},
    [EVENT_SNAPSHOT_KEPT] = {.is_kind = true},
    [EVENT_CHANGES_SEEN] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_changes_seen},
    [EVENT_MESSAGE_SENT] = {NEWS, .happening = HAPPENING_NOTED, .change_case = apply_message_sent},
    [EVENT_SHIFT_NOTED] = {.is_kind = true, .change_state = apply_shift},
    [EVENT_OFFER_SHORTENED] = {NEWS, .happening = HAPPENING_OFFER_SEEN, .offer = OFFER_SEEN,
        .change_case = apply_offer_shortened, .team_at = AT(offered.team)},
    [EVENT_CLOCK_CORRECTED] = {.is_kind = true, .change_state = apply_clock_corrected,
        .gives_hope = always_gives_hope},
};
/* clang-format on */

/* The three parts of the union that are about an offer begin alike, so that the first two fields of any can
 * be read by the name of one. */
static_assert(AT(offer.attempt) == AT(offered.attempt) && AT(offer.attempt) == AT(accepted.attempt) &&
                  AT(offer.team) == AT(offered.team) && AT(offer.team) == AT(accepted.team),
              "offered, offer and accepted begin with the same fields");

static const struct event_traits *traits_of(enum event_kind kind)
{
    assert((unsigned)kind < EVENT_KINDS && event_traits[kind].is_kind);
    return &event_traits[kind];
}

bool event_kind_is_news(enum event_kind kind)
{
    return traits_of(kind)->is_news;
}

bool event_gives_hope(const struct event *event)
{
    event_hopes *gives_hope = traits_of(event->kind)->gives_hope;
    return gives_hope && gives_hope(event);
}

struct event_offer event_offer(const struct event *event)
{
    enum offer_part part = traits_of(event->kind)->offer;
    if (part != OFFER_MADE && part != OFFER_SEEN && part != OFFER_OVER)
        return (struct event_offer){.team = SLOT_NONE};
    struct event_offer offer = {part, event->is.offer.team, event_attempt(event), OFFER_END_NONE};
    if (part == OFFER_OVER)
        offer.end = event->kind == EVENT_ACCEPTED ? OFFER_END_ACCEPTED : event->is.offer.end;
    return offer;
}

static uint16_t slot_at(const struct event *event, uint16_t at)
{
    return at ? *(const uint16_t *)(const void *)((const char *)event + at) : SLOT_NONE;
}

uint16_t event_former_team(const struct event *event)
{
    return slot_at(event, traits_of(event->kind)->former_team_at);
}

uint16_t event_coordinator(const struct event *event)
{
    const struct event_traits *traits = traits_of(event->kind);
    return traits->of_a_case ? slot_at(event, traits->coordinator_at) : SLOT_NONE;
}
