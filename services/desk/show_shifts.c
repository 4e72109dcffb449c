/* show_shifts.c: who is on shift, in plain words: see show.h. */
#include "services/desk/show.h"
#include "services/desk/time_words.h"

void show_on_shift(struct sheet *sheet, size_t count, Concordat__V1__ShiftPerson **people,
                   const struct people *names, int64_t now_ms)
{
    char since[TIME_WORDS_BYTES], proposed[TIME_WORDS_BYTES], person[PEOPLE_WORDS_BYTES];
    for (size_t i = 0; i < count; i++) {
        const Concordat__V1__ShiftPerson *one = people[i];
        bool goes = one->proposed_ms != 0;
        time_words_clock(one->since_ms, now_ms, since);
        time_words_clock(one->proposed_ms, now_ms, proposed);
        sheet_sentence(sheet, "On shift at %s: %s, since %s%s%s%s.", one->desk_name,
                       people_words(names, one->person, person), since, goes ? "; hands over since " : "",
                       goes ? proposed : "", goes ? ", and holds until somebody signs" : "");
    }
}
