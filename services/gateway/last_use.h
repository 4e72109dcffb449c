/* last_use.h: on which day each person last signed in, and each token was last used, in a file beside the
 * people file, so that administrators see what nobody needs there any more.
 *
 * A line for each: the person's id or the token's name, and the day as a number since 1970-01-01 (UTC). It is
 * written anew at the first use of a day. One process writes it, the gateway; others may read it meanwhile.
 * One thread.
 */
#ifndef CONCORDAT_GATEWAY_LAST_USE_H
#define CONCORDAT_GATEWAY_LAST_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct last_uses;

enum { LAST_USE_NEVER = -1 };

#define DAY_MS INT64_C(86400000)

/* Reads FILE.last for the people file FILE, if there is one. NULL with a message. */
struct last_uses *last_uses_open(const char *people_path, char *message, size_t message_size);
void last_uses_close(struct last_uses **last);

/* The person signs in, or the token is used, on that day. False if it could not be written, or there are too
 * many; it is known here all the same, unless there are too many. */
bool last_use_note(struct last_uses *last, const char *key, int64_t day);

/* The day, or LAST_USE_NEVER. */
int64_t last_use_day(const struct last_uses *last, const char *key);

#endif
