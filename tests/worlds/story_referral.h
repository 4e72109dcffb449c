/* story_referral.h: the referral that is said of a person of a story (story.h). For tests. */
#ifndef CONCORDAT_STORY_REFERRAL_H
#define CONCORDAT_STORY_REFERRAL_H

#include "tests/worlds/story.h"

/* A referral and all that it points to; it must not be copied. */
struct story_referral {
    Concordat__V1__Referral referral;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__StreetTriage triage;
    Concordat__V1__LiaisonAndDiversion liaison;
    Concordat__V1__EmergencyDepartment department;
    Concordat__V1__Instant decided, arrived, at_department, assessed;
    Concordat__V1__Need needs[2];
    Concordat__V1__Safeguarding concerns[2];
    Concordat__V1__Flag flags[2]; /* the referral has the first */
};

/* Fills it in, but for the id. */
void story_refer(struct story_referral *said, const struct story_person *person);

#endif
