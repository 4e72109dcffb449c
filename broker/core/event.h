/* event.h: what can happen, as the core sees it.
 *
 * One struct event is one concordat.v1.Event; broker/record turns each into the other. Kinds are the
 * field numbers there; event_kinds.h says what each kind is. Teams, areas, coordinators and origins are
 * slots: small numbers given by the state in order of first appearance, the same at every replay. An event
 * borrows its strings and `opaque`: from the command, the policy and the state when it is decided, from the
 * message when it is read. Times are milliseconds of the ledger's time (state.h); 0 means none. What a sender
 * states of a case (struct facts) is UTC.
 */
#ifndef CONCORDAT_CORE_EVENT_H
#define CONCORDAT_CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "broker/core/codes.h"
#include "broker/core/limits.h"
#include "proto/words/flag_bit.h"

enum event_kind {
    EVENT_RECEIVED = 20,
    EVENT_OFFERED,
    EVENT_OFFER_SEEN,
    EVENT_OFFER_ENDED,
    EVENT_HELD,
    EVENT_REMINDED,
    EVENT_TAKEN,
    EVENT_ACCEPTED,
    EVENT_CHECKED_IN,
    EVENT_LEASE_WARNED,
    EVENT_LEASE_LAPSED,
    EVENT_UPDATED,
    EVENT_CLOSED,
    EVENT_WITHDRAWN,
    EVENT_REFERRER_TOLD,
    EVENT_CLOCK_BREACHED,
    EVENT_RECORD_READ,
    EVENT_ERASED,
    EVENT_HOLD_SET,
    EVENT_HOLD_LIFTED,
    EVENT_PRESENCE_CHANGED = 40,
    EVENT_CAPACITY_CLAIMED,
    EVENT_POLICY_LOADED,
    EVENT_COMMAND_REFUSED,
    EVENT_BROKER_STARTED,
    EVENT_AREA_COVERED,
    EVENT_ALTERATION_FOUND,
    EVENT_SNAPSHOT_BEGUN,
    EVENT_SNAPSHOT_KEPT,
    EVENT_CLOCK_CORRECTED = 49,
    EVENT_DETENTION_NOTED,
    EVENT_CLOCK_WARNED,
    EVENT_CHANGES_SEEN = 53,
    EVENT_OFFER_SHORTENED,
    EVENT_SOUGHT,
    EVENT_WISH_RECORDED,
    EVENT_GIVEN_BACK,
    EVENT_REOPENED,
    EVENT_PASSED_OVER = 61,
    EVENT_ACKNOWLEDGED,
    EVENT_ASKED_AGAIN,
    EVENT_MESSAGE_SENT,
    EVENT_SHIFT_NOTED,
    EVENT_TEAM_SILENT = 66,
    EVENT_BESIDE_NOTED = 67,
    EVENT_BESIDE_CHASED,
    EVENT_WENT_MISSING,
    EVENT_FOUND,
    EVENT_CLOSING_ASKED,
    EVENT_KEPT_OPEN,
    EVENT_CONTACT_TRIED = 73,
    EVENT_TRIES_USED_UP,
    EVENT_PASSED_ON = 78,
    EVENT_KINDS /* one more than the last; not every number below it is a kind */
};

enum {
    SLOT_NONE = 0xffff,
    ID_BYTES = 16,
    DIGEST_BYTES = 16,
    POLICY_DIGEST_BYTES = 32,
    STATE_DIGEST_BYTES = 32
};

/* These two are part of the state's rows, whose bytes are compared and digested: no padding. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

struct owner {
    int64_t act_by_ms;
    enum owner_kind kind;
    uint16_t slot; /* of the team or coordinator; SLOT_NONE if nobody owns it */
    uint16_t unused;
};

/* What routing needs to know about a referral. Everything else about it passes the core by. */
struct facts {
    int64_t decided_ms;
    int64_t place_of_safety_ms; /* arrival there; starts the clock of section 136 */
    int64_t handover_done_ms;   /* the police were free to go */
    int64_t power_used_ms;
    enum source source;
    enum urgency urgency;   /* as recorded; may be none */
    enum urgency routed_as; /* never none */
    enum basis decided_basis, place_of_safety_basis;
    uint16_t area;
    uint16_t needs;
    uint16_t own_team;      /* slot + 1 of the referrer's own team, which is not asked; 0: none */
    uint8_t age;            /* years, or AGE_UNKNOWN */
    uint8_t looks_under_18; /* enum looks_under_18 */
    uint8_t legal_status;   /* enum legal_status */
    uint8_t place;          /* enum place_of_safety */
    uint8_t legal_notes;    /* bits of enum legal_note */
    char language[4];       /* its shortest ISO 639 code; empty for English */
    bool interpreter_needed;
    uint8_t unused[4];
};

