/* referral.h: one open case: its state, its live offer, its owner, its clocks; and how events change it.
 *
 *                    +--------------------------------------------------+
 *                    v                                                  |
 *   received ---> HELD <--- ended: declined, expired, absent --- OFFERED
 *                  | |  ------------------- offered ---------------> |
 *        take      | |                                               | accepted
 *      +-----------+ |                                               v
 *      v             |   lease lapsed: nothing heard            ACCEPTED -> TRAVELLING -> ARRIVED
 *    TAKEN --offered-+<------------------------------------------  |            |           |
 *      |                                                           v            v           v
 *      |                                                              IN CONTACT
 *      |  closed with an outcome                                           |
 *      +------------------------------> CLOSED <---------------------------+
 *
 *   CLOSED without contact: the case is HELD first, until the coordinator has seen that the team wants to
 *     close it (HOLD_CLOSING_ASKED). Nothing else closes a HELD case, and nobody is asked meanwhile.
 *   WITHDRAWN by the referrer: from every open state but IN CONTACT and MISSING.
 *   REOPENED: a case that ended by mistake is again what it was (undo.h), or HELD.
 *   TAKEN by the coordinator, and HELD because the team gives the case back: from every state with a team.
 *   MISSING, if nobody knows where the person is: from every open state. The coordinator owns the case until
 *     they are found; then it is HELD, and goes on along the ladder, or as the coordinator chooses if a team
 *     had it.
 *   A handover is an offer made while a team holds the case: the state stays as it is until it is accepted.
 *     The team that holds the case asks for it, or the ladder seeks on (seeking): because a voice is a bridge
 *     until somebody comes, and a promise beyond the standard is one until somebody promises better.
 *
 * The table in referral.c says which event may come in which state, and refuses every other. Between two
 * events of one decision a case is HELD for no time at all: the duty coordinator owns what nobody else does,
 * so that no instant is without an owner. What each kind of event is: event_kinds.h. Which clocks it changes:
 * clocks.h.
 */
#ifndef CONCORDAT_CORE_REFERRAL_H
#define CONCORDAT_CORE_REFERRAL_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/core/event.h"

/* A referral is plain data without pointers or padding: a row of the state's tables. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

struct clock {
    int64_t started_ms; /* 0: has not started */
    int64_t due_ms;     /* inclusive */
    int64_t stopped_ms; /* 0: still runs */
    int64_t warn_ms;    /* 0: nobody is warned */
    bool breached;      /* recorded as such */
    bool warned;
    char standard[ID_CHARS_MAX + 1];
    uint8_t unused[5];
};

/* The person's detention, as it is recorded (detention.h). Instants are UTC; 0: not known, or not yet. */
struct detention {
    int64_t used_ms;
    int64_t started_ms;   /* the first arrival, from which the hours count */
    int64_t until_ms;     /* nobody may be held by it after that */
    int64_t extended_ms;  /* by how much the hours are more */
    int64_t corrected_ms; /* the first arrival, as two people say it was, later than started_ms */
    int64_t at_place_ms;  /* the latest arrival */
    uint64_t found;       /* flag_bit of all that was ever found of it */
    uint32_t done;        /* 1 << enum detention_step of all that was ever recorded */
    uint8_t state;        /* enum detention_state */
    uint8_t power;        /* enum legal_status */
    uint8_t place;        /* enum place_of_safety */
    uint8_t uses;         /* DETENTION_USE_* of the uses of the power that ended, and were no mistake */
};

enum { DETENTION_USE_LAST = 1, DETENTION_USE_BEFORE = 2 };

/* Something that is asked for beside the team that comes (beside.h). */
struct beside {
    int64_t at_ms;    /* since when it stands so; of a row that is not in use: 0 */
    int64_t chase_ms; /* 0: nobody is reminded of it */
    uint8_t request;
    uint8_t what;  /* enum beside_what */
    uint8_t state; /* enum beside_state */
    uint8_t times; /* asked */
    uint16_t reminded;
    char asked_of[BESIDE_ID_CHARS_MAX + 1];
    char log_number[BESIDE_ID_CHARS_MAX + 1];
};

struct live_offer {
    int64_t offered_ms, expires_ms;
    uint32_t attempt; /* 0: no offer is live */
    uint16_t team;
    bool delivered; /* a device of the team has it */
    bool seen;      /* by a person */
    bool handover, assigned, sought;
    uint8_t differs; /* what the team is not there for: the bits of match.h */
    uint8_t unused[4];
};

/* A message that somebody to whom it is has not seen. */
struct waiting_message {
    uint64_t seq; /* of its event; 0: none */
    int64_t at_ms;
    uint16_t sender; /* as in struct message_sent */
    uint16_t team;
    uint8_t from;   /* enum case_side */
    uint8_t unseen; /* side_bit of each who has not seen it */
    uint8_t unused[2];
};

struct asked_team {
    uint16_t team;
    uint16_t times;
    uint16_t round; /* of the ladder, in which it was asked last */
};

