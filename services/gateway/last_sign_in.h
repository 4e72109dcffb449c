/* last_sign_in.h: on which day each person last signed in, in a file beside the people file, so that
 * administrators see whom nobody needs there any more.
 *
 * A line for each person: the id, and the day as a number since 1970-01-01 (UTC). It is written anew at a
 * person's first sign-in of a day. One process writes it, the gateway; others may read it meanwhile. One
 * thread.
 */
#ifndef CONCORDAT_GATEWAY_LAST_SIGN_IN_H
#define CONCORDAT_GATEWAY_LAST_SIGN_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct last_sign_ins;

enum { LAST_SIGN_IN_NEVER = -1 };

#define DAY_MS INT64_C(86400000)

/* Reads FILE.last for the people file FILE, if there is one. NULL with a message. */
struct last_sign_ins *last_sign_ins_open(const char *people_path, char *message, size_t message_size);
void last_sign_ins_close(struct last_sign_ins **last);

/* The person signs in on that day. False if it could not be written, or there are too many people; it is
 * known here all the same, unless there are too many. */
bool last_sign_in_note(struct last_sign_ins *last, const char *id, int64_t day);

/* The day, or LAST_SIGN_IN_NEVER. */
int64_t last_sign_in_day(const struct last_sign_ins *last, const char *id);

#endif
