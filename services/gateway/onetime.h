/* onetime.h: one-time codes of six digits, as common apps make them each 30 seconds (RFC 6238, SHA-1), and
 * the recovery codes for a telephone that is lost. Pure, but for what is drawn; any thread. */
#ifndef CONCORDAT_GATEWAY_ONETIME_H
#define CONCORDAT_GATEWAY_ONETIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ONETIME_SECRET_BYTES = 20,                  /* RFC 4226, 4: as long as the hash */
    ONETIME_SECRET_TEXT_BYTES = 20 * 8 / 5 + 1, /* base32, and NUL */
    ONETIME_STEP_MS = 30 * 1000,
    ONETIME_DIGITS = 6,
    RECOVERY_TEXT_BYTES = 16 + 3 + 1, /* 80 random bits in base32, in fours: abcd-efgh-ijkl-mnop, and NUL */
    RECOVERY_DIGEST_BYTES = 16
};

void onetime_draw_secret(uint8_t secret[ONETIME_SECRET_BYTES]);
void onetime_write_secret(const uint8_t secret[ONETIME_SECRET_BYTES], char out[ONETIME_SECRET_TEXT_BYTES]);
bool onetime_read_secret(const char *text, uint8_t secret[ONETIME_SECRET_BYTES]);

/* Finds the step of a code (a time since 1970 divided by ONETIME_STEP_MS), spaces left out, among the one now
 * (UTC, ms), the one before and the one after: the clock of a telephone may be half a minute wrong. False if
 * it is none of theirs. All three are compared, whichever fits. */
bool onetime_find(const uint8_t secret[ONETIME_SECRET_BYTES], const char *code, int64_t now_ms,
                  int64_t *step);

void recovery_draw(char out[RECOVERY_TEXT_BYTES]);
/* The file keeps a digest of a recovery code, for this person. 80 random bits need no slow hash. Capitals,
 * spaces and hyphens do not count. False if the text has not the shape of a code. */
bool recovery_digest(const char *id, const char *code, uint8_t digest[RECOVERY_DIGEST_BYTES]);

#endif
