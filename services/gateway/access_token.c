/* access_token.c: see access_token.h. */
#include "services/gateway/access_token.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/gateway/line_fields.h"

enum { ACCESS_BYTES = 32, ACCESS_VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

#define ACCESS_DAY_MS INT64_C(86400000)

_Static_assert(ACCESS_TOKEN_BYTES ==
                   sizeof ACCESS_TOKEN_WORD - 1 + sodium_base64_ENCODED_LEN(ACCESS_BYTES, ACCESS_VARIANT),
               "a token fits");

void access_token_digest(const char *text, uint8_t digest[ACCESS_DIGEST_BYTES])
{
    int rc = crypto_generichash(digest, ACCESS_DIGEST_BYTES, (const uint8_t *)text, strlen(text), NULL, 0);
    assert(rc == 0);
}

static void name_access_token(struct access_token *token)
{
    char digits[2 * ACCESS_DIGEST_BYTES + 1];
    sodium_bin2hex(digits, sizeof digits, token->digest, ACCESS_DIGEST_BYTES);
    snprintf(token->name, ACCESS_NAME_BYTES, ACCESS_NAME_WORD "%.10s", digits);
}

void access_token_draw(struct access_token *token, const char *person, int64_t now_ms, unsigned days,
                       char text[ACCESS_TOKEN_BYTES])
{
    uint8_t bytes[ACCESS_BYTES];
    assert(person_id_is(person) && days > 0 && days <= ACCESS_DAYS_MAX);
    randombytes_buf(bytes, sizeof bytes);
    strcpy(text, ACCESS_TOKEN_WORD);
    sodium_bin2base64(text + sizeof ACCESS_TOKEN_WORD - 1, ACCESS_TOKEN_BYTES - sizeof ACCESS_TOKEN_WORD + 1,
                      bytes, sizeof bytes, ACCESS_VARIANT);
    sodium_memzero(bytes, sizeof bytes);
    *token = (struct access_token){.made_ms = now_ms, .ends_ms = now_ms + days * ACCESS_DAY_MS};
    strcpy(token->person, person);
    access_token_digest(text, token->digest);
    name_access_token(token);
}

bool access_token_is_name(const char *text)
{
    return strlen(text) == ACCESS_NAME_BYTES - 1 &&
           strncmp(text, ACCESS_NAME_WORD, sizeof ACCESS_NAME_WORD - 1) == 0 &&
           strspn(text + sizeof ACCESS_NAME_WORD - 1, "0123456789abcdef") ==
               ACCESS_NAME_BYTES - sizeof ACCESS_NAME_WORD;
}

bool access_token_has_ended(const struct access_token *token, int64_t now_ms)
{
    return now_ms >= token->ends_ms;
}

/* --- its line ---------------------------------------------------------------------------------------------
 */

static bool read_access_digest(const char *value, void *row)
{
    struct access_token *token = row;
    size_t size;
    const char *end;
    if (sodium_hex2bin(token->digest, sizeof token->digest, value, strlen(value), NULL, &size, &end) != 0 ||
        size != sizeof token->digest || *end)
        return false;
    name_access_token(token);
    return true;
}

static bool read_access_made(const char *value, void *row)
{
    return words_parse_time(value, &((struct access_token *)row)->made_ms);
}

/* A hand that writes a later end than can be asked for is a slip, or somebody else's. */
static bool read_access_end(const char *value, void *row)
{
    struct access_token *token = row;
    return words_parse_time(value, &token->ends_ms) && token->ends_ms >= token->made_ms &&
           token->ends_ms - token->made_ms <= ACCESS_DAYS_MAX * ACCESS_DAY_MS;
}

static bool read_access_label(const char *value, void *row)
{
    struct access_token *token = row;
    return line_fields_copy(token->label, sizeof token->label, value);
}

static const struct line_field access_fields[] = {
    {"digest", read_access_digest, "digest= is not 64 digits of hex; make the token anew"},
    {"made", read_access_made, "made= is no time such as 2026-01-31T14:05:00Z"},
    {"ends", read_access_end, "ends= is no time, or not at most 366 days after made="},
    {"label", read_access_label, "label= is no text that can be shown, or too long"},
};

size_t access_token_write(const struct access_token *token, char out[ACCESS_LINE_BYTES])
{
    char digest[2 * ACCESS_DIGEST_BYTES + 1], made[TIME_TEXT_BYTES], ends[TIME_TEXT_BYTES];
    sodium_bin2hex(digest, sizeof digest, token->digest, ACCESS_DIGEST_BYTES);
    words_time(token->made_ms, made);
    words_time(token->ends_ms, ends);
    int size = snprintf(out, ACCESS_LINE_BYTES, ACCESS_LINE_WORD "%s digest=%s made=%s ends=%s label=%s\n",
                        token->person, digest, made, ends, token->label);
    assert(size > 0 && size < ACCESS_LINE_BYTES);
    return (size_t)size;
}

const char *access_token_read(char *line, struct access_token *token)
{
    char *rest = line + sizeof ACCESS_LINE_WORD - 1;
    *token = (struct access_token){0};
    const char *person = strsep(&rest, " ");
    if (!person_id_is(person))
        return "after \"token\" comes no id such as p117";
    strcpy(token->person, person);
    return line_fields_read(rest, access_fields, sizeof access_fields / sizeof *access_fields, token);
}
