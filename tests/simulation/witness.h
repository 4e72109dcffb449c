/* witness.h: a model of each case, made from the events on the disk by the simulation's own rules.
 *
 * It reads the stored bytes, not the core's structs, so that the core does not check itself. It reports
 * broken promises through the world.
 */
#ifndef CONCORDAT_SIMULATION_WITNESS_H
#define CONCORDAT_SIMULATION_WITNESS_H

#include "broker/core/codes.h"
#include "broker/core/index.h"
#include "broker/core/limits.h"
#include "proto/wire/wire.h"

enum { NAME_BYTES = 64, ALSO_MAX = 6 };

struct seen_event {
    int kind; /* field number in concordat.v1.Event */
    int owner_kind, state;
    int offer_end; /* of an offer that ended */
    char owner[NAME_BYTES];
    uint8_t referral[16], command[16];
    bool has_referral, has_command;
    bool broke_glass;  /* a coordinator read a record beyond their areas */
    bool erased, held; /* as the event leaves its case */
    int64_t at_ms;
};

/* The person, as the referral tells. */
struct seen_person {
    bool age_known, detained; /* detained: by a power that needs a place of safety */
    int age_years, looks_under_18;
    bool needs_nothing_more; /* in English, and without a need that a team has to have */
    int source;
};

struct seen_detention {
    int state, power;
    int64_t started_ms, until_ms; /* UTC */
};

/* Words to others who work on a case. */
struct seen_message {
    uint64_t seq;
    char team[NAME_BYTES]; /* to which it is, if to one */
    uint32_t unseen;       /* 1 << CaseSide of each to whom it is, and who has not seen it */
};

struct seen_clock {
    bool runs, is_breached;
    int64_t due_ms; /* UTC */
};

struct seen_case {
    uint8_t id[16];
    char origin[NAME_BYTES];     /* the key of the source whose case it is; if it is nobody's, as the next */
    char entered_by[NAME_BYTES]; /* the key that sent it */
    char device[NAME_BYTES];     /* behind that key */
    const char *undecided; /* the checker that a team be asked, or the coordinator hold it; NULL: so it is */
    char owner[NAME_BYTES];
    char team[NAME_BYTES]; /* the team that accepted */
    char offer_team[NAME_BYTES];
    int64_t at_ms, act_by_ms; /* when the last event that names an owner happened, by the ledger's time */
    int64_t expires_ms;
    int64_t since_ms; /* when that event was committed, in true time */
    uint64_t asked;   /* the teams that were ever asked, as bits of witness_team */
    char area[NAME_BYTES];
    char coordinator[NAME_BYTES];
    char former_coordinator[NAME_BYTES]; /* who lost it by event former_seq */
    char also[ALSO_MAX][NAME_BYTES];     /* coordinators who were told, because nobody answered */
    size_t also_count;
    uint64_t former_seq;
    uint64_t received_seq, last_seq;
    uint64_t newest_seq; /* of its events, also after its end */
    uint64_t told_seq;   /* the event beside which is what the referrer told last, as this version */
    int told_version;
    uint32_t attempt; /* the newest offer */
    int owner_kind, state;
    int state_before;      /* its end */
    int64_t undo_until_ms; /* as the event of its end says */
    bool offer_live, handover, assigned, late, contact_made, ended;
    bool had_team;      /* a team had it when the person went missing, and no other has accepted since */
    bool left;          /* to the coordinator, who chooses what comes next, until the first reminder */
    bool closing_asked; /* by the team `closes`, and nobody has looked at it or moved it since */
    char closes[NAME_BYTES];
    bool drill, erased;
    uint32_t number;  /* as people say it */
    uint32_t holds;   /* 1 << HoldOnErasure */
    int64_t ended_ms; /* by the ledger's time */
    /* facts.c */
    struct seen_person person;
    struct seen_detention detention;
    struct seen_clock clocks[CLOCK_COUNT];
    char own_team[NAME_BYTES], last_asked[NAME_BYTES];
    uint64_t asked_in_round; /* teams, as `asked` */
    uint32_t round;
    uint64_t changed_seq;                              /* the latest change that nobody has seen; 0: none */
    size_t changes;                                    /* so many fields it lists */
    struct seen_message messages[MESSAGES_UNSEEN_MAX]; /* that somebody has still to see; the oldest first */
    size_t message_count;
    uint32_t unheard; /* reminders that nobody has acknowledged */
    bool is_heard;    /* somebody knows of the case as it is */
    bool is_worse;    /* it has turned worse since, and nobody has been told again */
};

