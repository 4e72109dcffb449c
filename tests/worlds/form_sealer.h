/* form_sealer.h: seals forms as a browser does, for tests of what opens them. */
#ifndef CONCORDAT_TEST_FORM_SEALER_H
#define CONCORDAT_TEST_FORM_SEALER_H

#include "services/intake/form_seal.h"

struct sealed_example {
    Concordat__V1__SubmitSealed form; /* points into the rest */
    uint8_t referral[WIRE_ID_BYTES], key_id[WIRE_ID_BYTES], sender[WIRE_POINT_BYTES];
    uint8_t sealed[WIRE_SEALED_BYTES_MAX];
};

/* Seals a text to an intake's public key, with a sender's key that is the same each time. At most
 * WIRE_SEALED_BYTES_MAX - FORM_TAG_BYTES bytes. */
void form_sealer_seal(struct sealed_example *example, const uint8_t point[WIRE_POINT_BYTES], uint8_t referral,
                      int64_t sealed_ms, const void *text, size_t size);

#endif
