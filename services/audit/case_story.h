/* case_story.h: one case told in plain English from a trail: for a coroner, a complaint, a family.
 *
 * A story is a sheet to be read from top to bottom, and beside it the case's events as they stand in the
 * trail, so that anybody can check the one against the other. The same trail as of the same event gives the
 * same story. Any thread. */
#ifndef CONCORDAT_CASE_STORY_H
#define CONCORDAT_CASE_STORY_H

#include <jansson.h>

#include "services/audit/report.h"
#include "services/desk/sheet.h"

/* How much of the case is told. */
enum case_story_profile {
    CASE_STORY_NO_IDENTIFIERS, /* the reduced form of each event, and the roles of staff */
    CASE_STORY_STANDARD        /* what the trail has: an inspector's has the ids of staff */
};

struct case_story_question {
    const char *number;  /* of the case */
    int64_t as_at_event; /* 0: the newest */
    enum case_story_profile profile;
    const json_t *verified; /* what is said of the trail's being whole, as `about` has it; NULL: what is kept
                             * beside the trail */
};

/* Begins as zeros; ended by case_story_close. */
struct case_story {
    struct sheet sheet;
    json_t *events;  /* an array: each event of the case with its number, bytes and chain value */
    json_t *about;   /* what the story is of: profile, trail, program, custody */
    bool is_altered; /* the trail is not what it was, or did not hold when it was verified, by what is kept
                      * beside it now */
};

/* A result as report_ask gives it, with a message unless it is REPORT_DONE; REPORT_ALTERED: it is told, of a
 * trail that is not what it was. */
int case_story_tell(const char *trail_path, const struct case_story_question *question,
                    struct case_story *story, char *message, size_t message_size);
void case_story_close(struct case_story *story);

/* Reads "no-identifiers" and the like. */
bool case_story_read_profile(const char *text, enum case_story_profile *profile);

#endif
