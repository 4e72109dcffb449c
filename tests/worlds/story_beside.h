/* story_beside.h: tells a story (story.h) what was asked for beside the team, of people who could not be
 * reached or were missing, and who looked. For tests.
 *
 * Each is told at that minute after the story's start.
 */
#ifndef CONCORDAT_STORY_BESIDE_H
#define CONCORDAT_STORY_BESIDE_H

#include "tests/worlds/story.h"

void story_request(struct story *story, uint32_t number, uint32_t request, Concordat__V1__Beside what,
                   Concordat__V1__BesideState stands, uint32_t times, double minutes);
void story_remind_of_request(struct story *story, uint32_t number, uint32_t request,
                             Concordat__V1__Beside what, double minutes);
void story_try(struct story *story, uint32_t number, Concordat__V1__ContactNext next, double minutes);
void story_use_up_tries(struct story *story, uint32_t number);
void story_missing(struct story *story, uint32_t number, double minutes);
void story_found(struct story *story, uint32_t number, Concordat__V1__FoundBy by, double minutes);
void story_look(struct story *story, uint32_t number, Concordat__V1__Role role, const char *of,
                Concordat__V1__BreakGlass reason, bool who);

#endif
