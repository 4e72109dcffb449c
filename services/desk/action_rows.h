/* action_rows.h: how a row of the table of actions is written: whom it is for, its command, and its fields.
 * Only for action_kinds.c.
 */
#ifndef CONCORDAT_ACTION_ROWS_H
#define CONCORDAT_ACTION_ROWS_H

#include <stddef.h>

#include "services/desk/action_checks.h"

enum {
    COVER_MINUTES_MAX = 12 * 60,
    MINUTES_MAX = 24 * 60,
    PLACES_MAX = 1000,
    MUTE_MINUTES_MAX = 60,
    ATTEMPT_MAX = 1000000
};

#define REFERRER    (1u << CONCORDAT__V1__ROLE__ROLE_REFERRER)
#define TEAM        (1u << CONCORDAT__V1__ROLE__ROLE_TEAM)
#define COORDINATOR (1u << CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
#define INSPECTOR   (1u << CONCORDAT__V1__ROLE__ROLE_INSPECTOR)
#define EVERYONE    (REFERRER | TEAM | COORDINATOR | INSPECTOR)

#define COMMAND(name) .command = CONCORDAT__V1__REQUEST__COMMAND_##name
#define AT(path)      .at = offsetof(struct action, body.path)
#define STEP(name)    .of_steps = 1u << CONCORDAT__V1__STEP__STEP_##name
#define STEPS(set)    .of_steps = (set)
#define NEEDED(set)   .needed_at = (set)
#define ONE(name)     (1u << CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name)
/* Steps of a detention that have a place, or somebody who did it. */
#define ARRIVALS (ONE(ARRIVED) | ONE(KEPT) | ONE(ENTERED))
#define OF_A_PLACE                                                                                           \
    (ARRIVALS | ONE(USED) | ONE(GOING) | ONE(TRANSFER_ASKED) | ONE(TRANSFER_AGREED) | ONE(TRANSFER_REFUSED))
#define DONE_BY_ONE (ONE(EXAMINED) | ONE(INTERVIEWED) | ONE(HEALTH_CHECKED) | ONE(REVIEWED) | DONE_BY_TWO)
#define DONE_BY_TWO (ONE(EXTENDED) | ONE(STATION_AUTHORISED) | ONE(CORRECTED) | ONE(ENDED))

#define CASE(body)                                                                                           \
    {                                                                                                        \
        "case", "CASE", .value = ACTION_CASE, AT(body.referral), .needed = true                              \
    }
#define COUNT(path, most) .value = ACTION_COUNT, AT(path), .max = (most)
#define CODE(path, enum)  .value = ACTION_CODE, AT(path), .codes = &concordat__v1__##enum##__descriptor
#define TEXT(path)        .value = ACTION_TEXT, AT(path)
#define PERSON(path)      .value = ACTION_PERSON, AT(path)
#define FLAG(member)      .value = ACTION_FLAG, .at = offsetof(struct action, member)
#define REFERENCE(path)   .value = ACTION_REFERENCE, AT(path)

#define ATTEMPT(body)                                                                                        \
    {                                                                                                        \
        "attempt", "N", "The offer's attempt; without it the live offer is answered",                        \
            .value = ACTION_ATTEMPT, AT(body.attempt), .max = ATTEMPT_MAX                                    \
    }
#define ALTHOUGH(body)                                                                                       \
    {                                                                                                        \
        "although", NULL, "Although the rules would not send this person to it", .value = ACTION_FLAG,       \
                                                                                 AT(body.although)           \
    }
#define ASSESSED(body)                                                                                       \
    "assessed", "YES|NO", "Whether a psychosocial assessment was done",                                      \
        CODE(body.psychosocially_assessed, answered)

#endif