#pragma GCC diagnostic pop

/* What an event does to one clock. Decided once (clocks.h), then applied by everybody who reads the event. */
struct clock_change {
    int64_t at_ms;        /* when it started or stopped */
    int64_t due_ms;       /* started: inclusive */
    int64_t warn_ms;      /* started: when everybody concerned is warned; 0: nobody is */
    const char *standard; /* started: id in the policy, at most ID_CHARS_MAX characters */
    enum clock_kind clock;
    enum clock_change_kind what;
    enum basis basis; /* started */
};

/* --- what follows from the facts -------------------------------------------------------------------- */

/* How much is known of the person's age. Somebody who looks under 18 is a child until there is clear evidence
 * (PACE Code C 1.5); if nobody can tell, or nobody said, the person may be either. */
enum person_age { PERSON_OF_KNOWN_AGE, PERSON_A_CHILD, PERSON_AN_ADULT, PERSON_OF_EITHER_AGE };

static inline enum person_age facts_age(const struct facts *facts)
{
    if (facts->age != AGE_UNKNOWN)
        return PERSON_OF_KNOWN_AGE;
    return facts->looks_under_18 == LOOKS_UNDER_18 ? PERSON_A_CHILD
           : facts->looks_under_18 == LOOKS_ADULT  ? PERSON_AN_ADULT
                                                   : PERSON_OF_EITHER_AGE;
}

/* Whether the person is taken for under 18 wherever the law protects children, as at a police station: the
 * age says so or, if it is not known, the person looks so or nobody can tell. */
static inline bool facts_may_be_under_18(const struct facts *facts)
{
    return facts->age < ADULT_YEARS ||
           (facts->age == AGE_UNKNOWN &&
            (facts->looks_under_18 == LOOKS_UNDER_18 || facts->looks_under_18 == LOOKS_CANNOT_TELL));
}

struct considered {
    uint16_t team;
    uint8_t rung;
    uint8_t times_asked;
    enum consideration finding;
    uint32_t load; /* cases that it holds and is asked about */
    uint32_t capacity_age_minutes;
    uint16_t free_places;
    bool capacity_known;
    uint8_t differs; /* what the team is not there for: the bits of match.h */
};

/* The teams that one decision looked at. */
struct consideration_list {
    uint8_t count;
    struct considered items[LADDER_STEPS_MAX];
};

struct name_list {
    uint32_t count;
    const char *const *items;
};

/* What a command of the broker itself and its event have in common. */

struct policy_names {
    const uint8_t *digest; /* POLICY_DIGEST_BYTES of the file */
    struct name_list teams, areas, coordinators;
};

struct refused {
    const char *command;
    enum refusal refusal;
    uint32_t left_out; /* more from the same sender, which were not recorded */
};

struct started {
    const char *version;
    uint64_t replayed;
    const uint8_t *state_digest; /* STATE_DIGEST_BYTES, of the state before this event */
    uint32_t layout;             /* state_layout of the router that says so */
};

/* A snapshot that is whole, and of which state it is. */
struct kept {
    uint64_t of;                 /* number of the event by which it was begun */
    const uint8_t *state_digest; /* STATE_DIGEST_BYTES, of the state as that event left it */
    uint32_t layout;             /* as in struct started */
};

/* How far the ledger's time stands ahead of UTC from then on, and who says so. */
struct clock_correction {
    int64_t ahead_ms;
    bool confirmed; /* by an operator; otherwise the system says that its clock is synchronised */
};

/* A person at work who was at the keyboard. */
struct person {
    const char *id; /* of the site's own list; "": not recorded */
    int role;       /* StaffRole */
};

/* A record is read: by which role, and for whom. */
struct record_reading {
    const char *of;
    int role;                     /* Role */
    enum break_glass break_glass; /* why a coordinator read beyond their areas; none if they did not */
    bool who;                     /* it is not the record that is read, but who had to do with the case */
};

