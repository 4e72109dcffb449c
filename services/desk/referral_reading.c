/* referral_reading.c: what was made of a referral, in sentences: see referral_reading.h. */
#include "services/desk/referral_reading.h"

#include <stdio.h>
#include <string.h>

static void reading_sentence(char out[READING_WORDS_BYTES], const char *before, const char *what,
                             const char *after)
{
    size_t used = strlen(out);
    if (*what)
        snprintf(out + used, READING_WORDS_BYTES - used, "%s%s%s%s", used > 0 ? "\n" : "", before, what,
                 after);
}

void referral_reading_words(const struct referral_reading *reading, char out[READING_WORDS_BYTES])
{
    out[0] = '\0';
    reading_sentence(out, "Understood: ", reading->understood, ".");
    reading_sentence(out, "No code, so now in the confidential part: ", reading->moved, ".");
    reading_sentence(out, "Not understood, so kept as you typed it for whoever comes: ", reading->kept,
                     ". Nothing is held up by it; correct it when there is time.");
    reading_sentence(out, "",
                     reading->cut ? "The end of what you told did not fit: tell it when they ring." : "", "");
}
