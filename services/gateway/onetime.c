/* onetime.c: see onetime.h. */
#include "services/gateway/onetime.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { SHA1_BYTES = 20, RECOVERY_BYTES = 10, RECOVERY_CHARS = 16, CODES_OF_SIX_DIGITS = 1000000 };

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* RFC 4648, 6, for a number of bytes that needs no padding. */
static void base32_write(const uint8_t *bytes, size_t size, char *out)
{
    assert(size % 5 == 0);
    for (size_t bit = 0; bit < size * 8; bit += 5) {
        unsigned pair = (unsigned)bytes[bit / 8] << 8 | (bit / 8 + 1 < size ? bytes[bit / 8 + 1] : 0);
        *out++ = base32[pair >> (11 - bit % 8) & 31];
    }
    *out = '\0';
}

static bool base32_read(const char *text, uint8_t *bytes, size_t size)
{
    memset(bytes, 0, size);
    for (size_t bit = 0; bit < size * 8; bit += 5, text++) {
        const char *found = *text ? strchr(base32, *text) : NULL;
        if (!found)
            return false;
        unsigned pair = (unsigned)(found - base32) << (11 - bit % 8);
        bytes[bit / 8] |= (uint8_t)(pair >> 8);
        if (bit / 8 + 1 < size)
            bytes[bit / 8 + 1] |= (uint8_t)pair;
    }
    return *text == '\0';
}

void onetime_draw_secret(uint8_t secret[ONETIME_SECRET_BYTES])
{
    randombytes_buf(secret, ONETIME_SECRET_BYTES);
}

void onetime_write_secret(const uint8_t secret[ONETIME_SECRET_BYTES], char out[ONETIME_SECRET_TEXT_BYTES])
{
    base32_write(secret, ONETIME_SECRET_BYTES, out);
}

bool onetime_read_secret(const char *text, uint8_t secret[ONETIME_SECRET_BYTES])
{
    return base32_read(text, secret, ONETIME_SECRET_BYTES);
}

static void onetime_code(const uint8_t secret[ONETIME_SECRET_BYTES], int64_t step,
                         char out[ONETIME_DIGITS + 1])
{
    uint8_t counter[8], mac[SHA1_BYTES];
    unsigned size = sizeof mac;
    for (size_t i = 0; i < sizeof counter; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    const void *done = HMAC(EVP_sha1(), secret, ONETIME_SECRET_BYTES, counter, sizeof counter, mac, &size);
    assert(done && size == sizeof mac);
    /* RFC 4226, 5.3 */
    const uint8_t *at = mac + (mac[SHA1_BYTES - 1] & 15);
    uint32_t number = ((uint32_t)at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    snprintf(out, ONETIME_DIGITS + 1, "%06u", (unsigned)(number % CODES_OF_SIX_DIGITS));
    sodium_memzero(mac, sizeof mac);
}

/* Copies a code without spaces and hyphens, in capitals. False if it has not so many characters. */
static bool read_code(const char *text, char *out, size_t chars)
{
    size_t size = 0;
    for (; *text; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (size == chars)
            return false;
        out[size++] = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
    }
    out[size] = '\0';
    return size == chars;
}

bool onetime_find(const uint8_t secret[ONETIME_SECRET_BYTES], const char *code, int64_t now_ms, int64_t *step)
{
    char given[ONETIME_DIGITS + 1], expected[ONETIME_DIGITS + 1];
    bool found = false;
    if (!read_code(code, given, ONETIME_DIGITS))
        return false;
    for (int64_t at = now_ms / ONETIME_STEP_MS - 1; at <= now_ms / ONETIME_STEP_MS + 1; at++) {
        onetime_code(secret, at, expected);
        if (sodium_memcmp(given, expected, ONETIME_DIGITS) == 0) {
            *step = at;
            found = true;
        }
    }
    return found;
}

void recovery_draw(char out[RECOVERY_TEXT_BYTES])
{
    uint8_t bytes[RECOVERY_BYTES];
    char text[RECOVERY_CHARS + 1];
    randombytes_buf(bytes, sizeof bytes);
    base32_write(bytes, sizeof bytes, text);
    snprintf(out, RECOVERY_TEXT_BYTES, "%.4s-%.4s-%.4s-%.4s", text, text + 4, text + 8, text + 12);
    for (char *at = out; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
}

bool recovery_digest(const char *id, const char *code, uint8_t digest[RECOVERY_DIGEST_BYTES])
{
    char text[RECOVERY_CHARS + 1];
    uint8_t bytes[RECOVERY_BYTES], key[crypto_generichash_KEYBYTES] = {0};
    if (!read_code(code, text, RECOVERY_CHARS) || !base32_read(text, bytes, sizeof bytes))
        return false;
    memcpy(key, id, strnlen(id, sizeof key));
    int rc = crypto_generichash(digest, RECOVERY_DIGEST_BYTES, bytes, sizeof bytes, key, sizeof key);
    assert(rc == 0);
    return true;
}
