/* case_tale.h: what a story is told from: the events of one case in their order, and how they are told.
 * Shared by the files case_*.c alone. */
#ifndef CONCORDAT_CASE_TALE_H
#define CONCORDAT_CASE_TALE_H

#include "concordat/v1/event.pb-c.h"
#include "proto/wire/wire.h"
#include "services/audit/case_story.h"
#include "services/desk/event_words.h"
#include "services/desk/time_words.h"

/* An event of the case. */
struct tale_event {
    int64_t seq, at_ms;          /* as the trail has it */
    Concordat__V1__Event *event; /* owned; in the form of the profile; NULL: it cannot be read */
};

struct tale {
    sqlite3 *database; /* of a report on the case: its grounds are laid */
    const json_t *face;
    enum case_story_profile profile;
    struct sheet *sheet;
    struct tale_event *events; /* owned */
    size_t count;
    bool is_reduced;                    /* the trail has no times of day */
    int64_t received_ms, as_at_ms;      /* of the case, and of the trail */
    Concordat__V1__Directory directory; /* owned: what teams and coordinators are called */
    struct event_names names;           /* for the fields of the events */
};

/* Reads the case. False if the trail cannot be read, or there is no memory. */
bool tale_open(struct tale *tale);
void tale_close(struct tale *tale);
/* The case's events as they stand in the trail, or in their reduced form. NULL: as above. */
json_t *tale_events(const struct tale *tale);

/* An instant of the trail: "15:13", with the day if it is another one's than that of now_ms; "+12 min" if the
 * trail has no times of day. */
void tale_time(const struct tale *tale, int64_t at_ms, int64_t now_ms, char out[TIME_WORDS_BYTES]);
/* The same with the whole date: "15:13 on Monday 21 September 2026". */
enum { TALE_WHEN_BYTES = 2 * TIME_WORDS_BYTES };
void tale_when(const struct tale *tale, int64_t at_ms, char out[TALE_WHEN_BYTES]);

/* The parts of the story. Each adds to the sheet; false as above. */
bool tale_tell_events(const struct tale *tale);
bool tale_tell_opening(const struct tale *tale);
bool tale_tell_summary(const struct tale *tale);
bool tale_tell_clocks(const struct tale *tale);
bool tale_tell_holders(const struct tale *tale); /* how long each had it, in a sentence */
/* Gives what it says as JSON too: stretches in milliseconds after the receipt. */
bool tale_tell_custody(const struct tale *tale, json_t *custody);

#endif