struct referral {
    uint8_t id[ID_BYTES];
    uint8_t submit_digest[DIGEST_BYTES];
    struct facts facts;
    int64_t received_ms; /* of one that was telephoned: when they rang */
    int64_t entered_ms;  /* by the duty coordinator, for somebody who rang; 0: its referrer sent it */
    int64_t seen_ms;     /* the earliest contact that counts as seen; 0: none was told */
    uint64_t received_seq;
    uint64_t facts_seq;        /* event that holds the referral as it now stands */
    uint64_t confidential_seq; /* event beside which its confidential part is kept; 0: none */
    uint64_t last_seq;

    struct owner owner;
    int64_t owned_since_ms;

    struct live_offer offer;
    struct asked_team asked[LADDER_STEPS_MAX];

    int64_t expected_arrival_ms;
    int64_t lease_ms;  /* a check-in is due by then */
    int64_t lapses_ms; /* warned: the case is taken back then; 0: not warned */

    int64_t remind_ms;
    int64_t look_again_ms; /* 0: nothing to wait for */
    int64_t muted_ms;      /* until when no coordinator wants to be reminded; 0: it is not muted */

    int64_t next_try_ms;  /* 0: not said */
    int64_t missing_ms;   /* since when the person is missing; 0: they are not */
    int64_t last_seen_ms; /* UTC, while they are missing; 0: not known */

    int64_t on_hold_ms; /* since when it is kept from being erased; 0: it is not */

    struct clock clocks[CLOCK_COUNT];
    struct detention detention;
    struct waiting_message messages[MESSAGES_UNSEEN_MAX]; /* the oldest first, without gaps */

    uint32_t number;
    uint32_t follows;  /* number of the earlier case that it follows; 0: none */
    uint32_t attempts; /* offers made so far */
    uint32_t reminders;
    uint32_t unheard;                /* of the latest reminders: those that nobody has acknowledged */
    uint32_t next_free;              /* if this row is unused: row + 1 of the next unused row; 0: none */
    uint32_t next_offer, prev_offer; /* row + 1 in the list of its team's live offers (offers.h); 0: none */
    uint16_t round;                  /* of the ladder, from 1 */
    uint16_t origin;                 /* slot of the key that submitted it */
    uint16_t team;                   /* that accepted; SLOT_NONE */
    uint16_t last_asked;             /* the team of the latest offer; SLOT_NONE */
    uint16_t coordinator;
    uint16_t taken_from; /* while it is taken: the team that had it before; SLOT_NONE: none had */
    uint16_t had_team;   /* before the person was missing or it asked to close, until another has it */
    uint16_t also[ESCALATE_MAX]; /* coordinators who were told too, because nobody answered */
    char device[ACTOR_CHARS_MAX +
                1]; /* that sent it, behind its origin; a name, so that made-up ones fill no table */
    char taken_by[PERSON_CHARS_MAX + 1]; /* the person who took it; "": not recorded, or not taken */
    char heard_by[PERSON_CHARS_MAX + 1]; /* the person who acknowledged the latest reminder; "": nobody did */
    uint8_t also_count;
    uint8_t state; /* enum case_state */
    uint8_t hold_reason;
    uint8_t outcome;
    uint8_t asked_count;
    bool drill;
    bool contact_made;
    uint8_t told_state;     /* the last state that the referrer is known to have been shown */
    uint8_t altered;        /* what of it was found altered: alteration_bit of each */
    bool by_another_device; /* the source's latest update or withdrawal came from another than `device` */
    uint8_t holds;          /* that keep it from being erased: hold_bit of each */
    uint8_t seeking;        /* enum seeking: another team is sought while one has the case */
    uint8_t differs;        /* what the team that has it is not there for, as its offer said */
    uint8_t declined_as;    /* reasons that are no reason to turn a person away: declined_bit of each */
    bool wants_telephone;   /* as the person said */
    bool changes_unseen;    /* of its facts or texts, by whoever is told of them */
    bool alters_who_comes;  /* by a change, who has it, or was chosen, would not be asked any more */
    bool silent_told;       /* that its team's devices are silent */
    uint8_t beside_count;   /* requests that there were, which is the number of the latest */
    uint8_t last_seen_at;   /* KindOfPlace */
    uint8_t tries;          /* to reach the person, that failed since they were met last */
    uint8_t next_try;       /* enum contact_next */
    bool tries_told;        /* the coordinator was told that they are used up */
    bool area_assumed;      /* the referral names no place of this region */
    /* What the team said that wanted to close it, while HOLD_CLOSING_ASKED: */
    uint8_t closing_outcome;
    uint8_t closing_reason; /* enum without_contact */
    uint8_t closing_assessed;
    char closing_code[CLOSING_CODE_CHARS_MAX + 1];
    uint8_t unused[6];
    struct beside beside[BESIDE_MAX]; /* the last, so that a copy can leave out those not in use (beside.h) */
};

#pragma GCC diagnostic pop

