/* policy.h: the directory and the rules in force: areas, teams, ladders, coordinators, standards, times.
 *
 * A policy is made once (broker/policy reads it from its YAML file and checks it) and never changes; a
 * reload makes another. The core borrows it for one decision. Durations are in milliseconds. All
 * indexes point into the arrays of the same policy. Teams, areas, coordinators, sites
 * and standards are sorted by id, places by key (bytes, as strcmp does), holidays by day.
 */
#ifndef CONCORDAT_CORE_POLICY_H
#define CONCORDAT_CORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/core/codes.h"
#include "broker/core/limits.h"
#include "broker/core/rota.h"

/* Young people between these ages may be seen by a team on either side of its own age limit, if the team says
 * that it is flexible (NHS Long Term Plan: services for 0 to 25 with no hard edge at 18). */
enum { TRANSITION_AGE_FIRST = 16, TRANSITION_AGE_LAST = 25 };

/* Whether a team takes people who are detained and need a place of safety. */
enum policy_detained { DETAINED_NEVER, DETAINED_ALSO, DETAINED_ONLY };

struct policy_team {
    char id[ID_CHARS_MAX + 1];
    char name[NAME_CHARS_MAX + 1];
    char team_type[4];     /* MHSDS ServTeamTypeRefToMH, such as A02 */
    char organisation[11]; /* ODS code */
    char telephone[TELEPHONE_CHARS_MAX + 1];
    uint8_t sources;             /* 1 << enum source: the pathways that it serves */
    uint16_t needs;              /* 1 << enum need: what it has */
    uint8_t age_first, age_last; /* inclusive, in years */
    enum policy_detained detained;
    enum team_offers offers;
    bool flexible_transition;
    bool interpreter; /* reaches an interpreter for any language */
    uint8_t language_count;
    char languages[LANGUAGES_MAX][4]; /* their shortest ISO 639 codes, beside English */
    int64_t expected_arrival_ms;      /* its usual time to reach a person; ranks teams of one rung */
    uint16_t places;                  /* cases that it can hold at a time; 0: not limited by the directory */
    struct rota rota;
};

struct policy_coordinator {
    char id[ID_CHARS_MAX + 1];
    char name[NAME_CHARS_MAX + 1];
    char telephone[TELEPHONE_CHARS_MAX + 1];
};

/* A ladder is flat here: its own teams, then the teams of the ladders that it goes on to, in order. Teams of
 * one rung are equals and are ranked; a lower rung always comes first. */
struct policy_step {
    uint16_t team; /* index in teams */
    uint8_t rung;  /* 1 is the first */
};

struct policy_area {
    char id[ID_CHARS_MAX + 1];
    char name[NAME_CHARS_MAX + 1];
    uint16_t coordinator; /* index in coordinators */
    /* Others who are told of a case that waits if nobody answers, in this order: indexes in coordinators. */
    uint16_t escalate[ESCALATE_MAX];
    uint8_t escalate_count;
    uint8_t step_count;
    struct policy_step steps[LADDER_STEPS_MAX];
};

/* The area that a postcode district or an organisation's code belongs to; sorted by key for a binary search.
 */
struct policy_place {
    char key[11];
    uint16_t area;
    uint16_t own_team; /* of an organisation: index in teams + 1 of the team by which it refers; 0: none */
};

/* A place that refers: a triage car, a custody suite, an emergency department. A referral names it by its id;
 * the names are for the people who keep the file. */
struct policy_site {
    char id[ID_CHARS_MAX + 1];
    char name[NAME_CHARS_MAX + 1];
    char organisation[11]; /* ODS or force code */
    bool has_area;
    uint16_t area;     /* if it has one: index in areas */
    uint16_t own_team; /* index in teams + 1 of the team by which it refers; 0: none */
};

/* One standard: which clock it sets, for which referrals, and how long it allows (inclusive). The reports say
 * whether a standard is statutory, national or local. */
