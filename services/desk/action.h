/* action.h: what a person can do about a case, as named values that become the protocol's requests.
 *
 * One table has a row for each action: who may do it, what must be given, how that is checked, and the words
 * for it. A command line, a typed line and a form set values by their names. Nothing here knows a server: an
 * action names its case as a person does until action_bind gives it the case's id and the attempt of its
 * offer (resolve.h).
 *
 * An action is the caller's, and one thread at a time may use it. If a value cannot be read the call returns
 * false, and `fault` tells the person why. Times are given as people say them (proto/words/spoken_time.h);
 * counts of minutes are whole.
 */
#ifndef CONCORDAT_DESK_ACTION_H
#define CONCORDAT_DESK_ACTION_H

#include <stdbool.h>

#include "proto/wire/person_id.h"
#include "proto/wire/wire.h"
#include "proto/words/words.h"

enum { ACTION_TEXT_BYTES = 512, ACTION_FAULT_BYTES = 400, ACTION_HELP_BYTES = 1024, ACTION_FIELDS_MAX = 20 };
enum { ACTION_REFERENCE_BYTES = 33 }; /* proto/wire/check_rules.c; a person's id is shorter */

enum action_value {
    ACTION_NOTHING, /* behind the last field of an action */
    ACTION_CASE,    /* a spoken number such as R-0412, or a referral's id */
    ACTION_COUNT,   /* a whole number */
    ACTION_ATTEMPT, /* the number of an offer of the case; the live one if it is not given */
    ACTION_CODE,    /* a word for a value of `codes`, such as "no-capacity" */
    ACTION_TEXT,
    ACTION_TEAM,      /* the id of a team; a page asks by its name */
    ACTION_AREA,      /* likewise */
    ACTION_PERSON,    /* the id of a person in the site's own list, such as p117 */
    ACTION_REFERENCE, /* a code or a number of others, such as RX4 or CAD-0412 */
    ACTION_PROVIDER,  /* the ODS code of an organisation */
    ACTION_TIME,
    ACTION_SPAN, /* such as 45m, 2h or 1h30m; becomes whole minutes */
    ACTION_FLAG  /* it is given or not; its text does not matter */
};

struct action_field {
    const char *name;   /* the value is set by it, such as "minutes" */
    const char *typed;  /* how help calls the value, such as "MINUTES"; NULL: it has none */
    const char *option; /* help, if a command line takes it as --name; NULL if it is a word in its place */
    enum action_value value;
    bool needed;
    bool rest;                            /* a text of all the words that are typed from its place on */
    size_t at;                            /* offset in struct action of what it sets */
    const ProtobufCEnumDescriptor *codes; /* of ACTION_CODE */
    int never_typed;    /* of ACTION_CODE: the one that programs alone say; 0: there is none */
    int typed_from;     /* of ACTION_CODE: those below are said otherwise */
    uint32_t max;       /* of ACTION_COUNT, ACTION_ATTEMPT and ACTION_SPAN */
    unsigned of_steps;  /* a bit for each value of the field "step" that it goes with; 0: with all */
    unsigned needed_at; /* the same for those that need it */
};

struct action;

struct action_kind {
    const char *name;
    unsigned who;          /* a bit for each role: 1 << CONCORDAT__V1__ROLE__... */
    const char *arguments; /* as words typed in their order: "CASE MINUTES" */
    const char *title;     /* a few words, for a list */
    const char *summary;   /* one line */
    const char *help;      /* anything else to know; "" for nothing */
    const char *examples;  /* lines as they are typed, one below the other */
    bool is_final;         /* nobody can undo it: a person is asked once more, unless they `confirmed` it */
    bool needs_person;     /* Request.person must say who does it */
    Concordat__V1__Request__CommandCase command;
    /* Checks the values against each other and sets what goes without saying. Returns in words what is wrong,
     * or NULL. The function may be NULL too. */
    const char *(*check)(struct action *action);
    struct action_field fields[ACTION_FIELDS_MAX + 1];
};

