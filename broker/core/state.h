/* state.h: everything the broker knows, rebuilt from events alone.
 *
 * state_apply is the only way to change it. All tables are plain rows without pointers, so that the same
 * events give the same bytes: state_visit walks them, for a digest or a snapshot. One thread owns a state.
 * state_check.h says whether all of it adds up.
 */
#ifndef CONCORDAT_CORE_STATE_H
#define CONCORDAT_CORE_STATE_H

#include "broker/core/agenda.h"
#include "broker/core/event.h"
#include "broker/core/index.h"
#include "broker/core/referral.h"

/* Rows without pointers or padding. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

struct team_load {
    uint32_t live_offers;
    uint32_t cases; /* that it holds */
};

/* A person who is at work at a team or desk. */
struct on_shift {
    int64_t since_ms;
    int64_t proposed_ms;   /* since when they hand over; 0: they do not */
    uint64_t proposed_seq; /* of the event by which they signed that; 0: they did not */
    char person[PERSON_CHARS_MAX + 1];
    uint8_t role; /* StaffRole */
    uint8_t unused[2];
};

/* The latest handover there that both signed; all zeros: there was none. */
struct handed_over {
    uint64_t seq, signs; /* of the event of the person who came, and of the one who went */
    char from[PERSON_CHARS_MAX + 1], to[PERSON_CHARS_MAX + 1];
    uint8_t unused[6];
};

/* A drill has places of its own, so that none takes a person's. */
struct team {
    int64_t claimed_ms, claim_good_until_ms;
    int64_t absent_ms; /* since when nobody is there; 0: somebody is, or nobody ever was */
    int64_t silent_ms; /* when the coordinators of its cases are told of it */
    uint64_t last_offered_seq;
    struct team_load people, drills;
    struct on_shift shift[ON_SHIFT_MAX]; /* without gaps */
    struct handed_over handed;
    uint32_t first_offer; /* row + 1: its live offers as a list (offers.h); 0: none */
    uint16_t free_places; /* as claimed */
    uint16_t taken_since; /* people accepted since the claim */
    char id[ID_CHARS_MAX + 1];
    bool present;
    bool capacity_known; /* has ever been claimed */
    uint8_t unused[5];
};

/* An area. */
struct name {
    char id[ACTOR_CHARS_MAX + 1];
};

/* The key name of an intake that submitted. */
struct origin {
    char id[ACTOR_CHARS_MAX + 1];
    uint32_t offers; /* of its cases that are live and made by the ladder */
};

/* A record that a coordinator read beyond their areas (glass.h). */
struct glass_read {
    uint64_t seq; /* of the event; 0: none */
    int64_t at_ms;
    uint8_t referral[ID_BYTES];
    uint8_t reason; /* enum break_glass */
    uint8_t unused[7];
};

struct coordinator {
    char id[ACTOR_CHARS_MAX + 1];
    struct glass_read reads[BREAK_GLASS_MAX]; /* the latest, the newest first */
    struct on_shift shift[ON_SHIFT_MAX];      /* without gaps */
    struct handed_over handed;
    bool present; /* by a board that is watched */
    uint8_t unused[7];
};

/* An ended case: kept for ever, and enough to answer a late or repeated command. One that was erased has no
 * confidential part any more. */
struct ended_case {
    uint8_t id[ID_BYTES];
    uint8_t submit_digest[DIGEST_BYTES];
    int64_t received_ms, ended_ms;
    int64_t erased_ms;                       /* 0: it has not been */
    int64_t on_hold_ms, entered_ms, seen_ms; /* as in struct referral */
    int64_t provider_received_ms;            /* passed on: 0: it is not known when */
    uint64_t received_seq, facts_seq, confidential_seq, last_seq;
    uint32_t number;
    uint32_t attempts;
    uint32_t follows; /* as in struct referral */
    uint32_t undo;    /* row + 1 of what it was before it ended (undo.h), if that row is its own still; 0 */
    uint16_t origin, area, team, coordinator;
    uint8_t state, outcome, source, urgency;
    bool drill, by_another_device;
    uint8_t altered, holds;                /* as in struct referral */
    char provider[PROVIDER_CHARS_MAX + 1]; /* that it was passed on to; "": one without a code */
    bool is_passed_on;
    uint8_t unused[4];
};

