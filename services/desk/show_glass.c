/* show_glass.c: which record a coordinator read beyond their areas, and why, in plain words: see show.h. */
#include "services/desk/show.h"
#include "services/desk/time_words.h"

static const char *const glass_reasons[] = {
    [CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_UNSPECIFIED] = "no reason is known",
    [CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_LIFE_AT_RISK] = "a life was at risk",
    [CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_ASKED] = "the case's own coordinator asked",
    [CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_INVESTIGATION] = "a complaint or an investigation",
};

static const char *glass_reason_words(const Concordat__V1__ReadBeyond *read)
{
    size_t reason = (size_t)read->reason;
    return glass_reasons[reason < sizeof glass_reasons / sizeof *glass_reasons ? reason : 0];
}

void show_read_beyond(struct sheet *sheet, const Concordat__V1__ReadBeyond *read, int64_t now_ms)
{
    char at[TIME_WORDS_BYTES];
    time_words_clock(read->read_ms, now_ms, at);
    sheet_sentence(sheet, "%s (%s) read the record of %s (%s) at %s, beyond their areas. Reason: %s.",
                   read->by_name, read->by_ring, read->number, read->area_name, at, glass_reason_words(read));
}

void show_readings(struct sheet *sheet, const Concordat__V1__Board *board, int64_t now_ms)
{
    for (size_t i = 0; i < board->n_read_beyond; i++)
        show_read_beyond(sheet, board->read_beyond[i], now_ms);
}
