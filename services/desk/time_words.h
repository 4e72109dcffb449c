/* time_words.h: instants and spans as people in England say them, by the clock in London.
 *
 * Instants are milliseconds since 1970-01-01 UTC, spans are milliseconds. Nothing here reads a clock: the
 * caller says what time it is now. Any thread.
 */
#ifndef CONCORDAT_DESK_TIME_WORDS_H
#define CONCORDAT_DESK_TIME_WORDS_H

#include <stdint.h>

enum { TIME_WORDS_BYTES = 64 };

/* "14:13 (in 9 min)", "14:01 (3 min ago)"; "not known" for 0. */
void time_words(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES]);
/* "14:13", with the day if it is not today's. */
void time_words_clock(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES]);
/* "29 Nov 14:13", with the year if it is not this one: for a table of several days. */
void time_words_day(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES]);
/* "14:13 9 min", "18:03 3h59" or "14:01 LATE", for a narrow column; "none" for 0. */
void time_words_short(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES]);
/* "Monday 21 September 2026". */
void time_words_date(int64_t unix_ms, char out[TIME_WORDS_BYTES]);
/* "45 s", "9 min", "3 h 59 min", "2 days 3 h". */
void time_words_span(int64_t span_ms, char out[TIME_WORDS_BYTES]);

/* "9 min", "3h59" or "LATE": how long until then; "none" for 0. */
void time_words_left(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES]);

#endif
