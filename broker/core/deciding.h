/* deciding.h: one decision in the making; shared by the decide_*.c files and by nobody else.
 *
 * A decision works on a copy of the case: each event is applied to the copy as it is added, so that the next
 * one is decided on what the case will be.
 */
#ifndef CONCORDAT_CORE_DECIDING_H
#define CONCORDAT_CORE_DECIDING_H

#include "broker/core/clocks.h"
#include "broker/core/decide.h"
#include "broker/core/match.h"

struct deciding {
    const struct state *state;
    const struct directory *directory;
    const struct policy *policy;
    const struct command *command; /* NULL if time decides */
    int64_t now_ms;
    bool in_turn; /* the case's turn has come among those that wait (decide_again) */
    struct decision *decision;
    struct referral r; /* the case as it will be */
};

/* Begins a decision at an instant, not before the ledger's time; about which case, deciding_about says. */
void deciding_begin(struct deciding *d, const struct state *state, const struct directory *directory,
                    int64_t now_ms, struct decision *decision);
/* The case that is decided about, as it stands; NULL: none. */
void deciding_about(struct deciding *d, const struct referral *r);
/* A new event, with everything but its own part filled in. */
struct event *deciding_event(struct deciding *d, enum event_kind kind);
/* Applies the newest event to the copy, and writes into the event the owner and the state that follow. The
 * event must be possible. */
void deciding_done(struct deciding *d, struct event *event);
/* Names a case that has ended as what the event is about; nothing follows from it. */
void deciding_name_ended(struct event *event, const struct ended_case *ended);
/* The same for an event that may be impossible in this state: then it is taken back, and false returned. */
bool deciding_try(struct deciding *d, struct event *event);

/* Enters into the history of a detention what the case's facts say of it and said otherwise before
 * (decide_detention.c). */
void deciding_note_facts(struct deciding *d, const struct facts *before);

/* Enters that somebody who is detained is away (decide_detention.c): occurred_ms is UTC, or 0 for now. */
void deciding_note_escape(struct deciding *d, int64_t occurred_ms);
/* Enters into it what the command says (decide_detention.c); *recorded is the entry, if it is not refused. */
enum refusal deciding_record_detention(struct deciding *d, struct detention_entry *recorded);
/* Opens the requests beside the case that its facts ask for and did not ask for before (decide_beside.c). */
void deciding_need_beside(struct deciding *d, const struct facts *before);
/* Opens a request for a welfare check, unless there is one (decide_beside.c). */
void deciding_need_welfare_check(struct deciding *d);
/* Tells the coordinator if as many tries to reach the person as the policy allows have failed
 * (decide_tries.c). */
void deciding_tell_tries(struct deciding *d);
/* Reminds of the requests beside the case of which nothing was heard. */
void deciding_chase_beside(struct deciding *d);

/* Asks the next team of the ladder; if none can be asked, the coordinator holds the case. */
void deciding_route(struct deciding *d);
/* Asks the next team of the ladder for a case that waits: a held one, or one that a team has and another is
 * sought for. If no team can be asked, records why, and when to look again, unless nothing has changed. */
void deciding_look(struct deciding *d);
/* The party that chose the team that is asked: the ladder, for a case that no team has; a coordinator; the
 * team that has the case; or the ladder, while a team has it (deciding_seek). */
enum offer_by { OFFER_BY_LADDER, OFFER_BY_COORDINATOR, OFFER_BY_HOLDER, OFFER_BY_SEEKING };
/* The considered team that is CHOSEN is asked. Returns the event, which the caller may add to. */
struct event *deciding_offer(struct deciding *d, enum offer_by by,
                             const struct consideration_list *considered);
/* A team that a person chose, as the only one considered. Its judgement stands above hours, capacity and who
 * was asked before; but a team that the rules would not send this person to is asked back once
 * (REFUSAL_NOT_A_MATCH). */
enum refusal deciding_choose(const struct deciding *d, uint16_t team, struct consideration_list *considered);
/* What comes after a team has lost the case: the ladder goes on, and if no team can be asked the coordinator
 * holds it, for the reason by which the team lost it. A person who has been met is not sent a second team
 * unasked. */
void deciding_go_on(struct deciding *d, enum hold_reason lost_by);
/* Whether a time that somebody stated, in UTC, is still to come. Clocks of two machines can differ, so a time
 * that is only just to come is not; people state minutes, so whole minutes are compared. */
bool deciding_is_to_come(const struct deciding *d, int64_t utc_ms);
/* Whether the sender is the source, the coordinator, or the team that has the case, or had it before the
 * person went missing or it asked to close. deciding_is_concerned: or the team that is asked. */
bool deciding_has_or_had(const struct deciding *d);
bool deciding_is_concerned(const struct deciding *d);
/* REFUSAL_NONE if the sender holds the case: as its team, or as the coordinator who took it. */
enum refusal deciding_in_hand(const struct deciding *d);
/* Reminds the coordinator of a held case, and as many others of the area's list as reminders were heard by
 * nobody (decide_duty.c). */
void deciding_remind(struct deciding *d);
/* Tells the coordinator of a case that the devices of the team that has it are silent. */
void deciding_tell_silence(struct deciding *d);
/* Has coordinators who have heard of a case told again, because it turned worse. */
void deciding_ask_again(struct deciding *d, enum worse why);
/* Leaves the case with the coordinator on duty. match: what was found, if the ladder was asked; else NULL. */
void deciding_hold(struct deciding *d, enum hold_reason reason, const struct match *match);
/* Ends the live offer, if there is one. */
void deciding_end_offer(struct deciding *d, enum offer_end end, enum decline_reason reason);
/* Ends the live offer. The case then stays with the team that has it, goes on along the ladder, or goes
 * back to the coordinator who had chosen the team. */
void deciding_offer_failed(struct deciding *d, enum offer_end end, enum decline_reason reason);

/* Asks the next team of the ladder to take over a case that a team has, if another is sought (enum seeking);
 * if none can be asked, records why, and when to look again. Does nothing if none is sought, or if one is
 * asked already. */
void deciding_seek(struct deciding *d);
/* The same when it is time to look again, which can begin a new round of the ladder. */
void deciding_seek_in_time(struct deciding *d);

/* decide_undo.c: until when a case that ends now can be reopened; 0: it cannot. */
int64_t deciding_undo_until(const struct deciding *d);

/* decide_seeking.c: whether another team is sought from now on, if this team has the case and expects to be
 * there by then. */
enum seeking deciding_seeking(const struct deciding *d, uint16_t team, int64_t expected_arrival_ms);
/* Ends an offer that the ladder made while a team has the case: nobody else is needed. */
void deciding_end_seeking(struct deciding *d);

#endif