/* The texts of a case are erased. Persons are ids, never names. */
struct erasure {
    const char *by, *second; /* who erase it, and answer for it together; in a command NULL or "": not said */
    enum erase_reason reason;
};

/* A case is kept from being erased. */
struct hold {
    const char *by; /* in a command NULL or "": not said */
    enum hold_on_erasure reason;
};

/* One entry in the history of a detention, as somebody recorded it (detention.h). Persons are ids. */
struct detention_entry {
    int64_t occurred_ms;  /* UTC; 0: not known */
    int64_t extension_ms; /* extended: for how long */
    const char *by;       /* who did it, such as the doctor; "": not recorded */
    const char *second;   /* who approved it, or answers for a correction too; "": nobody */
    enum detention_step step;
    enum basis basis;
    enum legal_status power;
    enum place_of_safety place;
    enum detention_end end;
    int without_amhp; /* WithoutAmhp */
    int extension_reason;
    uint32_t grounds; /* 1 << enum station_ground */
    bool at_door, by_doctor, assessed_at_station;
};

/* An entry, and what follows from it. */
struct detention_noted {
    struct detention_entry entry;
    bool from_referral; /* a referral or an update says it */
    enum detention_state state;
    int64_t started_ms, until_ms, corrected_ms; /* UTC */
    uint64_t found;                             /* flag_bit of each, by this entry */
};

/* A referral that the duty coordinator entered for somebody who rang. */
struct telephoned {
    bool is;
    const char *on_behalf_of; /* name of the key of the source whose case it is; "": not known */
    int64_t rang_ms;          /* the ledger's time; in a command UTC, and 0: now */
};

/* Somebody came on shift at a team or desk, or went, or two people handed over. */
struct shift_noted {
    enum shift_step step;
    uint16_t team, coordinator; /* one of them; the other is SLOT_NONE */
    const char *with;           /* signed: the id of the person who goes; otherwise "" */
    uint32_t left_out;          /* more cases in hand than stand here */
    uint8_t case_count;
    /* Proposed, signed: numbers of the people's open cases, those in hand first, and of the latest event of
     * each. */
    uint32_t cases[SHIFT_CASES_MAX];
    uint64_t case_seqs[SHIFT_CASES_MAX];
    uint64_t signs; /* signed: number of the event by which the person who goes had signed */
};

/* Words of somebody who works on a case for others who do. */
struct message_sent {
    enum case_side from;
    uint16_t sender; /* slot of the team or coordinator; SLOT_NONE: the referrer */
    uint16_t team;   /* to which it is, if to a team; otherwise SLOT_NONE */
    uint8_t to;      /* side_bit of each */
};

/* A request beside the case, and what was said of it (beside.h). */
struct beside_noted {
    enum beside_what what;
    enum beside_state state;
    uint32_t request;     /* in a command 0: not said */
    const char *asked_of; /* ids; "": not recorded */
    const char *log_number;
    uint32_t times;   /* how often it was asked; of beside_chased: how often somebody was reminded */
    int64_t chase_ms; /* 0: nobody is reminded of it */
    bool from_referral;
    uint64_t found; /* flag_bit of each */
};

/* A person was seen last before they were missing, or was found. */
struct sighting {
    int64_t at_ms;          /* UTC; 0: not known */
    int place;              /* KindOfPlace */
    enum found_by found_by; /* FOUND_BY_NOBODY: seen last */
};

/* Another provider has a case that was closed as referred on. */
struct passed_on {
    const char *provider; /* ODS code; "": it has none */
    int64_t received_ms;  /* by that provider; 0: not known */
};

/* Something stored is not what was written. */
struct altered {
    enum alteration what;
    uint64_t of; /* number of the event that it was found at */
};

/* A source changes a case through another of its devices than the one that sent it. */
struct other_device {
    bool is_other;
    const char
        *sent_by; /* the device that sent it; "" if the source's key spoke for itself, NULL if not other */
};

