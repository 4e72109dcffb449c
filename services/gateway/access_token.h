/* access_token.h: a token by which a program acts for a person at /api/v1, and its line of the people file.
 *
 * A token is 256 random bits in base64 for URLs, behind a word by which searches for secrets in files find
 * it. It is told once; the file has its digest. The hash of a password must be slow, because people choose
 * passwords and others try them; nobody can try 256 random bits, so a fast hash is enough. Pure, but for what
 * is drawn; any thread.
 */
#ifndef CONCORDAT_GATEWAY_ACCESS_TOKEN_H
#define CONCORDAT_GATEWAY_ACCESS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/person_id.h"
#include "services/gateway/limits.h"

#define ACCESS_TOKEN_WORD "concordat_"
/* The beginning of a token's line and of its name; no id of a person begins so. */
#define ACCESS_LINE_WORD "token "
#define ACCESS_NAME_WORD "t-"

enum {
    ACCESS_DIGEST_BYTES = 32,
    ACCESS_TOKEN_BYTES = sizeof ACCESS_TOKEN_WORD + 43, /* and a NUL */
    ACCESS_NAME_BYTES = sizeof ACCESS_NAME_WORD + 10,   /* the first digits of the digest, and a NUL */
    ACCESS_LABEL_BYTES_MAX = 80,
    ACCESS_LINE_BYTES = 320
};

struct access_token {
    char name[ACCESS_NAME_BYTES]; /* such as t-3f9a02c1b7: no secret */
    char person[PERSON_ID_CHARS_MAX + 1];
    uint8_t digest[ACCESS_DIGEST_BYTES];
    int64_t made_ms, ends_ms; /* UTC; at most ACCESS_DAYS_MAX between them */
    char label[ACCESS_LABEL_BYTES_MAX + 1];
};

/* Draws a token for so many days, of at most ACCESS_DAYS_MAX. The caller writes the label, and wipes the
 * text. */
void access_token_draw(struct access_token *token, const char *person, int64_t now_ms, unsigned days,
                       char text[ACCESS_TOKEN_BYTES]);

void access_token_digest(const char *text, uint8_t digest[ACCESS_DIGEST_BYTES]);

bool access_token_is_name(const char *text);
bool access_token_has_ended(const struct access_token *token, int64_t now_ms);

/* Writes the line with its line end, and a NUL. Returns its size without the NUL. */
size_t access_token_write(const struct access_token *token, char out[ACCESS_LINE_BYTES]);
/* Reads a line that begins with ACCESS_LINE_WORD, without its line end, and changes it. Returns NULL, or what
 * is wrong with it, in words that repeat nothing of the line. */
const char *access_token_read(char *line, struct access_token *token);

#endif
