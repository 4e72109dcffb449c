/* limits.h: every bound of the shell, with its reason. What a region may choose stands in its policy
 * (core/policy.h). */
#ifndef CONCORDAT_SHELL_LIMITS_H
#define CONCORDAT_SHELL_LIMITS_H

enum {
    FEED_EVENTS_MAX = 500, /* in one Feed, which a follower checks as a whole before it asks for more */
    /* What one turn packs of feeds before others have theirs. To read, pack and encrypt so much takes a few
     * milliseconds, and everybody waits for them. */
    FEED_TURN_BYTES_MAX = 512 * 1024,

    /* A case has some 20 events; one that was offered all night, and read by many, a few hundred. To read one
     * takes some microseconds, and everybody waits for it. */
    HISTORY_EVENTS_MAX = 256,
    HISTORY_TYPED_MAX = 64,
    /* An event has some 300 bytes, and of an offer in a big region a few thousand; as much as a turn packs of
     * feeds, and far less than a message may have. */
    HISTORY_BYTES_MAX = 512 * 1024,
    /* Once one turn has read so many, the records that are left wait for the next. */
    HISTORY_TURN_EVENTS_MAX = HISTORY_EVENTS_MAX,
    RECORDS_WAITING_MAX = 1024,  /* that the next turns pack; what more is asked for is refused */
    RECORDS_FULL_WAIT_MS = 1000, /* they are packed in less */

    QUOTA_KEYS_MAX = 32768,     /* more than TEAMS_MAX and the rest of England's keys; 9 MB */
    QUOTA_SWEEP_MS = 1000,      /* a sweep looks at all of them, so not at each message */
    QUOTA_BYTES_A_TOKEN = 4096, /* of new work: a long narrative is two pages of the ledger more */
    QUOTA_BOARD_COST = 50,      /* a board of a busy region is as much work as so many statuses */
    ROOM_SHORT_BYTES = 2048,    /* who, where, how urgent, and a narrative of two hundred words */
    ROOM_LOOK_EVENTS = 256,     /* some hundred KB: little beside the least room of any disk that is used */
    ROOM_LEAST_SHARE = 4,       /* of the floor: from here on what is left is for what people answer */
    ROOM_BACK_SHARE = 8         /* of the floor, and more must be free before the room counts as greater */
};

#endif
