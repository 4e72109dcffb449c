/* story.h: tells a trail what happened, event by event, as the broker would have. For tests.
 *
 * Everything in a story is invented. Times are minutes after STORY_START_MS; a referral is known by its
 * number.
 */
#ifndef CONCORDAT_STORY_H
#define CONCORDAT_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/event.pb-c.h"
#include "services/audit/trail.h"

#define STORY_START_MS INT64_C(1790000000000) /* 2026-09-21T14:13:20Z */
#define STORY_MIN_MS   INT64_C(60000)

enum { STORY_EVENTS_MAX = 131072, STORY_REFERRALS_MAX = 10240 };

/* An event as it stands in the ledger. */
struct story_event {
    uint8_t *body; /* owned by the story */
    size_t size;
    uint8_t chain[CHAIN_BYTES];
    uint8_t reduced[CHAIN_BYTES]; /* the digest of its reduced form */
};

struct story {
    char folder[64];
    char path[96];       /* of trail.db */
    struct trail *trail; /* NULL: events are only kept in `events` */
    const char *actor;   /* of the events that come; NULL: none */
    int64_t now_ms;
    int64_t told_late_min; /* how late contacts and entries of a detention are told */
    size_t count;
    struct story_event events[STORY_EVENTS_MAX];
    bool drill[STORY_REFERRALS_MAX];
    int64_t received_ms[STORY_REFERRALS_MAX];
    int64_t arrived_ms[STORY_REFERRALS_MAX]; /* at the place of safety, if they are detained */
    /* As they now stand: */
    Concordat__V1__State state[STORY_REFERRALS_MAX];
    Concordat__V1__Owner owner[STORY_REFERRALS_MAX];
    char owner_id[STORY_REFERRALS_MAX][40];
    bool detained[STORY_REFERRALS_MAX]; /* the clock of section 136 runs */
    bool unseen[STORY_REFERRALS_MAX];   /* the response clock runs */
};

/* The facts about a person when they are referred. */
struct story_person {
    Concordat__V1__Source source;
    Concordat__V1__Urgency urgency;   /* as recorded */
    Concordat__V1__Urgency routed_as; /* unspecified: as recorded */
    int age;                          /* -1: not known */
    int age_by_birth;                 /* which contradicts the stated age and is the younger; 0: none does */
    bool guessed_adult_looks_under_18;
    bool drill;
    int64_t decided_min; /* minutes after the start; with decided */
    Concordat__V1__Basis decided;
    Concordat__V1__PlaceOfSafety place;
    Concordat__V1__Transport transport;
    int64_t arrived_min;                            /* at the place of safety; with place */
    Concordat__V1__PointOfContact point_of_contact; /* of liaison and diversion, as the next two */
    Concordat__V1__Answered screened, consents;
    Concordat__V1__Answered self_harm;        /* of an emergency department, as the next two */
    int64_t department_min, psychosocial_min; /* arrived there, and was assessed; with assessed */
    Concordat__V1__Answered assessed;         /* by liaison and diversion too */
    Concordat__V1__EthnicityStatedBy stated_by;
    int64_t rang_min; /* so long ago somebody rang, and a coordinator enters it now; 0: nobody rang */
    const char *ethnic_category, *gender; /* codes; NULL: H, and 2; "": nobody said */
};

/* Opens a story with a trail in a new temporary folder; closing removes the folder. */
void story_open(struct story *story);
void story_close(struct story *story);
/* Closes the trail and leaves its file, for tests that read or change it. */
void story_close_trail(struct story *story);

void story_at(struct story *story, double minutes);
/* Makes the next events say another owner of a referral than would be right. */
void story_own(struct story *story, uint32_t number, Concordat__V1__OwnerKind kind, const char *id,
               double act_by_min);

/* Stamps, packs, chains and appends an event that the caller has filled in. */
void story_tell(struct story *story, uint32_t number, Concordat__V1__Event *event);

void story_policy(struct story *story);
void story_receive(struct story *story, uint32_t number, struct story_person person);
void story_offer(struct story *story, uint32_t number, uint32_t attempt, const char *team);
void story_end_offer(struct story *story, uint32_t number, uint32_t attempt, const char *team,
                     Concordat__V1__OfferEnd end, Concordat__V1__DeclineReason reason);
void story_accept(struct story *story, uint32_t number, uint32_t attempt, const char *team,
                  const char *previous);
void story_told(struct story *story, uint32_t number, Concordat__V1__State state);
/* A contact now, or `told_late_min` ago. */
void story_contact(struct story *story, uint32_t number, const char *team, bool face_to_face);
void story_hold(struct story *story, uint32_t number, Concordat__V1__HoldReason reason);
void story_take(struct story *story, uint32_t number);
void story_finish(struct story *story, uint32_t number, Concordat__V1__Outcome outcome);
void story_withdraw(struct story *story, uint32_t number);
/* The coordinator "neighbour" covers northmoor for so long; 0: no longer. */
void story_cover(struct story *story, double minutes, Concordat__V1__CoverReason reason);

/* `by` and `second` erase a case for a mistake; p117 sets a hold for an inquest, or lifts it. */
void story_erase(struct story *story, uint32_t number, const char *by, const char *second);
void story_breach(struct story *story, uint32_t number, Concordat__V1__Clock clock);
/* The urgency is changed, by which the response clock gets another limit. */
void story_urgency(struct story *story, uint32_t number, struct story_person person,
                   Concordat__V1__Urgency becomes);
/* An entry in the history of a detention under section 136, whose hours count from the person's arrival: an
 * arrival then, or something else now, or `told_late_min` ago. child: somebody under 18 is at a police
 * station. */
void story_detention(struct story *story, uint32_t number, Concordat__V1__DetentionStep step,
                     Concordat__V1__PlaceOfSafety place, bool child);
void story_set_hold(struct story *story, uint32_t number, bool on);

/* A short history with a bit of everything: several sources, a decline, an expiry, a handover, a hold, a
 * drill. */
void story_of_a_day(struct story *story);

/* One value of the trail as text ("" for NULL), asked for by SQL; valid until the next call. */
const char *story_ask(struct story *story, const char *sql);

#endif