struct action {
    const struct action_kind *kind; /* borrowed */
    int64_t now_ms;                 /* UTC; the caller's, for times without a date */
    unsigned given;                 /* a bit for each field that was set */
    char case_text[UUID_TEXT_BYTES];
    bool case_is_id;
    uint8_t id[WIRE_ID_BYTES];
    char text[ACTION_TEXT_BYTES];      /* a reason, a note, a name: the request points here */
    const struct action_field *faulty; /* the field at fault, of which `fault` then goes on; or NULL */
    char fault[ACTION_FAULT_BYTES];    /* "is a whole number from 0 to 1440"; or a whole sentence */
    char ids[ACTION_FIELDS_MAX][ACTION_REFERENCE_BYTES]; /* by field: the request points here */
    Concordat__V1__Instant occurred;
    union {
        Concordat__V1__Accept accept;
        Concordat__V1__Seen seen;
        Concordat__V1__Decline decline;
        Concordat__V1__CheckIn check_in;
        Concordat__V1__Close close;
        Concordat__V1__SawClosing saw_closing;
        Concordat__V1__Handover handover;
        Concordat__V1__GiveBack give_back;
        Concordat__V1__Reopen reopen;
        Concordat__V1__RecordPassedOn passed_on;
        Concordat__V1__CancelHandover cancel_handover;
        Concordat__V1__Take take;
        Concordat__V1__Assign assign;
        Concordat__V1__Withdraw withdraw;
        Concordat__V1__GetStatus get_status;
        Concordat__V1__GetRecord get_record;
        Concordat__V1__SetCapacity set_capacity;
        Concordat__V1__Cover cover;
        Concordat__V1__Erase erase;
        Concordat__V1__SetHold set_hold;
        Concordat__V1__Acknowledge acknowledge;
        Concordat__V1__Mute mute;
        Concordat__V1__RecordDetention detention;
        Concordat__V1__RecordWish record_wish;
        Concordat__V1__SawChanges saw_changes;
        Concordat__V1__SendMessage send_message;
        Concordat__V1__OnShift on_shift;
        Concordat__V1__ShiftHandover shift_handover;
        Concordat__V1__GetHandover get_handover;
        Concordat__V1__TriedToReach tried;
        Concordat__V1__ReportMissing missing;
        Concordat__V1__ReportFound found;
        Concordat__V1__AskBeside ask;
        Concordat__V1__AnswerBeside answer;
    } body;
    bool ends;    /* a cover, now; a proposal of a handover */
    bool on, off; /* a hold is set, or lifted */
    bool confirmed;
    uint32_t event; /* the number of a signature's event, as it was typed */
    /* The flags that were given about a detention, and the grounds that they make. */
    bool at_door, responsible_doctor, assessed_at_station, risk, no_other_place, health_professional;
    Concordat__V1__StationGround grounds[3];
    Concordat__V1__Request request; /* to be sent once the action is bound */
};

/* The table; the last row has no name. */
extern const struct action_kind action_kinds[];
/* A row of the table, or NULL. */
const struct action_kind *action_find(const char *name);
/* True if the action is one of that role. The server decides by itself who may do it. */
bool action_is_for(const struct action_kind *kind, Concordat__V1__Role role);
/* True if it is about a case. */
bool action_names_case(const struct action_kind *kind);
/* True if it answers an offer, so that it needs the offer's attempt. */
bool action_answers_offer(const struct action_kind *kind);
/* The codes that can be given, and anything else to know. */
void action_help(const struct action_kind *kind, char out[ACTION_HELP_BYTES]);

/* Begins an action without values. It must stay in place until its request has been sent. */
void action_start(struct action *action, const struct action_kind *kind);
/* Sets a value; a later one for the same name takes its place. An empty text is a value: do not set what was
 * not given. The text is not kept. */
bool action_set(struct action *action, const char *name, const char *text);
/* To be called when all values are set: false if something is missing or values do not go together. */
bool action_check(struct action *action);
/* The field "step" of an action that has steps, each with fields of its own; NULL: it has none. */
const struct action_field *action_steps(const struct action_kind *kind);
/* The step that was set; 0: none. */
int action_step(const struct action *action);
/* True if an action of this step needs the field. */
bool action_needs(const struct action_field *field, int step);
/* True if the field goes with this step. */
bool action_takes(const struct action_field *field, int step);

/* True if the attempt of the case's live offer must be found out. */
bool action_needs_attempt(const struct action *action);
/* Completes the request. The attempt is taken only if it is needed. */
void action_bind(struct action *action, const uint8_t id[WIRE_ID_BYTES], uint32_t attempt);

/* True if it says that changes and messages were seen, so that it needs their numbers. */
bool action_needs_changes(const struct action *action);
/* Sets those numbers, before action_bind: 0 if none is waiting. */
void action_bind_changes(struct action *action, uint64_t changed_seq, uint64_t messages_seq);
/* The number of the latest message of a case that waits for the one who reads it; 0: none does. */
uint64_t action_messages_seq(const Concordat__V1__CaseStatus *status);

/* A code as it is typed, such as "no-capacity"; empty for the zero value. */
void action_typed_word(const ProtobufCEnumDescriptor *codes, int value, char out[WORDS_MAX]);
/* Whether a person can say it as the value of this field, of ACTION_CODE. */
bool action_code_is_typed(const struct action_field *field, int code);

#endif