/* What a case was before the event that ended it. All zeros: it was reopened, or erased. */
struct undoable {
    struct referral was;
    int64_t until_ms; /* it can be reopened until then, inclusive */
};

/* Until when a coordinator covers an area of another's (cover.h). A cover that has ended keeps its row, which
 * the next one by the same coordinator takes: there are no more rows than coordinators times areas. */
struct cover {
    int64_t until_ms; /* exclusive */
    struct cover_key {
        uint16_t coordinator, area;
    } key;
    uint8_t reason;
    uint8_t unused[3];
};

/* A command that was carried out, so that a repeat gets the same answer. */
struct remembered {
    uint8_t id[ID_BYTES];
    uint8_t digest[DIGEST_BYTES];
    uint64_t seq; /* its first event */
};

struct counters {
    uint64_t seq;     /* of the last event */
    int64_t at_ms;    /* of the last event; time never goes back before it */
    int64_t ahead_ms; /* how far the ledger's time stands ahead of UTC: state_utc */
    uint32_t number;  /* the last spoken number that was given out */
    uint32_t drill_number;
    uint32_t free_row;               /* row + 1 of the first unused referral row; 0: none */
    uint32_t open_count;             /* cases that are open */
    uint32_t held_count;             /* of these, the held ones */
    uint32_t oldest_remembered;      /* the row at which the ring of remembered commands begins */
    uint32_t oldest_undoable;        /* the same of the cases that can be reopened */
    uint32_t waiting[RANK_LAST + 1]; /* cases that wait for a team, by rank */
    uint8_t altered;                 /* what is of no case and was found altered: alteration_bit */
    uint8_t unused[7];
    uint8_t policy_digest[POLICY_DIGEST_BYTES]; /* of the policy loaded last */
};

#pragma GCC diagnostic pop

struct state {
    struct counters counters;
    struct table teams, areas, coordinators, origins;
    struct table referrals, ended, remembered, covers, undoable;
    struct index team_by_id, area_by_id, coordinator_by_id, origin_by_id;
    struct index referral_by_id, ended_by_id, remembered_by_id, cover_by_key;
    struct agenda agenda;
    bool rematch_due; /* the caller is about to look at held cases in order (decide_again): others wait */
};

/* The seed spreads the indexes; it changes nothing that can be observed. NULL if memory is short. */
struct state *state_new(uint64_t seed);
void state_destroy(struct state **state);

/* Makes room for the events of one decision and `names` new names. False if memory is short: nothing changed.
 */
bool state_reserve(struct state *state, uint32_t names);

/* Applies the next event. Room must have been reserved. False if the event cannot follow on this state,
 * because the ledger contradicts itself: do not use the state any further. */
bool state_apply(struct state *state, const struct event *event);

/* Calls visit for each stretch of memory that makes up the state, in a fixed order. */
typedef void state_visitor(void *context, const void *bytes, size_t size);
void state_visit(const struct state *state, state_visitor *visit, void *context);

/* The same for the memory that serves only to find rows, which a copy of the state can do without. */
void state_visit_indexes(const struct state *state, state_visitor *visit, void *context);

/* The stretches of state_visit as parts to load: how many there are. Part 0 is the counters. */
enum { STATE_PARTS = 10 };
extern const uint32_t
    state_layout; /* another value when rows have another shape: an older snapshot is then not read */
/* Makes a state from parts written by state_visit. NULL if they do not fit or memory is short. */
struct state *state_from_parts(uint64_t seed, const void *const parts[STATE_PARTS],
                               const size_t sizes[STATE_PARTS]);