static inline bool referral_is_open(const struct referral *referral)
{
    return (referral->state >= CASE_OFFERED && referral->state <= CASE_IN_CONTACT) ||
           referral->state == CASE_MISSING;
}
/* Whether the coordinator owns the case and is reminded of it. */
static inline bool referral_is_reminded(const struct referral *referral)
{
    return referral->state == CASE_HELD || referral->state == CASE_MISSING;
}
/* Whether a team holds the case: accepted, and not yet closed. */
static inline bool referral_is_with_team(const struct referral *referral)
{
    return referral->state >= CASE_ACCEPTED && referral->state <= CASE_IN_CONTACT;
}

/* Whether a coordinator was told of a case because its own did not answer. */
static inline bool referral_was_escalated_to(const struct referral *referral, uint16_t coordinator)
{
    for (int i = 0; i < referral->also_count; i++)
        if (referral->also[i] == coordinator)
            return true;
    return false;
}
/* Whether somebody has heard of the case as it is, so that nobody need be told again for now. */
static inline bool referral_is_heard(const struct referral *referral, int64_t now_ms)
{
    return referral->heard_by[0] || referral->muted_ms > now_ms;
}

/* How urgent a case is beside others: the less, the more urgent. A drill comes after everybody. */
enum { RANK_FIRST = URGENCY_EMERGENCY, RANK_LAST = 2 * URGENCY_ROUTINE };
static inline int referral_rank(const struct referral *referral)
{
    return (int)referral->facts.routed_as + (referral->drill ? URGENCY_ROUTINE : 0);
}
/* Whether another team is sought and none is asked, while one has the case. */
static inline bool referral_seeks_in_vain(const struct referral *referral)
{
    return referral->seeking && referral_is_with_team(referral) && !referral->offer.attempt;
}
/* Whether its team wants to close a case, and the coordinator has not looked at it yet. */
static inline bool referral_closing_is_asked(const struct referral *referral)
{
    return referral->state == CASE_HELD && referral->hold_reason == HOLD_CLOSING_ASKED;
}
/* Whether a reminder of the case also asks the ladder. */
static inline bool referral_reminder_asks(const struct referral *referral)
{
    return referral->state == CASE_HELD && !referral->contact_made && !referral_closing_is_asked(referral);
}

/* Whether a case waits for a team of the ladder. A person who has been met is the coordinator's to decide on,
 * and so is one who was found, could not be reached or was not let go, until the first reminder; and one
 * whose closing is asked, until the coordinator has looked at it. */
static inline bool referral_waits(const struct referral *referral)
{
    bool is_chosen_for = referral->hold_reason == HOLD_FOUND || referral->hold_reason == HOLD_NOT_REACHED ||
                         referral->hold_reason == HOLD_CLOSING_ASKED ||
                         referral->hold_reason == HOLD_KEPT_OPEN;
    return (referral->state == CASE_HELD && !referral->contact_made && !is_chosen_for) ||
           referral_seeks_in_vain(referral);
}
/* A bit for a reason of declining that is no reason to turn a person away: the coordinator is told of it at
 * once. 0 for any other reason. */
static inline uint8_t declined_bit(enum decline_reason reason)
{
    return reason == DECLINE_AGE_NOT_SERVED ? 1 << 0
           : reason == DECLINE_INTOXICATION ? 1 << 1
           : reason == DECLINE_BEHAVIOUR    ? 1 << 2
                                            : 0;
}
/* Whether the ladder made the live offer of a case that no team has, rather than a coordinator or a team that
 * hands over. */
static inline bool offer_is_of_ladder(const struct live_offer *offer)
{
    return offer->attempt && !offer->assigned && !offer->handover;
}

/* Whether a team has the case, or is asked about it. */
static inline bool referral_concerns_team(const struct referral *referral, uint16_t team)
{
    return (referral_is_with_team(referral) && referral->team == team) ||
           (referral->offer.attempt && referral->offer.team == team);
}
/* Whether a message waits for a party of the case. What a team did not see that is no longer concerned waits
 * for whichever is. */
static inline bool referral_message_waits_for(const struct referral *referral,
                                              const struct waiting_message *message, enum case_side side,
                                              uint16_t team)
{
    return message->unseen & side_bit(side) &&
           (side != SIDE_TEAM || message->team == team || !referral_concerns_team(referral, message->team));
}

/* Applies an event of the case; everything it needs stands in the event. False if the event cannot come in
 * this state, with this offer, or with these clocks: the case is as before. */
bool referral_apply(struct referral *referral, const struct event *event);

/* The owner, who must act next, and by when; follows from the state alone. */
struct owner referral_owner(const struct referral *referral);

/* Tells in words what is wrong between the parts of a case; NULL after every event: nothing. */
const char *referral_check(const struct referral *referral);

/* The next instant at which time itself changes something; INT64_MAX if there is none. `team_absent` tells
 * that the team asked has gone, so that its offer ends at once. */
int64_t referral_due(const struct referral *referral, bool team_absent);

uint16_t referral_times_asked(const struct referral *referral, uint16_t team);
/* Whether the team has been asked in this round of the ladder: once in each round is enough. */
bool referral_asked_this_round(const struct referral *referral, uint16_t team);

#endif
