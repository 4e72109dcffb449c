/* case_story.c: see case_story.h. */
#include "services/audit/case_story.h"

#include <string.h>

#include "services/audit/case_tale.h"
#include "services/audit/report_face.h"

static const char *const profile_names[] = {
    [CASE_STORY_NO_IDENTIFIERS] = "no-identifiers", [CASE_STORY_STANDARD] = "standard"};

bool case_story_read_profile(const char *text, enum case_story_profile *profile)
{
    for (size_t i = 0; i < sizeof profile_names / sizeof *profile_names; i++)
        if (strcmp(profile_names[i], text) == 0) {
            *profile = (enum case_story_profile)i;
            return true;
        }
    return false;
}

struct story_asking {
    const struct case_story_question *question;
    struct case_story *story;
};

/* The face of the report, without what only a report has, and with what only a story has. */
static json_t *make_about(const struct tale *tale, json_t *custody)
{
    static const char *const not_here[] = {"report", "about",        "tables",       "verdicts",
                                           "notes",  "unsuppressed", "schemaVersion"};
    json_t *about = json_copy((json_t *)(uintptr_t)tale->face);
    char from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];
    int64_t last_ms = tale->count ? tale->events[tale->count - 1].at_ms : tale->received_ms;
    words_time(tale->received_ms, from);
    words_time(last_ms, to);
    for (size_t i = 0; i < sizeof not_here / sizeof *not_here; i++)
        json_object_del(about, not_here[i]);
    if (about && json_object_set_new(about, "profile", json_string(profile_names[tale->profile])) == 0 &&
        json_object_set_new(about, "firstEventAt", json_string(from)) == 0 &&
        json_object_set_new(about, "lastEventAt", json_string(to)) == 0 &&
        json_object_set_new(about, "eventsOfTheCase", json_integer((json_int_t)tale->count)) == 0 &&
        json_object_set(about, "custody", custody) == 0)
        return about;
    json_decref(about);
    return NULL;
}

static bool tell_parts(struct tale *tale, struct case_story *story)
{
    json_t *custody = json_array();
    bool good = custody && tale_tell_opening(tale) && tale_tell_summary(tale) && tale_tell_events(tale) &&
                tale_tell_custody(tale, custody) && tale_tell_clocks(tale);
    if (good) {
        story->events = tale_events(tale);
        story->about = make_about(tale, custody);
    }
    json_decref(custody);
    return good && story->events && story->about && !story->sheet.incomplete;
}

static bool tell_open_trail(void *context, sqlite3 *database, json_t *face)
{
    const struct story_asking *asking = context;
    struct tale tale = {.database = database,
                        .face = face,
                        .profile = asking->question->profile,
                        .sheet = &asking->story->sheet};
    const json_t *verified = asking->question->verified;
    asking->story->is_altered = json_is_true(json_object_get(face, "altered"));
    static const char *const of_then[] = {"verified", "alarms", "altered"};
    for (size_t i = 0; verified && i < sizeof of_then / sizeof *of_then; i++)
        json_object_set(face, of_then[i], json_object_get(verified, of_then[i]));
    bool good = tale_open(&tale) && tell_parts(&tale, asking->story);
    tale_close(&tale);
    return good;
}

int case_story_tell(const char *trail_path, const struct case_story_question *question,
                    struct case_story *story, char *message, size_t message_size)
{
    const struct report_question report = {
        .name = "case", .number = question->number, .as_at_event = question->as_at_event};
    struct story_asking asking = {question, story};
    int result = report_read(trail_path, &report, tell_open_trail, &asking, message, message_size);
    return result == REPORT_DONE ? report_face_result(story->about) : result;
}

void case_story_close(struct case_story *story)
{
    sheet_close(&story->sheet);
    json_decref(story->events);
    json_decref(story->about);
    *story = (struct case_story){0};
}
