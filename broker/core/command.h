/* command.h: what can be asked of the core.
 *
 * Commands come from people and services, already authenticated and allowed for their role; from the
 * broker itself (policy, presence running out, refusals to record); and from time. Strings and `opaque`
 * are borrowed for the decision.
 */
#ifndef CONCORDAT_CORE_COMMAND_H
#define CONCORDAT_CORE_COMMAND_H

#include "broker/core/event.h"
#include "broker/core/policy.h"

enum command_kind {
    COMMAND_SUBMIT,
    COMMAND_UPDATE,
    COMMAND_WITHDRAW,
    COMMAND_TOLD,
    COMMAND_SAW_CHANGES,
    COMMAND_SEEN,
    COMMAND_ACCEPT,
    COMMAND_DECLINE,
    COMMAND_CHECK_IN,
    COMMAND_CLOSE,
    COMMAND_SAW_CLOSING,
    COMMAND_HANDOVER,
    COMMAND_GIVE_BACK,
    COMMAND_REOPEN,
    COMMAND_RECORD_PASSED_ON,
    COMMAND_CANCEL_HANDOVER,
    COMMAND_TAKE,
    COMMAND_ASSIGN,
    COMMAND_READ_RECORD,
    COMMAND_COVER,
    COMMAND_ERASE,
    COMMAND_SET_HOLD,
    COMMAND_RECORD_DETENTION,
    COMMAND_ACKNOWLEDGE,
    COMMAND_MUTE,
    COMMAND_REPORT_MISSING,
    COMMAND_REPORT_FOUND,
    COMMAND_ASK_BESIDE,
    COMMAND_ANSWER_BESIDE,
    COMMAND_TRIED,
    COMMAND_PRESENCE,
    COMMAND_CAPACITY,
    COMMAND_LOAD_POLICY,
    COMMAND_RECORD_REFUSAL,
    COMMAND_RECORD_START,
    COMMAND_RECORD_ALTERATION,
    COMMAND_BEGIN_SNAPSHOT,
    COMMAND_KEEP_SNAPSHOT,
    COMMAND_CORRECT_CLOCK,
    COMMAND_RECORD_WISH,
    COMMAND_SEND_MESSAGE,
    COMMAND_ON_SHIFT,
    COMMAND_SHIFT_HANDOVER,
    COMMAND_KINDS
};

/* The party that commands; an inspector's commands are the broker's, and see every case. A source is known by
 * the name of its key, a team or a coordinator by its slot. */
enum party { PARTY_BROKER, PARTY_SOURCE, PARTY_TEAM, PARTY_COORDINATOR };

struct command {
    enum command_kind kind;
    bool has_id; /* false: a command of the broker itself */
    uint8_t id[ID_BYTES];
    uint8_t digest[DIGEST_BYTES]; /* of the content: the same id with another digest is a conflict */
    enum party party;
    uint16_t slot;        /* of the team or coordinator that sends it */
    const char *actor;    /* name of the key */
    const char *device;   /* that the key speaks for, by its key's name; NULL or "": none */
    struct person person; /* id NULL or "": not recorded */
    uint8_t referral[ID_BYTES];
    const void *opaque;
    union {
        struct {
            struct facts facts; /* area and routed_as are the core's to fill in */
            struct referral_place at;
            bool drill;
            bool with_confidential;
            uint32_t follows; /* number of the earlier case; 0: none that there is */
            struct telephoned telephoned;
            uint64_t flags; /* flag_bit: every note about the referral but those that the core adds */
            /* An update has here what results of it. Two are its own: whether the date of birth that may have
             * been told is heeded in it, and whether anything differs. */
            bool heeds_birth, with_changes;
        } submit; /* also for update */
        struct {
            enum case_state state;
        } told;
        struct {
            uint64_t of;       /* number of the updated */
            uint64_t messages; /* number of the latest message that was shown */
        } saw_changes;
        struct {
            enum shift_step step;
            const char *from; /* signed: the id of the person who goes */
        } shift;              /* on_shift, shift_handover */
        struct {
            enum case_side to;
            bool has_text;
        } message;
        struct {
            uint32_t attempt;
            bool says_when;      /* accept: expected_ms is said; otherwise it is the team's usual time */
            int64_t expected_ms; /* accept: until arrival; 0: now */
            enum decline_reason reason;
            bool has_note;
            bool by_person; /* seen */
        } offer;            /* seen, accept, decline */
        struct {
            enum step step;
            int64_t occurred_ms; /* UTC; 0: now */
            enum contact_mechanism mechanism;
            enum attend_status attended;
            bool says_when;      /* travelling: expected_ms is said; otherwise it stays as it was promised */
            int64_t expected_ms; /* until arrival; 0: now */
            int psychosocially_assessed;
        } check_in;
        struct {
            int outcome;
            int psychosocially_assessed;
            const char *note_code;
            enum without_contact without_contact;
            bool has_note;
        } close;
        struct {
            bool keep_open, has_reason;
        } saw_closing;
        struct {
            const char *team; /* id in the directory; "": the team that the ladder finds */
            bool although;    /* although the rules would not send this person to it */
        } move;               /* handover, assign */
        enum wish wish;
        struct {
            bool has_reason;
        } why; /* take, give back, reopen */
        struct {
            struct passed_on to; /* UTC; a provider "" and a time 0 are not said */
            bool has_note;
        } passed_on;
        struct {
            const char *reason;
            struct record_reading as;
        } read;
        struct {
            const char *area;
            int64_t for_ms; /* 0: ends it */
            enum cover_reason reason;
        } cover;
        struct {
            int64_t for_ms; /* 0: ends it */
        } mute;
        struct erasure erasure;
        struct {
            struct hold hold;
            bool on; /* false: it is lifted */
        } set_hold;
        struct {
            struct detention_entry entry;
            bool has_note;
        } detention;
        struct {
            enum contact_mechanism mechanism;
            enum contact_next next;
            int64_t next_in_ms; /* 0: not said */
        } tried;
        struct sighting sighting; /* report missing, report found */
        struct {
            struct beside_noted said; /* request, what, state, asked_of, log_number */
        } beside;                     /* ask, answer */
        struct {
            bool present, lapsed;
        } presence;
        struct {
            uint16_t free_places;
        } capacity;
        struct policy_names policy;
        struct refused refused;
        struct started started;
        struct kept kept;
        struct clock_correction correction;
        struct altered altered;
    } is;
};

#endif
