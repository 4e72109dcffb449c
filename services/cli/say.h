/* say.h: plain words on a screen: labelled rows that wrap, times as people in England read them.
 *
 * Colour is used on a terminal only and never as the only signal. Whatever comes from elsewhere is
 * stripped of control characters before it reaches a terminal.
 */
#ifndef CONCORDAT_CLI_SAY_H
#define CONCORDAT_CLI_SAY_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/words/exit_code.h"

enum { SAY_TIME_BYTES = 64, SAY_SPAN_BYTES = 32 };

enum say_tone { TONE_PLAIN, TONE_GOOD, TONE_WAITING, TONE_WARNING };

struct say {
    FILE *out; /* borrowed */
    bool colour;
    unsigned columns;
    int64_t now_ms;   /* the clock by which "in 9 min" is reckoned */
    bool receipt;     /* answers are to a referral or about one: say SAVED or RECEIVED rather than DONE */
    const char *ring; /* whom to ring where no answer says it; borrowed, may be NULL */
};

/* Finds out whether `out` is a terminal and how wide it is, and reads the clock. */
void say_open(struct say *say, FILE *out);

int64_t say_now_ms(void);

/* "14:13" by the clock in London, with the day where it is not today's. */
void say_clock(int64_t unix_ms, int64_t now_ms, char out[SAY_TIME_BYTES]);
/* "14:13 (in 9 min)", "14:01 (3 min ago)"; "not known" for 0. */
void say_time(int64_t unix_ms, int64_t now_ms, char out[SAY_TIME_BYTES]);
/* "45 s", "9 min", "3 h 59 min", "2 days 3 h". */
void say_span(int64_t span_ms, char out[SAY_SPAN_BYTES]);

/* A word in capitals that says how it went, and what follows it. */
void say_banner(const struct say *say, enum say_tone tone, const char *word, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A label and its text, wrapped to the width. Nothing where the text is empty. */
void say_row(const struct say *say, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Replaces control characters, C1 ones too, by question marks. */
void say_clean(char *text);

/* One line of JSON. False where it could not be made or written. */
bool say_json(FILE *out, const ProtobufCMessage *message);

/* Tells why nothing could be done: on standard error in words, or on standard output as one line of JSON.
 * Returns the code. */
enum exit_code say_failure(bool json, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
