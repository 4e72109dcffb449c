/* event_words.h: what one event of a case says, in plain words: what was done, and what was found of each
 * team. Its one home: `who`, the story of a case, and whatever else tells events. Any thread. */
#ifndef CONCORDAT_DESK_EVENT_WORDS_H
#define CONCORDAT_DESK_EVENT_WORDS_H

#include <stdbool.h>

#include "proto/wire/wire.h"
#include "proto/words/words.h"
#include "services/desk/people.h"

enum { EVENT_WORDS_BYTES = 700 };

/* How ids and times of events are said. */
struct event_names {
    const struct people *people;               /* NULL: ids stay ids */
    const Concordat__V1__Directory *directory; /* NULL: the same */
    int64_t now_ms;   /* the time by which others are told: only another day's have their day */
    int64_t ahead_ms; /* is added to each time of an event first */
    int64_t base_ms;  /* not 0: there are no times of day, and times are said as minutes after it */
};

/* What somebody did, as it follows upon their name: "accepted it for Northmoor Crisis Team". */
void event_words_what(const Concordat__V1__Event *event, const struct event_names *names,
                      char out[EVENT_WORDS_BYTES]);

/* Whether the router did it by itself. Such an event carries the act that led to it, which can be one about
 * another case. */
bool event_words_by_router(const Concordat__V1__Event *event);

/* Whether a team that was looked at was asked, and why. */
const char *event_words_why(Concordat__V1__Consideration finding, char word[WORDS_MAX]);

/* The teams that an event looked at, in the order of the ladder; 0 if it is no decision. */
size_t event_words_considered(const Concordat__V1__Event *event, Concordat__V1__Considered ***considered);

#endif
