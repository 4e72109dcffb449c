/* told.h: what a referrer tells about a person, by the referral and its version: so no two cases and no two
 * versions have a text in common, and whoever is shown one can be held to it. Pure. */
#ifndef CONCORDAT_SIMULATION_TOLD_H
#define CONCORDAT_SIMULATION_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

enum { TOLD_NUMBER_BYTES = 32, TOLD_NAME_BYTES = 64, TOLD_NARRATIVE_BYTES = 512 };

struct told {
    char callback_number[TOLD_NUMBER_BYTES], person_name[TOLD_NAME_BYTES], narrative[TOLD_NARRATIVE_BYTES];
};

void told_write(const uint8_t referral[16], int version, struct told *told);
bool told_is(const Concordat__V1__Confidential *confidential, const uint8_t referral[16], int version);
/* Whether something of what any referrer tells can be read in these bytes. */
bool told_shows(const uint8_t *bytes, size_t size);

#endif
