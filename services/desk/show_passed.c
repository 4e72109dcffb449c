/* show_passed.c: see show_passed.h. */
#include "services/desk/show_passed.h"

#include "services/desk/time_words.h"

static void show_persons_wait(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char received[TIME_WORDS_BYTES], seen[TIME_WORDS_BYTES];
    time_words_clock(status->received_ms, now_ms, received);
    time_words_clock(status->passed->seen_ms, now_ms, seen);
    if (status->passed->seen_ms != 0)
        sheet_row(sheet, "Wait", "from when it was received here, %s, until they were first seen, %s.",
                  received, seen);
    else
        sheet_row(
            sheet, "Wait",
            "from when it was received here, %s. When that provider first sees them is not known to us.",
            received);
}

void show_passed(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char received[TIME_WORDS_BYTES];
    if (!status->passed)
        return;
    bool has_code = status->passed->provider[0] != '\0';
    sheet_row(sheet, "Passed on", "to %s",
              has_code ? status->passed->provider
                       : "a provider that has no code. The record has a note of which.");
    show_persons_wait(sheet, status, now_ms);
    time_words_clock(status->passed->received_ms, now_ms, received);
    if (status->passed->received_ms != 0) {
        sheet_row(sheet, "National",
                  "from when that provider received it, %s. It is that provider's to report.", received);
        return;
    }
    sheet_row(sheet, "National",
              "from when that provider received it, which is not known to us yet. It is that provider's to "
              "report. Say so when it is known");
    sheet_can(sheet, status->number, (struct sheet_act){.name = "passed-on", .typed = "--received TIME"});
}
