/* story_beside.c: see story_beside.h. */
#include "tests/worlds/story_beside.h"

void story_request(struct story *story, uint32_t number, uint32_t request, Concordat__V1__Beside what,
                   Concordat__V1__BesideState stands, uint32_t times, double minutes)
{
    Concordat__V1__BesideNoted noted = CONCORDAT__V1__BESIDE_NOTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    noted.request = request;
    noted.what = what;
    noted.state = stands;
    noted.times = times;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_BESIDE_NOTED;
    event.beside_noted = &noted;
    story_at(story, minutes);
    story_tell(story, number, &event);
}

void story_remind_of_request(struct story *story, uint32_t number, uint32_t request,
                             Concordat__V1__Beside what, double minutes)
{
    Concordat__V1__BesideChased chased = CONCORDAT__V1__BESIDE_CHASED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    chased.request = request;
    chased.what = what;
    chased.times = 1;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_BESIDE_CHASED;
    event.beside_chased = &chased;
    story_at(story, minutes);
    story_tell(story, number, &event);
}

void story_try(struct story *story, uint32_t number, Concordat__V1__ContactNext next, double minutes)
{
    Concordat__V1__ContactTried tried = CONCORDAT__V1__CONTACT_TRIED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    tried.tries = 1;
    tried.mechanism = CONCORDAT__V1__CONTACT_MECHANISM__CONTACT_MECHANISM_TELEPHONE;
    tried.next = next;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CONTACT_TRIED;
    event.contact_tried = &tried;
    story_at(story, minutes);
    story_tell(story, number, &event);
}

void story_use_up_tries(struct story *story, uint32_t number)
{
    Concordat__V1__TriesUsedUp used_up = CONCORDAT__V1__TRIES_USED_UP__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    used_up.tries = 2;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_TRIES_USED_UP;
    event.tries_used_up = &used_up;
    story_tell(story, number, &event);
}

void story_missing(struct story *story, uint32_t number, double minutes)
{
    Concordat__V1__WentMissing missing = CONCORDAT__V1__WENT_MISSING__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_WENT_MISSING;
    event.went_missing = &missing;
    story_at(story, minutes);
    story_tell(story, number, &event);
}

void story_found(struct story *story, uint32_t number, Concordat__V1__FoundBy by, double minutes)
{
    Concordat__V1__Found found = CONCORDAT__V1__FOUND__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    found.by = by;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_FOUND;
    event.found = &found;
    story_at(story, minutes);
    story_tell(story, number, &event);
}

void story_look(struct story *story, uint32_t number, Concordat__V1__Role role, const char *of,
                Concordat__V1__BreakGlass reason, bool who)
{
    Concordat__V1__RecordRead record_read = CONCORDAT__V1__RECORD_READ__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    record_read.role = role;
    record_read.of = (char *)(intptr_t)of;
    record_read.break_glass = reason;
    record_read.who = who;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_RECORD_READ;
    event.record_read = &record_read;
    story_tell(story, number, &event);
}
