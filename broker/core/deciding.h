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
    const struct command *command; /* NULL where time decides */
    int64_t now_ms;
    struct decision *decision;
    struct referral r; /* the case as it will be */
};

/* A new event, with everything but its own part filled in. */
struct event *deciding_event(struct deciding *d, enum event_kind kind);
/* Applies the newest event, which must be possible, to the copy, and notes who owns the case then. */
void deciding_done(struct deciding *d, struct event *event);
/* The same where it may not be possible in this state: false then, and the event is taken back. */
bool deciding_try(struct deciding *d, struct event *event);
enum refusal deciding_refuse(struct deciding *d, enum refusal refusal);

/* The next team of the ladder is asked, or the coordinator holds the case. */
void deciding_route(struct deciding *d);
/* Asks a team if one can be asked; false otherwise, with what was found. */
bool deciding_offer_next(struct deciding *d, struct match *match);
/* The same for a case that is held: where none can be asked it stays so, with what was found and when to look
 * again, written down where that is news. */
void deciding_look(struct deciding *d);
void deciding_offer(struct deciding *d, uint16_t team, bool handover, bool assigned,
                    const struct consideration_list *considered);
void deciding_hold(struct deciding *d, enum hold_reason reason, const struct match *match);
/* Ends the live offer, where there is one. */
void deciding_end_offer(struct deciding *d, enum offer_end end, enum decline_reason reason, const char *note);
/* Ends the live offer and says who is next: back to the team that hands over, on along the ladder, or back
 * to the coordinator who had chosen the team. */
void deciding_offer_failed(struct deciding *d, enum offer_end end, enum decline_reason reason,
                           const char *note);

/* One for each kind of command. Each fills the decision or returns why it is refused. */
typedef enum refusal decide_command(struct deciding *d);
decide_command decide_submit, decide_update, decide_withdraw, decide_told;
decide_command decide_seen, decide_accept, decide_decline, decide_check_in, decide_close, decide_handover;
decide_command decide_presence, decide_capacity;
decide_command decide_take, decide_assign, decide_read_record;
decide_command decide_load_policy, decide_record_refusal, decide_record_start;

#endif
