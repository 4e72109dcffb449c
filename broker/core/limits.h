/* limits.h: every bound of the core, with its reason. */
#ifndef CONCORDAT_CORE_LIMITS_H
#define CONCORDAT_CORE_LIMITS_H

#include <stdint.h>

/* In years. The law's childhood ends at 18. */
enum { AGE_UNKNOWN = 255, AGE_MAX = 130, ADULT_YEARS = 18 };

enum {
    ID_CHARS_MAX = 32,        /* ids in the directory: read aloud, typed, printed in columns */
    NAME_CHARS_MAX = 80,      /* names of teams and areas as people know them */
    TELEPHONE_CHARS_MAX = 24, /* E.164 with spaces and an extension */
    TEAMS_MAX = 20000,        /* England has some 300 crisis teams; 10 000 is what the benchmarks ask */
    AREAS_MAX = 4096,
    COORDINATORS_MAX = 1024,
    SITES_MAX = 4096,      /* England has some 170 emergency departments and 200 custody suites */
    LADDER_STEPS_MAX = 64, /* teams asked before a person takes over; each is one row of a decision */
    SHIFTS_MAX = 16,       /* a week's hours of one team */
    LANGUAGES_MAX = 12,    /* that one team speaks */
    STANDARDS_MAX = 32,
    ESCALATE_MAX = 6, /* coordinators who are told one after another if nobody answers; a region has a few */
    ON_SHIFT_MAX = 6, /* people at one team or desk at a time; a crisis team has two to five */
    SHIFT_CASES_MAX = 64, /* named in a handover; a longer list is not read, and the board has all */
    /* Messages about one case that their addressees have not seen; the oldest makes room. More are for the
       telephone. */
    MESSAGES_UNSEEN_MAX = 4,
    BANK_HOLIDAYS_MAX = 256,                /* about thirty years */
    POSTCODE_DISTRICT_CHARS_MAX = 4,        /* the outward code: AA9A */
    EXTENSION_MS_MAX = 12 * 60 * 60 * 1000, /* Mental Health Act 1983 section 136B(2) */
    ESCAPE_MS = 24 * 60 * 60 * 1000,        /* section 138(3) */
    /* One command can cause as many: the receipt of a referral, what it says of a detention, what it needs
     * beside the team, and a place that another case yields for it. */
    DECISION_EVENTS_MAX = 12,
    /* Requests beside one case that are remembered at a time: each kind once, and a second doctor. One that
     * is over gives its row to the next. */
    BESIDE_MAX = 10,
    BESIDE_REQUESTS_MAX = 250,
    BESIDE_ID_CHARS_MAX = 32,   /* proto/wire/check_rules.c: ids */
    TRIES_DEFAULT = 3,          /* to reach the person, before somebody decides what else to do */
    ACTOR_CHARS_MAX = 63,       /* name of a key */
    PROVIDER_CHARS_MAX = 10,    /* an ODS code */
    CLOSING_CODE_CHARS_MAX = 2, /* proto/wire/check_rules.c: two digits */
    PERSON_CHARS_MAX = 12,      /* the id of a person at work (proto/wire/person_id.h) */
    /* A reason for reading a record with fewer letters tells nothing to somebody who asks later why. */
    READ_REASON_LETTERS_MIN = 3,
    /* Records that a coordinator may read beyond their areas in BREAK_GLASS_MS. An emergency is about one
     * person or one family; a coordinator who needs more covers the area. */
    BREAK_GLASS_MAX = 3,
    BREAK_GLASS_MS = 60 * 60 * 1000,
    /* A coordinator who comes on duty still hears of the readings of the shift before. */
    BREAK_GLASS_TOLD_MS = 12 * 60 * 60 * 1000,
    /* 20 years, as the NHS Records Management Code says of mental health records. */
    RETENTION_DAYS_DEFAULT = 7305,
    /* A device's clock may be ahead of the router's; as far as the router's own may leap and be believed. */
    CLOCKS_DIFFER_MINUTES = 2,
    /* A week: a call that was written down during an outage is entered within days. An older one is a slip.
     */
    RANG_AGO_MS_MAX = 7 * 24 * 60 * 60 * 1000,
    /* Ended cases that can be undone, the latest: as many as all England's teams end in a day, and 20 MB. */
    UNDOABLE_MAX = 8192,
    /* Two shifts: most mistakes are noticed by the one that made them, or by the next. */
    UNDO_WITHIN_HOURS_DEFAULT = 24,
    DRILL_RETENTION_DAYS = 30, /* a drill is about nobody; a month is enough to talk it through */
    /* Told apart at one full team: a region has some tens of sources. An offer of one beyond does not yield.
     */
    ORIGINS_AT_A_TEAM_MAX = 64,
    CASES_LOOKED_AT_MAX = 64, /* by one call of decide_again, so that its caller can stop between two */
    /* So that a repeat gets the same answer; the oldest is forgotten first. A sender stops repeating when it
     * is answered: this is a month of all England's commands, and 50 MB. */
    COMMANDS_REMEMBERED_MAX = 1 << 20
};

/* 9999-12-31T23:59:59.999Z: the last instant that a message may state, and so the last that an event may
 * hold. */
#define INSTANT_MS_MAX INT64_C(253402300799999)

/* How far the ledger's time may stand from UTC. Linux takes no wall clock beyond some 300 years from 1970. */
#define CLOCK_AHEAD_MS_MAX (INT64_C(1000) * 366 * 24 * 3600 * 1000)

#endif