struct policy_standard {
    char id[ID_CHARS_MAX + 1];
    char name[NAME_CHARS_MAX + 1];
    enum clock_kind clock;
    uint8_t sources;   /* 1 << enum source */
    uint8_t urgencies; /* 1 << enum urgency */
    int64_t allowed_ms;
    int64_t warn_ms; /* before its end; 0: nobody is warned */
};

/* Classes of commands, each of which a key has its own quota of (shell/quotas.h). The core asks for none. */
enum quota_class {
    QUOTA_ANSWERS,  /* of people: accept, decline, check-in, close, withdraw, told, take and the like */
    QUOTA_NEW_WORK, /* submissions and updates */
    QUOTA_PRESENCE, /* and capacity */
    QUOTA_RECORDS,
    QUOTA_QUESTIONS, /* status, board, follow, ping */
    QUOTA_HELLOS,
    QUOTA_CLASS_COUNT
};

struct policy_quota {
    uint32_t per_second, burst; /* at least 1 */
};

struct policy {
    uint8_t digest[32]; /* BLAKE2b-256 of the file's bytes */
    char region[NAME_CHARS_MAX + 1];

    uint16_t team_count;
    struct policy_team *teams;
    uint16_t coordinator_count;
    struct policy_coordinator *coordinators;
    uint16_t area_count;
    struct policy_area *areas;
    uint16_t default_area; /* if neither place nor organisation tells */
    uint32_t district_count;
    struct policy_place *districts;
    uint32_t organisation_count;
    struct policy_place *organisations;
    uint16_t site_count;
    struct policy_site *sites; /* none: the directory keeps no list of them, and any id is as good */
    uint16_t standard_count;
    struct policy_standard standards[STANDARDS_MAX];
    struct bank_holidays holidays;

    enum urgency urgency_when_missing;
    int64_t answer_ms[URGENCY_COUNT]; /* how long a team has to answer an offer, by urgency */
    int64_t arrival_grace_ms;         /* after the expected arrival until the lease runs out */
    int64_t contact_lease_ms;         /* from a contact to the next check-in or the outcome */
    int64_t lease_grace_ms;           /* from the warning to the case being taken back */
    int64_t remind_ms;                /* between reminders to the coordinator */
    int64_t acknowledge_ms;           /* until a reminder that nobody acknowledged is followed by the next */
    int64_t silent_after_ms;          /* from a team's absence until the coordinators of its cases are told */
    int64_t undo_within_ms; /* from the end of a case until it can be reopened no more; 0: it never can */
    int64_t coordinator_lease_ms; /* from taking a case in hand until it must move on */
    int64_t capacity_good_ms;     /* a claim older than this counts as unknown */
    uint16_t rounds_max;          /* how often the ladder is gone through before a person must decide */
    uint16_t tries_max;           /* to reach a person, until the coordinator is told that they failed */
    uint32_t retention_days;      /* from the end of a case until its texts may be erased */
    struct policy_quota quotas[QUOTA_CLASS_COUNT];
};

/* Look-ups; each returns an index, or -1 if there is none. */
int policy_find_team(const struct policy *policy, const char *id);
int policy_find_area(const struct policy *policy, const char *id);
int policy_find_coordinator(const struct policy *policy, const char *id);

/* Whether a referral names a site that is none of those that the directory lists. */
bool policy_site_is_unknown(const struct policy *policy, const char *id);

/* What a referral says of its place; each may be NULL or "". */
struct referral_place {
    const char *district, *site, *organisation;
};

/* The area for a referral: by postcode district, else by the site, if that has one, else by organisation,
 * else the default. *assumed: the district did not tell. Never fails: an unknown place is no reason to
 * refuse. */
uint16_t policy_area_for(const struct policy *policy, const struct referral_place *at, bool *assumed);

/* The referrer's own team, which the ladder does not ask: by the site, else by the organisation, whose code a
 * referral has in capitals. An index in
 * teams; -1 if the policy names none. */
int policy_own_team(const struct policy *policy, const struct referral_place *at);

#endif
