/* show_typed.c: what people at work typed about a case, and who typed it: see show.h. */
#include <stdio.h>

#include "proto/words/words.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

enum { TYPED_LINE_BYTES = 512 };

static void show_typed_text(struct sheet *sheet, const Concordat__V1__TypedText *typed,
                            const struct showing *showing)
{
    char at[TIME_WORDS_BYTES], part[WORDS_MAX], person[PEOPLE_WORDS_BYTES];
    char label[SHEET_LABEL_BYTES], text[TYPED_LINE_BYTES];
    time_words_clock(typed->at_ms, showing->now_ms, at);
    snprintf(label, sizeof label, "%s, %s", at,
             words_for(&concordat__v1__typed_as__descriptor, (int)typed->part, part));
    people_words(showing->people, typed->person ? typed->person->id : "", person);
    snprintf(text, sizeof text, "%.200s (key %.63s, person: %s)", typed->text, typed->actor, person);
    sheet_field(sheet, label, text);
}

void show_typed(struct sheet *sheet, const Concordat__V1__Record *record, const struct showing *showing)
{
    if (record->n_typed > 0)
        sheet_heading(sheet, "Typed about the case");
    for (size_t i = 0; i < record->n_typed; i++)
        show_typed_text(sheet, record->typed[i], showing);
}