struct event {
    enum event_kind kind;
    uint64_t seq;
    int64_t at_ms;
    int64_t received_ms; /* when its case was received; 0 if it is of none */
    bool has_referral;
    uint8_t referral[ID_BYTES];
    uint32_t number;
    bool drill;
    uint64_t previous; /* number of the case's event before this one; 0: none */
    bool has_command;
    uint8_t command[ID_BYTES];
    uint8_t command_digest[DIGEST_BYTES];
    const char *actor;  /* "" if time did it */
    const char *device; /* that the actor spoke for; "" if none */
    struct person person;
    struct owner owner;    /* of the case from then on */
    enum case_state state; /* of the case from then on; none of an event that is not of a case */
    uint8_t clock_count;
    struct clock_change clocks[CLOCK_COUNT - 1]; /* at most one for each clock */
    const void *opaque;                          /* what the core does not look at; for the record */
    union {
        struct {
            struct facts facts;
            uint64_t flags; /* flag_bit: the broker's own, beside those in the referral */
            bool with_confidential;
            uint32_t follows;             /* of received alone: number of an earlier case; 0: none */
            struct telephoned telephoned; /* of received alone */
            uint16_t coordinator;         /* of the area, as the directory said */
            struct other_device other;    /* of updated alone, and so are the next two */
            bool with_changes;            /* something differs, of which those concerned are told */
            bool alters_who_comes;        /* who has it, or was chosen, would not be asked any more */
        } received;                       /* also for updated */
        struct {
            uint32_t attempt;
            uint16_t team;
            int64_t expires_ms;
            uint16_t round;
            bool handover, assigned;
            bool late;       /* the team said yes after its time to answer */
            bool sought;     /* a handover that the ladder seeks: a team that comes, or comes sooner */
            uint8_t differs; /* what the team is not there for: the bits of match.h */
        } offered;           /* also for offer_shortened: its first three */
        struct {
            uint32_t attempt;
            uint16_t team;
            enum offer_end end;
            enum decline_reason reason;
            bool by_person; /* seen: not only delivered to a device */
        } offer;            /* offer_seen, offer_ended */
        struct {
            uint16_t coordinator;
            enum hold_reason reason;
            int64_t remind_ms, look_again_ms;
            uint16_t round;
        } held;
        struct {
            uint16_t coordinator;
            uint32_t times;
            int64_t next_ms;
            uint16_t round;
            uint32_t unheard; /* reminders before it that nobody has acknowledged */
            uint8_t also_count;
            uint16_t also[ESCALATE_MAX]; /* coordinators who are told of the case too, from then on */
        } reminded;
        struct {
            uint16_t coordinator; /* who has heard of it */
            int64_t muted_ms;     /* until when they are not reminded; 0: they are */
            int64_t remind_ms;    /* 0: the case is not held */
        } acknowledged;
        struct {
            uint16_t team;
            int64_t since_ms;
        } silent;
        struct {
            enum worse why;
            int64_t remind_ms; /* 0: the case is not held */
        } asked_again;
        struct {
            uint16_t coordinator;
            uint16_t previous_team; /* that had the case; SLOT_NONE if none had */
            int64_t lease_ms;
        } taken;
        struct {
            uint16_t coordinator, previous;
            int64_t remind_ms; /* 0: the case is not held */
        } passed;
        struct {
            uint32_t attempt;
            uint16_t team, previous_team;
            int64_t expected_arrival_ms, lease_ms;
            enum seeking seeking; /* from then on */
        } accepted;
        struct {
            uint16_t team; /* SLOT_NONE if the coordinator did */
            enum step step;
            int64_t occurred_ms;
            enum basis basis;
            enum contact_mechanism mechanism;
            enum attend_status attended;
            int64_t expected_arrival_ms, lease_ms;
            bool counts_as_seen, before_receipt;
            enum seeking seeking;        /* from then on */
            int psychosocially_assessed; /* Answered */
        } checked_in;
        struct {
            uint16_t team;
            int64_t lapses_ms;
        } lease; /* lease_warned, lease_lapsed, given_back */
        struct {
            int outcome; /* Outcome */
            int psychosocially_assessed;
            const char *by, *note_code;
            enum without_contact without_contact; /* NONE: the person had been met, or it needs no reason */
            int64_t undo_until_ms;                /* 0: it cannot be undone */
        } closed;
        struct closing_asked {
            uint16_t team, coordinator;
            int outcome; /* of an open case: as in closed; of kept_open: none */
            int psychosocially_assessed;
            const char *note_code;
            enum without_contact without_contact;
            int64_t remind_ms;
        } closing; /* closing_asked, kept_open */
        struct {
            struct other_device other;
            int64_t undo_until_ms;
        } withdrawn;
        struct {
            enum case_state undone;       /* closed or withdrawn */
            bool in_hand;                 /* whoever closed it has it again, in the state that it had */
            uint16_t team, previous_team; /* that has it again; that had it and does not; SLOT_NONE */
            uint16_t coordinator;
            int64_t lease_ms, remind_ms; /* the one if it is in hand, the other if not */
        } reopened;
        struct {
            enum case_state state;
            bool counts_as_told;
        } told;
        struct {
            enum clock_kind clock;
            int64_t due_ms;
            const char *standard;
        } breached; /* clock_breached, clock_warned */
        struct detention_noted noted;
        struct {
            enum hold_reason reason; /* why no team can be asked */
            int64_t look_again_ms;
            uint16_t round;
        } sought;
        struct {
            enum wish wish;
            enum seeking seeking; /* from then on */
        } wish;
        struct {
            struct sighting seen;
            uint16_t team; /* that had the case; SLOT_NONE */
            int64_t remind_ms;
        } missing; /* went_missing, found */
        struct {
            uint32_t tries; /* since the person was met last */
            enum contact_mechanism mechanism;
            enum contact_next next;
            int64_t next_ms, lease_ms;
        } tried;                    /* contact_tried, tries_used_up */
        struct beside_noted beside; /* beside_noted, beside_chased */
        struct record_reading read;
        struct erasure erased;
        struct hold hold; /* hold_set, hold_lifted */
        struct {
            uint16_t team, coordinator; /* one of them; the other is SLOT_NONE */
            bool present, lapsed;
            int64_t silent_ms; /* absent: when the coordinators of its cases are told, if it still is then */
        } presence;
        struct {
            uint16_t team;
            uint16_t free_places;
            int64_t good_until_ms;
        } capacity;
        struct policy_names policy;
        struct refused refused;
        struct started started;
        struct kept kept;
        struct clock_correction correction;
        struct altered altered;
        struct {
            uint64_t of;       /* number of the updated; 0: no changes */
            uint64_t messages; /* number of the latest message; 0: no messages */
            enum case_side by;
            uint16_t team; /* SLOT_NONE if it is none */
        } changes_seen;
        struct message_sent message;
        struct passed_on passed_on;
        struct shift_noted shift;
        struct {
            uint16_t coordinator, area;
            enum cover_reason reason;
            int64_t until_ms; /* exclusive; the event's own time if it ends a cover */
        } covered;
    } is;
    struct consideration_list
        considered; /* offered, held, sought; last, so that its unused items need no clearing */
};

