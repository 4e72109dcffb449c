/* detention.h: what is recorded of a person's detention under section 136 or 135(1) of the Mental Health Act
 * 1983: its states, from when its hours count, and until when somebody may be held by it.
 *
 *          used                   arrived, kept, entered
 *   NONE --------> USED ------------------------------------> HELD <-----------------+
 *     |             |                                         |  ^                   |
 *     |             | escaped                 transfer asked  |  | refused           | arrived
 *     |             v             arrived                     v  |                   |
 *     |           AWAY -------------------------> HELD      ASKED ----- agreed ---> AGREED
 *     |             ^                                         |                      |
 *     |             +------------- escaped: from HELD, ASKED, AGREED ----------------+
 *     +--- arrived, kept, entered: HELD at once
 *
 *   ended: from each of them. A power that is used again afterwards opens it again, and the hours count from
 *   the first arrival all the same. If two people say of the only use that nobody was detained, nothing
 * counts from it, and a later use is the first.
 *
 * The table in detention.c says which step may come in which state. Each step is an entry that stands for
 * ever: an arrival at another place, or told anew with another time, is one more entry. The hours count from
 * the first arrival at any place of safety (section 136(2A)), from the decision to keep somebody who is at
 * one already, or from the first entry under a warrant (section 135(3ZA)). Nothing but the end of the
 * detention stops them, and only an extension (section 136B) makes them more. An entry that makes the arrival
 * earlier moves the start; one that makes it later is kept beside it, and moves nothing.
 *
 * The router takes an entry that is outside the law too, because the thing has happened. It sets flags in the
 * entry, which stay with the case, and tells the case's coordinator.
 *
 * All instants in a detention are UTC, as they were stated; the clocks that follow from them are in the
 * ledger's time, as all clocks are (clocks.h).
 */
#ifndef CONCORDAT_CORE_DETENTION_H
#define CONCORDAT_CORE_DETENTION_H

#include "broker/core/referral.h"

/* Whether somebody is detained and no end of that is recorded. Such a case is neither closed nor withdrawn.
 */
bool detention_is_open(const struct referral *referral);

/* Whether a legal status is one of the two that need a place of safety and have the hours. */
static inline bool legal_status_detains(enum legal_status status)
{
    return status == LEGAL_SECTION_136 || status == LEGAL_SECTION_135_1;
}

/* The one question by which routing tells a detained person: whether the law has the person taken to a place
 * of safety. */
static inline bool needs_place_of_safety(const struct facts *facts)
{
    return legal_status_detains((enum legal_status)facts->legal_status);
}

/* Whether a step brings the person to a place of safety, or finds them there. */
bool detention_step_arrives(enum detention_step step);

/* The state after a step; DETENTION_NONE if the step cannot come in this state. */
enum detention_state detention_after(enum detention_state state, enum detention_step step);

/* Fills in what follows from the event's entry (state, start, end, flags). The step must be possible.
 * hours_ms: for how long a place of safety may hold somebody; now_ms: UTC. */
void detention_judge(const struct referral *referral, int64_t hours_ms, struct event *noted);

/* Changes the case as the entry says; for the table of event_kinds.c. */
void detention_apply(struct referral *referral, const struct event *noted);

/* The step to be recorded next; DETENTION_STEP_NONE if nothing is. *by: the clock that says by when, or
 * CLOCK_NONE. */
enum detention_step detention_next(const struct referral *referral, enum clock_kind *by);

#endif
