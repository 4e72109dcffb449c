/* rings.h: whom to ring about a referral: the coordinator of its own area, as the router last told it, or
 * else the one that the intake was given.
 *
 * The router alone knows which postcode district lies in which area. An intake learns it from the statuses of
 * its own referrals, and keeps it for outages: a number that the router told is shown with the time at which
 * it did, because it may be another one by then. Times are UTC, in milliseconds. One thread owns it.
 */
#ifndef CONCORDAT_INTAKE_RINGS_H
#define CONCORDAT_INTAKE_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/referral/referral_rules.h"
#include "services/intake/limits.h"

enum {
    RING_NAME_BYTES = 81,
    RING_NUMBER_BYTES = 65,
    RING_AREA_BYTES = 33, /* an id of the policy */
    RINGS_CLOCK_BYTES = 24,
    RING_TEXT_BYTES = RING_NAME_BYTES + RING_NUMBER_BYTES + RINGS_CLOCK_BYTES + 12 /* " (as of )" */
};

/* A name and a number to ring. */
struct ring {
    char name[RING_NAME_BYTES];
    char number[RING_NUMBER_BYTES];
    char text[RING_TEXT_BYTES]; /* both, and as of when they are known */
};

/* Reads a name, then a number: "Duty coordinator 01632 960100". False if the text is not that, or too long.
 */
bool ring_parse(const char *text, struct ring *ring);

struct rings {
    struct ring given; /* by the options of the intake */
    size_t areas;
    struct ring_of_area {
        char area[RING_AREA_BYTES];
        char name[RING_NAME_BYTES], number[RING_NUMBER_BYTES];
        int64_t heard_ms;
    } of_area[RINGS_AREAS_MAX];
    size_t districts;
    struct district_of_area {
        char district[POSTCODE_DISTRICT_BYTES];
        char area[RING_AREA_BYTES];
    } of_district[RINGS_DISTRICTS_MAX];
};

/* Learns from a status that the router told at `heard_ms`, of a referral in that district ("": not known).
 * What was heard later than that stands. */
void rings_learn(struct rings *rings, const char *area, const char *coordinator_name,
                 const char *coordinator_ring, const char *district, int64_t heard_ms);

/* "14:05", with the day if that is another one. */
void rings_clock(int64_t heard_ms, int64_t now_ms, char out[RINGS_CLOCK_BYTES]);
/* Finds the number to ring about a referral: by its area or, if the area is not known (""), by its district.
 */
void rings_find(const struct rings *rings, const char *area, const char *district, int64_t now_ms,
                struct ring *ring);

#endif
