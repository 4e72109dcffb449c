/* show_cover.c: whose area is covered, by whom and until when, in plain words: see show.h. */
#include <stdio.h>
#include <string.h>

#include "services/desk/named.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__Covered covered_area;

enum { AREAS_NAMED_MAX = 12, AREAS_BYTES = 1200 };

static const char *const reasons[] = {
    [CONCORDAT__V1__COVER_REASON__COVER_REASON_UNSPECIFIED] = "",
    [CONCORDAT__V1__COVER_REASON__COVER_REASON_ASKED] = ", as they asked for help",
    [CONCORDAT__V1__COVER_REASON__COVER_REASON_ABSENT] = ", as nobody answers there",
    [CONCORDAT__V1__COVER_REASON__COVER_REASON_OVERLOAD] = ", as they have more than they can look after",
};

static const char *cover_reason_words(const covered_area *covered)
{
    size_t reason = (size_t)covered->reason;
    return reason < sizeof reasons / sizeof *reasons ? reasons[reason] : "";
}

void show_covered(struct sheet *sheet, const covered_area *covered, bool changed,
                  const struct showing *showing)
{
    char until[TIME_WORDS_BYTES];
    time_words(covered->until_ms, showing->now_ms, until);
    if (strcmp(covered->by, covered->coordinator) == 0)
        sheet_row(sheet, "Area", "%s is your own: you see its cases without covering it.",
                  covered->area_name);
    else if (covered->until_ms == 0)
        sheet_row(sheet, "Area", "You do not cover %s. A case that you took in hand stays with you.",
                  covered->area_name);
    else
        sheet_row(sheet, "Area", "You cover %s until %s%s.", covered->area_name, until,
                  cover_reason_words(covered));
    if (changed)
        sheet_row(sheet, "Told", "%s (%s), now or when they next connect", covered->coordinator_name,
                  covered->coordinator_ring);
    if (covered->until_ms != 0)
        sheet_row(sheet, "Next",
                  "Its cases are on your board: you can take them, ask a team and read their records. Each "
                  "stays with its holder until you do.");
}

static const char *area_name(const Concordat__V1__Board *board, const char *area)
{
    const Concordat__V1__Directory *directory = board->directory;
    return directory ? named(directory->n_areas, directory->areas, area) : area;
}

/* "Northmoor, Southfell", or the first few and how many more. */
static void areas_words(const Concordat__V1__Board *board, char out[AREAS_BYTES])
{
    size_t used = 0;
    for (size_t i = 0; i < board->n_areas && i < AREAS_NAMED_MAX; i++)
        used += (size_t)snprintf(out + used, AREAS_BYTES - used, "%s%s", i > 0 ? ", " : "",
                                 area_name(board, board->areas[i]));
    if (board->n_areas > AREAS_NAMED_MAX)
        snprintf(out + used, AREAS_BYTES - used, " and %zu more", board->n_areas - AREAS_NAMED_MAX);
}

static bool area_is_own(const Concordat__V1__Board *board, const char *area)
{
    for (size_t i = 0; i < board->n_areas; i++)
        if (strcmp(board->areas[i], area) == 0)
            return true;
    return false;
}

void show_as_of(struct sheet *sheet, int64_t as_of_ms, int64_t now_ms)
{
    char time[TIME_WORDS_BYTES];
    if (as_of_ms == 0)
        return;
    time_words_clock(as_of_ms, now_ms, time);
    sheet_sentence(sheet, "The router is away; this is as of %s.", time);
}

void show_areas(struct sheet *sheet, const Concordat__V1__Board *board, int64_t now_ms)
{
    char areas[AREAS_BYTES], until[TIME_WORDS_BYTES];
    if (board->n_areas > 0) {
        areas_words(board, areas);
        sheet_sentence(sheet, "Your area%s: %s.", board->n_areas == 1 ? "" : "s", areas);
    }
    for (size_t i = 0; i < board->n_on_duty; i++)
        sheet_sentence(sheet, "%s (%s) %s.", board->on_duty[i]->name, board->on_duty[i]->ring,
                       board->on_duty[i]->present ? "is at the board"
                                                  : "IS NOT AT THE BOARD: nobody watches it");
    for (size_t i = 0; i < board->n_covers; i++) {
        const covered_area *covered = board->covers[i];
        time_words_clock(covered->until_ms, now_ms, until);
        if (area_is_own(board, covered->area))
            sheet_sentence(sheet, "%s (%s) covers %s until %s.", covered->by_name, covered->by_ring,
                           covered->area_name, until);
        else
            sheet_sentence(sheet, "You cover %s until %s.", covered->area_name, until);
    }
}
