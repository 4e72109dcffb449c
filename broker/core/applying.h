/* applying.h: what each kind of event changes; for the table of event_kinds.c and for nobody else.
 *
 * Whether the event can come at all has been decided before (referral_apply, state_apply), and everything
 * that it needs stands in the event.
 */
#ifndef CONCORDAT_CORE_APPLYING_H
#define CONCORDAT_CORE_APPLYING_H

#include "broker/core/event_kinds.h"

/* apply_case.c: of a case, all but its state, owner and clocks. */
event_changes_case apply_received, apply_updated, apply_withdrawn, apply_offered, apply_offer_seen,
    apply_offer_ended, apply_offer_shortened, apply_changes_seen, apply_message_sent;
event_changes_case apply_held, apply_reminded, apply_taken, apply_accepted, apply_checked_in;
event_changes_case apply_lease_warned, apply_lease_lapsed, apply_closed, apply_referrer_told;
event_changes_case apply_closing_asked, apply_kept_open;
event_changes_case apply_went_missing, apply_found, apply_contact_tried, apply_tries_used_up;
event_changes_case apply_clock_breached, apply_clock_warned, apply_alteration_to_case, apply_hold_to_case;
event_changes_case apply_sought, apply_wish_recorded;
event_changes_case apply_passed_over, apply_acknowledged, apply_asked_again, apply_team_silent;
event_changes_case apply_reopened;

/* A hold is set or lifted: of the holds of a case, by hold_bit, and since when it has any. */
void holds_change(uint8_t *holds, int64_t *since_ms, const struct event *event);

/* apply_state.c: of teams, coordinators, covers, names and the clock. */
event_changes_state apply_offered_to_team, apply_accepted_to_team, apply_presence, apply_capacity;
event_changes_state apply_area_covered, apply_record_read, apply_policy, apply_clock_corrected;
event_changes_state apply_alteration, apply_erased, apply_hold, apply_passed_on;
/* shift.c */
event_changes_state apply_shift;

#endif