/* A command that somebody sent. */
struct seen_command {
    uint8_t id[16], referral[16];
    int peer, kind;
    uint64_t first_seq, last_seq; /* the numbers of its events */
    uint64_t answered_seq;
    bool done;
    uint32_t attempt; /* of an intake's command the version */
};

struct seen_team {
    char id[NAME_BYTES];
    bool present;
    int64_t claim_good_until_ms; /* what it said of its places */
    uint64_t freed_seq;          /* the latest event by which it has a place more */
};

struct seen_coordinator {
    char id[NAME_BYTES];
    bool present;
};

/* Somebody who is, or was, on shift at a team or at a coordinator's desk. */
struct seen_shift {
    char desk[NAME_BYTES], person[NAME_BYTES];
    bool is_on, is_proposed; /* proposed: that they hand over */
    uint64_t proposed_seq;   /* of the latest event by which they did */
};

/* A coordinator may see another's area for a while. */
struct seen_cover {
    char coordinator[NAME_BYTES], area[NAME_BYTES];
    int64_t until_ms, former_until_ms; /* before event `seq` */
    uint64_t seq;
};

/* The latest records that a coordinator read beyond their areas, the newest first. */
enum { GLASS_AN_HOUR = 3 };
struct seen_glass {
    char coordinator[NAME_BYTES];
    uint8_t referral[16]; /* the newest, as the next */
    uint64_t seq;
    int64_t at_ms[GLASS_AN_HOUR];
};

/* Something of which peers are to be told in its turn (check_told.c); and the peers who were, as bits of
 * their index. */
enum { TOLD_DUE_MAX = 256 };
struct told_due {
    uint8_t referral[16];
    uint64_t seq, told;
    int of; /* a row of its table */
};

struct witness {
    struct table events, cases, commands, teams, coordinators, covers, glass, shifts;
    struct index case_by_id, command_by_id, team_by_id;
    struct arena arena;
    uint64_t acknowledged; /* commands */
    uint64_t batch_seq;    /* the first event of the batch that came to the disk last */
    int64_t before_ms;     /* the ledger's time of the last event before that batch */
    int64_t at_ms;         /* of the last event */
    int64_t ahead_ms;      /* how far the ledger's time stands ahead of UTC, as events say */
    uint32_t open;
    struct told_due due[TOLD_DUE_MAX];
    int due_count;
    /* The policies of the world that were in force after the last event, and when the last batch began. */
    int policy, policy_before;
};

struct world;

void witness_open(struct witness *witness);
void witness_close(struct witness *witness);

/* facts.c: takes from an event what it says of the person, the detention and who has heard, before the rest
 * of it. */
void facts_take(const struct witness *witness, struct seen_case *c, const Concordat__V1__Event *event);

/* check_written.c: whether a message waits for a side of its case; of teams for the one it is to or, if that
 * has the case no longer and is not asked about it, for any. */
bool witness_message_waits(const struct seen_case *c, const struct seen_message *message, int side,
                           const char *team);

/* Takes the next event on the disk. */
void witness_take(struct world *world, uint64_t seq, const uint8_t *body, size_t size);

const struct seen_event *witness_event(const struct witness *witness, uint64_t seq);
struct seen_case *witness_case(const struct witness *witness, const uint8_t *referral);
struct seen_command *witness_command(const struct witness *witness, const uint8_t *command);
struct seen_command *witness_sent(struct witness *witness, const uint8_t *command, int peer, int kind,
                                  const uint8_t *referral, uint32_t attempt);
/* Returns the coordinator's readings beyond their areas, none to begin with; valid until the next event. */
struct seen_glass *witness_glass_of(struct witness *witness, const char *coordinator);
/* Returns a new row for a person at a team or desk; valid until the next. */
struct seen_shift *witness_new_shift(struct witness *witness, const char *desk, const char *person);
/* Returns which of the world's policies has the digest; -1 if none has. */
int witness_policy_of(const struct world *world, const ProtobufCBinaryData *digest);
/* Returns a number for a team, below 64; -1 if the team is unknown. */
int witness_team(const struct witness *witness, const char *team);
struct seen_team *witness_team_row(const struct witness *witness, const char *team);
bool witness_present(const struct witness *witness, const char *team);
/* Whether a coordinator watches the board. */
bool witness_watches(const struct witness *witness, const char *coordinator);
/* Returns whether the coordinator covers the area, or did when the last batch began: an answer may have been
 * decided before the event of its turn that ended the cover. */
bool witness_covers(const struct witness *witness, const char *coordinator, const char *area);

#endif