const struct referral *state_referral(const struct state *state, const uint8_t *id);
const struct ended_case *state_ended(const struct state *state, const uint8_t *id);
/* A case, open or ended: one of the two is set, or neither if there is no such case. */
struct any_case {
    const struct referral *open;
    const struct ended_case *ended;
};
struct any_case state_case(const struct state *state, const uint8_t *id);
/* Whether a case is a team's to see: the team has it or is asked to take it; after its end, the team had it.
 */
bool state_case_is_of_team(struct any_case of, uint16_t team);
/* By the number that people say: an open case before an ended one, and of these the latest. Walks all cases.
 */
struct any_case state_case_by_number(const struct state *state, uint32_t number, bool drill);
const struct remembered *state_remembered(const struct state *state, const uint8_t *command_id);
const struct team *state_team(const struct state *state, uint16_t slot);
const struct coordinator *state_coordinator(const struct state *state, uint16_t slot);
/* "" for SLOT_NONE. */
const char *state_team_id(const struct state *state, uint16_t slot);
const char *state_area_id(const struct state *state, uint16_t slot);
const char *state_coordinator_id(const struct state *state, uint16_t slot);
const char *state_origin_id(const struct state *state, uint16_t slot);
/* How many offers the ladder has made for the cases of an origin, and nobody has answered. */
uint32_t state_origin_offers(const struct state *state, uint16_t slot);

static inline const struct team_load *team_load(const struct team *team, bool drill)
{
    return drill ? &team->drills : &team->people;
}

/* Slots by id; SLOT_NONE if the id has never been seen. */
uint16_t state_team_slot(const struct state *state, const char *id);
/* Reads what state_team_id writes, so that "" is SLOT_NONE. False if the team has never been seen. */
bool state_team_or_none(const struct state *state, const char *id, uint16_t *slot);
uint16_t state_area_slot(const struct state *state, const char *id);
uint16_t state_coordinator_slot(const struct state *state, const char *id);
uint16_t state_origin_slot(const struct state *state, const char *name);

/* The ledger's time labels events and measures deadlines: it never goes back and never leaps. It is UTC until
 * an event EVENT_CLOCK_CORRECTED says how far it stands ahead of it. Whoever reads UTC (opening hours, what a
 * sender states, what people are shown) goes through these two; 0, which means none, stays 0. */
static inline int64_t state_utc(const struct state *state, int64_t at_ms)
{
    return at_ms ? at_ms - state->counters.ahead_ms : 0;
}
static inline int64_t state_time_of_utc(const struct state *state, int64_t utc_ms)
{
    return utc_ms ? instant_within(utc_ms + state->counters.ahead_ms) : 0;
}
/* Whether this has been found altered before: of a case, or if `id` is NULL of none. */
bool state_knows_altered(const struct state *state, const uint8_t *id, enum alteration what);

/* For walking all rows: a row is in use if its state is not CASE_NONE. */
static inline uint32_t state_referral_rows(const struct state *state)
{
    return state->referrals.count;
}
static inline const struct referral *state_referral_row(const struct state *state, uint32_t row)
{
    return table_row(&state->referrals, row);
}

/* For walking all ended cases: the rows from 0 on. One that was erased has erased_ms. */
static inline uint32_t state_ended_rows(const struct state *state)
{
    return state->ended.count;
}
static inline const struct ended_case *state_ended_row(const struct state *state, uint32_t row)
{
    return table_row(&state->ended, row);
}

/* When time must next be looked at, for all cases and for one open case. INT64_MIN: at once; INT64_MAX:
 * never. */
int64_t state_due(const struct state *state);
int64_t state_case_due(const struct state *state, const struct referral *referral);
/* When the coordinator of a case is told that the devices of its team are silent; INT64_MAX: they are not, or
 * it has been told. */
int64_t state_silent_due(const struct state *state, const struct referral *referral);

#endif