/* A sum of instants and durations as an event can hold it: what a sender states may lie at either end. */
static inline int64_t instant_within(int64_t ms)
{
    return ms < 1 ? 1 : ms > INSTANT_MS_MAX ? INSTANT_MS_MAX : ms;
}

static inline uint8_t alteration_bit(enum alteration what)
{
    return (uint8_t)(1u << what);
}

static inline uint8_t side_bit(enum case_side side)
{
    return (uint8_t)(1u << side);
}

static inline uint8_t hold_bit(enum hold_on_erasure reason)
{
    return (uint8_t)(1u << reason);
}

/* An event of a kind with nothing else in it. */
static inline void event_clear(struct event *event, enum event_kind kind)
{
    memset(event, 0, offsetof(struct event, considered.items));
    event->kind = kind;
}

/* The name of the key whose case it is: of a receipt. */
static inline const char *event_origin(const struct event *received)
{
    const struct telephoned *telephoned = &received->is.received.telephoned;
    return telephoned->is && telephoned->on_behalf_of[0] ? telephoned->on_behalf_of : received->actor;
}

/* Whether a contact says that the person was met: MHSDS AttendStatus 5 or 6. Not recorded counts as met,
 * because a team that reports a contact reports that one took place. */
static inline bool attend_status_is_met(enum attend_status status)
{
    return status == ATTEND_NONE || status == ATTEND_ON_TIME || status == ATTEND_LATE_BUT_SEEN;
}

static inline bool event_is_attended_contact(const struct event *check_in)
{
    return check_in->is.checked_in.step == STEP_CONTACT &&
           attend_status_is_met(check_in->is.checked_in.attended);
}

#endif
